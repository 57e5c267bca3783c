package dev.warren.cluster.bus;

import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Where consumers of this node listen. Changed on the manager's event loop only; [#at] is for any thread.
final class OwnRegistrations {
    private final String node;
    private final Map<String, Consumers> consumers = new HashMap<>();
    private final Set<String> shared = new HashSet<>();
    private final ConcurrentHashMap<String, RegistrationInfo> registrations = new ConcurrentHashMap<>();

    /// How many there are at one address: for the fleet, and for this node alone.
    private record Consumers(int shared, int local) {
        static final Consumers NONE = new Consumers(0, 0);

        Consumers plus(int count, boolean localOnly) {
            return localOnly ? new Consumers(shared, local + count) : new Consumers(shared + count, local);
        }
    }

    OwnRegistrations(String node) {
        this.node = node;
    }

    void add(String address, boolean localOnly) {
        change(address, consumers.getOrDefault(address, Consumers.NONE).plus(1, localOnly));
    }

    void remove(String address, boolean localOnly) {
        change(address, consumers.getOrDefault(address, Consumers.NONE).plus(-1, localOnly));
    }

    private void change(String address, Consumers now) {
        if (now.shared > 0) shared.add(address);
        else shared.remove(address);
        if (now.shared > 0 || now.local > 0) {
            consumers.put(address, now);
            registrations.put(address, new RegistrationInfo(node, 0, now.shared == 0));
        } else {
            consumers.remove(address);
            registrations.remove(address);
        }
    }

    /// Addresses that the other nodes are told of. A copy.
    Set<String> shared() {
        return Set.copyOf(shared);
    }

    @Nullable
    RegistrationInfo at(String address) {
        return registrations.get(address);
    }
}
