package dev.warren.verticles.router;

import dev.warren.conf.EventType;
import dev.warren.io.BootClock;
import dev.warren.io.Offload;
import dev.warren.verticles.events.RouterEvents;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The offloads of a device: those of each queue of its TUN and of its sockets, as their owners told them.
final class DeviceOffloads {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceOffloads.class);

    private final String device;
    private final RouterEvents events;
    private final BootClock clock;
    private final Map<String, List<Offload>> told = new HashMap<>();

    DeviceOffloads(String device, RouterEvents events, BootClock clock) {
        this.device = device;
        this.events = events;
        this.clock = clock;
    }

    /// @param owner whose they are; what it told before is replaced
    void told(String owner, List<Offload> offloads) {
        var before = told.put(owner, offloads);
        if (before == null) {
            LOG.debug("({}) Offloads of {}: {}", device, owner, Offload.inUse(offloads));
            return;
        }
        for (var offload : offloads) {
            if (offload.off() == null || !before.contains(new Offload(offload.name(), null))) continue;
            LOG.warn("({}) {} is used no more: {}", device, offload.name(), offload.off());
            events.publish(
                    EventType.OFFLOAD_DISABLED, null, clock.now(), "offload", offload.name(), "reason", offload.off());
        }
    }

    /// One of each name: of several queues, one that does without.
    List<Offload> all() {
        var all = new LinkedHashMap<String, Offload>();
        for (var offloads : told.values()) {
            for (var offload : offloads) {
                if (offload.off() != null) all.put(offload.name(), offload);
                else all.putIfAbsent(offload.name(), offload);
            }
        }
        return List.copyOf(all.values());
    }
}
