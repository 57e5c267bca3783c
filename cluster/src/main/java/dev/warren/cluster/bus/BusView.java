package dev.warren.cluster.bus;

import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The other nodes of the event bus and where they listen, as last read. Immutable, for any thread.
///
/// @param members by node id
/// @param registrations by address, one of each node that listens there
record BusView(Map<String, BusMember> members, Map<String, List<RegistrationInfo>> registrations) {
    static final BusView EMPTY = new BusView(Map.of(), Map.of());

    /// Leaves out whoever had the place of a later node: its znode stays until its session ends, and what is
    /// published would arrive twice at whoever listens there now.
    ///
    /// @param own where this node listens; null: nowhere yet
    static BusView of(Collection<BusMember> members, @Nullable NodeInfo own) {
        var there = new HashMap<String, BusMember>();
        for (var member : members) {
            if (own != null && member.samePlace(own)) continue;
            if (members.stream().anyMatch(other -> replaces(other, member))) continue;
            there.put(member.id(), member);
        }
        var registrations = new HashMap<String, List<RegistrationInfo>>();
        for (var member : there.values()) {
            for (var address : member.addresses()) {
                registrations
                        .computeIfAbsent(address, _ -> new ArrayList<>())
                        .add(new RegistrationInfo(member.id(), 0, false));
            }
        }
        registrations.replaceAll((_, nodes) -> List.copyOf(nodes));
        return new BusView(Map.copyOf(there), Map.copyOf(registrations));
    }

    private static boolean replaces(BusMember later, BusMember member) {
        return later.created() > member.created() && member.samePlace(later.info());
    }

    List<RegistrationInfo> at(String address) {
        return registrations.getOrDefault(address, List.of());
    }

    /// Addresses at which other nodes listen than before.
    Set<String> changedSince(BusView before) {
        var changed = new HashSet<>(registrations.keySet());
        changed.addAll(before.registrations.keySet());
        changed.removeIf(address -> Set.copyOf(at(address)).equals(Set.copyOf(before.at(address))));
        return changed;
    }
}
