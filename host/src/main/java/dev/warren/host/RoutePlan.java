package dev.warren.host;

import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Divides the allowed IPs of an interface's peers into routes for the main table and for a table of their
/// own.
///
/// A route that covers an endpoint would send the encrypted packets into the tunnel again. A peer
/// whose endpoint's name is not resolved has no routes yet: they might cover the name server or the
/// endpoint.
///
/// @param plain routes for the main table
/// @param covering routes that cover an endpoint, or everything or half of it: for a table of their own
record RoutePlan(List<IpPrefix> plain, List<IpPrefix> covering) {
    /// @param addresses the address of each endpoint, null for one that is not resolved yet
    static RoutePlan of(InterfaceConfig config, Function<HostAndPort, @Nullable InetSocketAddress> addresses) {
        var plain = new ArrayList<IpPrefix>();
        var covering = new ArrayList<IpPrefix>();
        if (config.routes()) {
            var endpoints = new TreeSet<>(endpoints(config, addresses));
            for (var peer : config.peers()) {
                if (peer.endpoint() != null && addresses.apply(peer.endpoint()) == null) continue;
                for (var prefix : peer.allowedIps()) {
                    // Halves of everything are a default route in disguise.
                    (prefix.bits() <= 1 || holdsAny(prefix, endpoints) ? covering : plain).add(prefix);
                }
            }
        }
        return new RoutePlan(plain, covering);
    }

    /// The plan without routes of other families.
    RoutePlan only(Set<IpFamily> families) {
        if (families.size() == IpFamily.values().length) return this;
        Predicate<IpPrefix> kept = prefix -> families.contains(prefix.family());
        return new RoutePlan(filter(plain, kept), filter(covering, kept));
    }

    /// The plan without some routes of the main table.
    RoutePlan without(Set<IpPrefix> others) {
        return others.isEmpty() ? this : new RoutePlan(filter(plain, prefix -> !others.contains(prefix)), covering);
    }

    private static List<IpPrefix> filter(List<IpPrefix> prefixes, Predicate<IpPrefix> kept) {
        return prefixes.stream().filter(kept).toList();
    }

    static List<IpAddress> endpoints(
            InterfaceConfig config, Function<HostAndPort, @Nullable InetSocketAddress> addresses) {
        var endpoints = new ArrayList<IpAddress>();
        for (var peer : config.peers()) {
            var address = peer.endpoint() == null ? null : addresses.apply(peer.endpoint());
            if (address != null) endpoints.add(IpAddress.of(address.getAddress().getAddress()));
        }
        return endpoints;
    }

    /// Whether an endpoint is inside the prefix: then the first one not below its address is.
    private static boolean holdsAny(IpPrefix prefix, NavigableSet<IpAddress> endpoints) {
        var first = endpoints.ceiling(prefix.address());
        return first != null && prefix.contains(first);
    }
}
