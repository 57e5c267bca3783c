package dev.warren.host;

import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.netlink.RoutingTables;
import dev.warren.io.netlink.RoutingTables.Rule;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
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

/// Adds the routes of a [RoutePlan], and further ones when more endpoints are resolved.
///
/// Routes that must not be in the main table are added to a table of their own, as wg-quick(8) does: all
/// packets without our mark are looked up there, after the specific routes of the main table. The kernel
/// removes the routes with the interface; the teardown removes the rules. Blocks; one thread at a time.
public final class KernelRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(KernelRoutes.class);
    private static final Path VALID_MARK = Path.of("/proc/sys/net/ipv4/conf/all/src_valid_mark");
    private static final int OVERHEAD = 80;
    private static final int SMALLEST = 1280;
    private static final int ETHERNET = 1500;
    private static final int MOST = 65_535; // loopback has one byte more

    private final InterfaceConfig config;
    private final UndoLog teardown;
    private final Set<IpFamily> families;
    private final Set<IpFamily> ruled = EnumSet.noneOf(IpFamily.class);
    /// Networks of another interface that a warning was logged for.
    private final Set<IpPrefix> elsewhere = new HashSet<>();

    /// Set when the interface was lost: the routes and rules of its kill switch stay.
    private volatile boolean guarding;

    private volatile boolean guarded;
    /// Keys of the steps that were added to the teardown.
    private final Set<Object> undone = new HashSet<>();

    private RoutePlan added = new RoutePlan(List.of(), List.of());
    private volatile int mark;

    /// @param families that this host supports
    public KernelRoutes(InterfaceConfig config, Set<IpFamily> families, UndoLog teardown) {
        this.config = config;
        this.families = families;
        this.teardown = teardown;
        this.mark = config.fwmark();
    }

    /// SO_MARK of our own packets: the configured fwmark, or a chosen one where a route needs it. 0: none.
    public int mark() {
        return mark;
    }

    /// Number of routes added, without those that lead through another interface.
    public int count() {
        return added.plain().size() + added.covering().size();
    }

    /// Logs a warning for each network of this interface that another one has already: its routes are not replaced.
    public void warnOfOthers() {
        var mine = new HashSet<>(RoutePlan.of(config, HostAndPort::literal).plain());
        for (var address : config.addresses()) {
            mine.add(IpPrefix.of(address.address(), address.prefixLength()));
            mine.add(IpPrefix.of(address.address(), address.address().family().bits()));
        }
        try (var tables = RoutingTables.open();
                var netlink = Netlink.open()) {
            for (var family : families) {
                tables.routes(family == IpFamily.V6, route -> {
                    boolean looked = route.table() == RoutingTables.MAIN || route.table() == RoutingTables.LOCAL;
                    if (!looked || route.interfaceIndex() == 0) return;
                    var network = IpPrefix.of(IpAddress.of(route.network().getAddress()), route.prefixLength());
                    if (mine.contains(network)) leadsElsewhere(netlink, network, route.interfaceIndex());
                });
            }
        } catch (ErrnoException e) {
            LOG.debug("({}) {}", config.name(), e.getMessage());
        }
    }

    private void leadsElsewhere(Netlink netlink, IpPrefix network, int index) {
        var owner = nameOf(netlink, index);
        if (owner.equals(config.name()) || !elsewhere.add(network)) return;
        LOG.warn(
                "({}) {}{} is on {} already: traffic to it stays there",
                config.name(),
                network,
                peerOf(network),
                owner);
    }

    private static String nameOf(Netlink netlink, int index) {
        try {
            return netlink.link(index).name();
        } catch (ErrnoException e) {
            return "interface " + index;
        }
    }

    private String peerOf(IpPrefix network) {
        return config.peers().stream()
                .filter(peer -> peer.allowedIps().contains(network))
                .map(peer -> " of peer " + peer.name())
                .findFirst()
                .orElse("");
    }

    /// Adds the routes that are missing now that these addresses are resolved. A route of the main table
    /// that would lead an endpoint into the tunnel is moved to the other table. May be called again after a
    /// failure.
    ///
    /// @param index of the interface
    /// @param addresses the address of each endpoint, null for one that is not resolved
    public void add(Netlink netlink, int index, Function<HostAndPort, @Nullable InetSocketAddress> addresses)
            throws SetupException {
        var plan = RoutePlan.of(config, addresses).only(families);
        try {
            var left = netlink.addRoutes(index, () -> without(plan.plain(), added.plain()).stream()
                    .map(prefix -> new Netlink.Network(inet(prefix.address()), prefix.bits()))
                    .iterator());
            var others = new HashSet<IpPrefix>();
            for (var network : left) {
                var prefix = IpPrefix.of(IpAddress.of(network.address().getAddress()), network.prefixLength());
                others.add(prefix);
                leadsElsewhere(netlink, prefix, netlink.routeInterface(network.address()));
            }
            var covering = without(plan.covering(), added.covering());
            if (!covering.isEmpty()) {
                policy(netlink, index, covering);
                var before = new HashSet<>(added.plain());
                for (var prefix : covering) {
                    if (before.contains(prefix)) remove(netlink, index, prefix);
                }
            }
            added = plan.without(others);
        } catch (ErrnoException e) {
            throw SetupException.of(config.name(), e);
        }
    }

    /// Called after the link was down, when the kernel has removed all routes: [#add] adds them again.
    public void lost() {
        added = new RoutePlan(List.of(), List.of());
        ruled.clear();
    }

    private static void remove(Netlink netlink, int index, IpPrefix prefix) throws ErrnoException {
        try {
            netlink.removeRoute(index, inet(prefix.address()), prefix.bits());
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) throw e; // removed already
        }
    }

    private static Collection<IpPrefix> without(List<IpPrefix> all, List<IpPrefix> those) {
        if (those.isEmpty()) return all;
        var rest = new LinkedHashSet<>(all);
        rest.removeAll(new HashSet<>(those));
        return rest;
    }

    private void policy(Netlink netlink, int index, Collection<IpPrefix> prefixes) throws ErrnoException {
        try (var tables = RoutingTables.open()) {
            if (mark == 0) mark = Leftovers.freeTable(tables);
            if (config.killSwitch()) {
                for (var prefix : prefixes) guard(tables, prefix);
            }
            for (var prefix : prefixes) netlink.addRoute(index, inet(prefix.address()), prefix.bits(), mark);
            for (var prefix : prefixes) {
                if (ruled.add(prefix.family())) rules(tables, prefix.family());
            }
        }
    }

    /// Adds the route of last resort of a kill switch: without the interface, packets match it instead of
    /// the main table.
    private void guard(RoutingTables tables, IpPrefix prefix) throws ErrnoException {
        var network = inet(prefix.address());
        tables.addLastResort(network, prefix.bits(), mark);
        guarded = true;
        undo(prefix, "kill switch", again -> again.removeLastResort(network, prefix.bits(), mark));
    }

    private interface Change {
        void of(RoutingTables tables) throws ErrnoException;
    }

    /// Adds a step to the teardown, once for each `key`; also for rules and routes that a killed router has
    /// left and this one uses.
    private void undo(Object key, String what, Change change) {
        if (!undone.add(key)) return;
        teardown.add(what, () -> {
            if (guarding) return;
            try (var tables = RoutingTables.open()) {
                change.of(tables);
            }
        });
    }

    /// Called when the interface was lost without being removed by us: the kill switch keeps refusing its
    /// packets, also after the teardown.
    public void lostForGood() {
        if (!guarded) return;
        guarding = true;
        LOG.warn(
                "({}) its kill switch refuses what was routed to it, until warren run is started again, or: ip rule del not"
                        + " fwmark {} table {} (and ip -6 rule del)",
                config.name(),
                Integer.toUnsignedString(mark),
                Integer.toUnsignedString(mark));
    }

    private void rules(RoutingTables tables, IpFamily family) throws ErrnoException {
        boolean v6 = family == IpFamily.V6;
        if (!v6) validMark(); // before the rules, so that it is undone after them
        boolean there = tables.rules(v6).contains(Rule.unmarked(mark));
        for (var rule : List.of(Rule.unmarked(mark), Rule.specificFirst())) {
            if (!there) tables.add(v6, rule);
            undo(List.of(family, rule), "routing rule", again -> again.remove(v6, rule));
        }
    }

    /// Sets src_valid_mark, so that replies to marked packets pass the reverse path filter.
    private void validMark() {
        try {
            var before = Files.readString(VALID_MARK).strip();
            if (before.equals("1")) return;
            Files.writeString(VALID_MARK, "1");
            teardown.add("net.ipv4.conf.all.src_valid_mark", () -> restoreValidMark(before));
        } catch (IOException e) {
            LOG.warn(
                    "({}) cannot set net.ipv4.conf.all.src_valid_mark to 1 ({}): a strict reverse path filter will drop the"
                            + " answers of peers",
                    config.name(),
                    e instanceof java.nio.file.FileSystemException file && file.getReason() != null
                            ? file.getReason()
                            : "/proc/sys is read-only");
        }
    }

    /// Restores src_valid_mark, unless another interface of ours, wg-quick or another router still has such a rule.
    private static void restoreValidMark(String before) throws ErrnoException, IOException {
        try (var tables = RoutingTables.open()) {
            if (tables.rules(false).stream().anyMatch(rule -> rule.mark() != 0)) return;
        }
        if (Files.readString(VALID_MARK).strip().equals("1")) Files.writeString(VALID_MARK, before);
    }

    /// The MTU in bytes: as configured, else the smallest of the routes to the peers (or of the default
    /// route) less the 80 bytes that the tunnel adds, 1280 at least.
    public int mtu(Netlink netlink, Function<HostAndPort, @Nullable InetSocketAddress> addresses) {
        if (config.mtu().isPresent()) {
            return config.mtu().getAsInt();
        }
        var destinations = new LinkedHashSet<>(RoutePlan.endpoints(config, addresses));
        if (destinations.isEmpty()) {
            destinations.add(IpAddress.of(new byte[] {(byte) 192, 0, 2, 1})); // RFC 5737, TEST-NET-1: the default route
        }
        int narrowest = 0;
        try {
            narrowest = netlink.narrowestMtu(
                    () -> destinations.stream().map(KernelRoutes::inet).iterator(), mark);
        } catch (ErrnoException e) {
            LOG.debug("({}) MTU of the routes to the peers: {}", config.name(), e.getMessage());
        }
        return Math.max(SMALLEST, Math.min(narrowest == 0 ? ETHERNET : narrowest, MOST) - OVERHEAD);
    }

    public static InetAddress inet(IpAddress address) {
        try {
            return InetAddress.getByAddress(address.bytes());
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
