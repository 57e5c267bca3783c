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

/// Which routes to the allowed IPs of an interface's peers may go to the main table.
///
/// A route that covers an endpoint would send the encrypted packets into the tunnel again. A peer whose
/// endpoint's name has not been found has no routes yet: they might cover the way to the name server, or to the peer.
///
/// @param plain for the main table
/// @param covering an endpoint lies in it, or it is everything or half of that: for a table of its own
record RoutePlan(List<IpPrefix> plain, List<IpPrefix> covering) {
    /// @param addresses gives the address of each endpoint, null for one that is not known yet
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

    /// Without those of other families.
    RoutePlan only(Set<IpFamily> families) {
        if (families.size() == IpFamily.values().length) return this;
        Predicate<IpPrefix> kept = prefix -> families.contains(prefix.family());
        return new RoutePlan(filter(plain, kept), filter(covering, kept));
    }

    /// Without some of the main table's.
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

    /// The first that is not before the prefix lies in it if any does.
    private static boolean holdsAny(IpPrefix prefix, NavigableSet<IpAddress> endpoints) {
        var first = endpoints.ceiling(prefix.address());
        return first != null && prefix.contains(first);
    }
}
