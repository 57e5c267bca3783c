package dev.warren.verticles.launch;

import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.tun.Netlink;
import dev.warren.routing.IpAddress;
import dev.warren.routing.IpFamily;
import dev.warren.routing.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Adds the routes of a [RoutePlan], and more of them when more endpoints are known.
///
/// Those that must not be in the main table go to one of their own, as wg-quick(8) does it: everything but packets with
/// our mark looks there, after the specific routes of the main table. Routes go with the interface; rules are taken
/// back by the teardown. Blocks; one thread at a time.
final class Routing {
    private static final Logger LOG = LoggerFactory.getLogger(Routing.class);
    private static final int FIRST_TABLE = 51820;
    private static final int OVERHEAD = 80;
    private static final int SMALLEST = 1280;
    private static final int ETHERNET = 1500;

    private final InterfaceConfig config;
    private final Teardown teardown;
    private final Set<IpFamily> ruled = EnumSet.noneOf(IpFamily.class);
    private RoutePlan added = new RoutePlan(List.of(), List.of());
    private int mark;

    Routing(InterfaceConfig config, Teardown teardown) {
        this.config = config;
        this.teardown = teardown;
        this.mark = config.fwmark();
    }

    /// Adds what is missing now that these addresses are known. What had been added and turns out to lead an endpoint
    /// into the tunnel is moved to the other table. May be called again after a failure.
    ///
    /// @return the mark our own packets must carry: the configured one, or one of our choice where a route needs
    // it.
    ///     0: none
    int add(Netlink netlink, int index, Function<HostAndPort, @Nullable InetSocketAddress> addresses)
            throws LaunchException {
        var plan = RoutePlan.of(config, addresses);
        try {
            netlink.addRoutes(index, () -> without(plan.plain(), added.plain()).stream()
                    .map(prefix -> new Netlink.Network(inet(prefix.address()), prefix.bits()))
                    .iterator());
            var covering = without(plan.covering(), added.covering());
            if (!covering.isEmpty()) {
                policy(covering);
                var before = new HashSet<>(added.plain());
                for (var prefix : covering) {
                    if (before.contains(prefix)) remove(netlink, index, prefix);
                }
            }
        } catch (ErrnoException e) {
            throw LaunchException.of(config.name(), e);
        }
        added = plan;
        return mark;
    }

    private static void remove(Netlink netlink, int index, IpPrefix prefix) throws ErrnoException {
        try {
            netlink.removeRoute(index, inet(prefix.address()), prefix.bits());
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) throw e; // somebody else has
        }
    }

    private static Collection<IpPrefix> without(List<IpPrefix> all, List<IpPrefix> those) {
        if (those.isEmpty()) return all;
        var rest = new LinkedHashSet<>(all);
        rest.removeAll(new HashSet<>(those));
        return rest;
    }

    private void policy(Collection<IpPrefix> prefixes) throws LaunchException {
        if (mark == 0) mark = freeTable();
        var table = Integer.toUnsignedString(mark);
        for (var prefix : prefixes) {
            Ip.run(
                    option(prefix.family()),
                    "route",
                    "replace",
                    prefix.toString(),
                    "dev",
                    config.name(),
                    "table",
                    table);
        }
        for (var prefix : prefixes) {
            if (ruled.contains(prefix.family())) continue;
            var family = option(prefix.family());
            undoable(family, "not", "fwmark", table, "table", table);
            undoable(family, "table", "main", "suppress_prefixlength", "0");
            if (prefix.family() == IpFamily.V4) {
                try { // answers to marked packets must pass the reverse path filter
                    Files.writeString(Path.of("/proc/sys/net/ipv4/conf/all/src_valid_mark"), "1");
                } catch (IOException e) {
                    LOG.warn("({}) cannot set net.ipv4.conf.all.src_valid_mark: {}", config.name(), e.getMessage());
                }
            }
            ruled.add(prefix.family());
        }
    }

    private static int freeTable() throws LaunchException {
        for (int table = FIRST_TABLE; ; table++) {
            if (Ip.output("-4", "route", "show", "table", "" + table).isBlank()
                    && Ip.output("-6", "route", "show", "table", "" + table).isBlank()) {
                return table;
            }
        }
    }

    private void undoable(String family, String... rule) throws LaunchException {
        Ip.run(command(family, "add", rule));
        teardown.add("routing rule", () -> Ip.run(command(family, "del", rule)));
    }

    private static String[] command(String family, String verb, String... rule) {
        var words = new ArrayList<>(List.of(family, "rule", verb));
        words.addAll(List.of(rule));
        return words.toArray(String[]::new);
    }

    private static String option(IpFamily family) {
        return family == IpFamily.V4 ? "-4" : "-6";
    }

    /// The MTU as configured, else that of the narrowest route to a peer (or of the default route), less what the
    /// tunnel adds.
    int mtu(Netlink netlink, Function<HostAndPort, @Nullable InetSocketAddress> addresses) {
        if (config.mtu().isPresent()) {
            return config.mtu().getAsInt();
        }
        var destinations = new LinkedHashSet<>(RoutePlan.endpoints(config, addresses));
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

    static InetAddress inet(IpAddress address) {
        try {
            return InetAddress.getByAddress(address.bytes());
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
