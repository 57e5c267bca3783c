package dev.warren.verticles.launch;

import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.PeerConfig;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.tun.Netlink;
import dev.warren.routing.IpAddress;
import dev.warren.routing.IpFamily;
import dev.warren.routing.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Routes to a tunnel's allowed IPs.
///
/// A route that covers an endpoint would send the encrypted packets into the tunnel again. Such routes, and
/// default routes always, go to a table of their own, as wg-quick(8) does it: everything but packets with our mark
/// looks there, after the specific routes of the main table.
final class Routing {
    private static final Logger LOG = LoggerFactory.getLogger(Routing.class);
    private static final int FIRST_TABLE = 51820;
    private static final int OVERHEAD = 80;
    private static final int SMALLEST = 1280;
    private static final int ETHERNET = 1500;

    private final InterfaceConfig config;
    private final List<IpPrefix> plain = new ArrayList<>();
    private final List<IpPrefix> covering = new ArrayList<>();

    Routing(InterfaceConfig config) {
        this.config = config;
        if (!config.routes()) {
            return;
        }
        var endpoints = new TreeSet<>(endpoints(config.peers()));
        for (var peer : config.peers()) {
            for (var prefix : peer.allowedIps()) {
                // Halves of everything are a default route in disguise.
                (prefix.bits() <= 1 || holdsAny(prefix, endpoints) ? covering : plain).add(prefix);
            }
        }
    }

    /// The first that is not before the prefix lies in it if any does.
    private static boolean holdsAny(IpPrefix prefix, NavigableSet<IpAddress> endpoints) {
        var first = endpoints.ceiling(prefix.address());
        return first != null && prefix.contains(first);
    }

    /// Prefixes whose routes go to the main table.
    List<IpPrefix> plain() {
        return plain;
    }

    /// Prefixes that an endpoint lies in, or everything does.
    List<IpPrefix> covering() {
        return covering;
    }

    /// The mark our own packets must carry: the configured one, or one of our choice where a route needs it. 0: none.
    int mark() throws LaunchException {
        if (covering.isEmpty() || config.fwmark() != 0) {
            return config.fwmark();
        }
        for (int table = FIRST_TABLE; ; table++) {
            if (Ip.output("-4", "route", "show", "table", "" + table).isBlank()
                    && Ip.output("-6", "route", "show", "table", "" + table).isBlank()) {
                return table;
            }
        }
    }

    /// Adds the routes; the rules are taken back by `teardown`, the routes go with the interface.
    void install(Netlink netlink, int index, int mark, Teardown teardown) throws LaunchException {
        try {
            netlink.addRoutes(index, () -> plain.stream()
                    .map(prefix -> new Netlink.Network(inet(prefix.address()), prefix.bits()))
                    .iterator());
        } catch (ErrnoException e) {
            throw LaunchException.of(config.name(), e);
        }
        for (var family : IpFamily.values()) {
            var prefixes = covering.stream()
                    .filter(prefix -> prefix.family() == family)
                    .toList();
            if (!prefixes.isEmpty()) {
                policy(family == IpFamily.V4 ? "-4" : "-6", prefixes, Integer.toUnsignedString(mark), teardown);
            }
        }
    }

    private void policy(String family, List<IpPrefix> prefixes, String mark, Teardown teardown) throws LaunchException {
        for (var prefix : prefixes) {
            Ip.run(family, "route", "add", prefix.toString(), "dev", config.name(), "table", mark);
        }
        undoable(teardown, family, "not", "fwmark", mark, "table", mark);
        undoable(teardown, family, "table", "main", "suppress_prefixlength", "0");
        if (family.equals("-4")) {
            try { // answers to marked packets must pass the reverse path filter
                Files.writeString(Path.of("/proc/sys/net/ipv4/conf/all/src_valid_mark"), "1");
            } catch (IOException e) {
                LOG.warn("({}) cannot set net.ipv4.conf.all.src_valid_mark: {}", config.name(), e.getMessage());
            }
        }
    }

    private static void undoable(Teardown teardown, String family, String... rule) throws LaunchException {
        Ip.run(command(family, "add", rule));
        teardown.add("routing rule", () -> Ip.run(command(family, "del", rule)));
    }

    private static String[] command(String family, String verb, String... rule) {
        var words = new ArrayList<>(List.of(family, "rule", verb));
        words.addAll(List.of(rule));
        return words.toArray(String[]::new);
    }

    /// The MTU as configured, else that of the narrowest route to a peer (or of the default route), less what the
    /// tunnel adds.
    int mtu(Netlink netlink) {
        if (config.mtu().isPresent()) {
            return config.mtu().getAsInt();
        }
        var destinations = new LinkedHashSet<>(endpoints(config.peers()));
        if (destinations.isEmpty()) {
            destinations.add(
                    IpAddress.of(new byte[] {(byte) 192, 0, 2, 1})); // RFC 5737: nobody's, so the default route
        }
        int narrowest = 0;
        try {
            narrowest = netlink.narrowestMtu(
                    () -> destinations.stream().map(Routing::inet).iterator());
        } catch (ErrnoException e) {
            LOG.debug("({}) MTU of the routes to the peers: {}", config.name(), e.getMessage());
        }
        return Math.max(SMALLEST, Math.min(narrowest == 0 ? ETHERNET : narrowest, 65_535) - OVERHEAD);
    }

    private static List<IpAddress> endpoints(List<PeerConfig> peers) {
        var addresses = new ArrayList<IpAddress>();
        for (var peer : peers) {
            var literal = peer.endpoint() == null ? null : peer.endpoint().literal();
            if (literal != null) {
                addresses.add(IpAddress.of(literal.getAddress().getAddress()));
            }
        }
        return addresses;
    }

    static InetAddress inet(IpAddress address) {
        try {
            return InetAddress.getByAddress(address.bytes());
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
