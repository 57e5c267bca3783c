package dev.warren.conf;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds networks of two interfaces or devices: only one of the two can be reached.
final class Overlaps {
    private record Owner(String device, String peer) {}

    private final Map<IpAddress, String> addresses = new HashMap<>();
    private final Map<IpPrefix, String> networks = new HashMap<>();
    private final Map<IpPrefix, Owner> allowedIps = new HashMap<>();

    /// Adds warnings for networks that an earlier interface has too.
    ///
    /// @param section that the interface was read from
    void add(Section section, InterfaceConfig config) {
        var name = Section.shown(config.name());
        for (var address : config.addresses()) {
            var other = addresses.putIfAbsent(address.address(), name);
            if (other != null) {
                section.warning("addresses", address.address() + " is also an address of " + other, "another one");
                continue;
            }
            other = isHost(address.network()) ? null : networks.putIfAbsent(address.network(), name);
            if (other != null) {
                section.warning("addresses", address.network() + " is also the network of " + other, "another one");
            }
        }
        if (!config.routes()) {
            return;
        }
        for (var peer : config.peers()) {
            for (var prefix : peer.allowedIps()) {
                var other = allowedIps.putIfAbsent(prefix, new Owner(name, peer.name()));
                if (other != null && !other.device().equals(name)) {
                    section.warning(
                            "peers",
                            prefix + " of " + Section.shown(peer.name()) + " also leads to "
                                    + Section.shown(other.peer()) + " of " + other.device(),
                            "one of them, or routes = off");
                }
            }
        }
    }

    private static boolean isHost(IpPrefix prefix) {
        return prefix.bits() == prefix.address().bytes().length * 8;
    }

    /// See [RouterConfig#overlaps].
    static List<String> of(List<InterfaceConfig> interfaces, Map<IpPrefix, String> devices) {
        var found = new ArrayList<String>();
        for (var config : interfaces) {
            for (var address : config.addresses()) {
                say(found, devices, config.name(), address.network(), "the network of " + address);
            }
            if (config.routes()) {
                for (var peer : config.peers()) {
                    for (var prefix : peer.allowedIps()) {
                        say(found, devices, config.name(), prefix, prefix + " of peer " + Section.shown(peer.name()));
                    }
                }
            }
        }
        return found;
    }

    private static void say(
            List<String> found, Map<IpPrefix, String> devices, String name, IpPrefix prefix, String what) {
        var device = devices.get(prefix);
        if (device != null && !device.equals(name)) {
            found.add(name + ": " + what + " is already on " + device + ", so only one of the two can be reached");
        }
    }
}
