package dev.warren.io.netlink;

import static dev.warren.io.tun.Tuns.address;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.Endpoint;
import dev.warren.io.ffm.Descriptors;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.FaultyLibc;
import dev.warren.io.ffm.Libc;
import dev.warren.io.tun.LinkEvent;
import dev.warren.io.tun.LinkMonitor;
import dev.warren.io.tun.LinuxTun;
import dev.warren.io.tun.TunOptions;
import dev.warren.io.tun.Tuns;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class NetlinkTest {
    private LinuxTun tun;
    private Netlink netlink;
    private int index;
    private int octet;

    @BeforeEach
    void open() throws ErrnoException {
        tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
        netlink = Netlink.open();
        index = netlink.link(tun.name()).index();
        octet = Tuns.octet();
    }

    @AfterEach
    void close() {
        netlink.close();
        tun.close();
    }

    // Nobody knows interfaces by their numbers.
    @Test
    void whatFailsIsToldInTheWordsOfIpWithTheNameOfTheInterface() throws Exception {
        assertTold(
                "ip link set " + tun.name() + " mtu 70000: Invalid argument (EINVAL)",
                () -> netlink.mtu(index, 70_000));
        assertTold(
                "ip address del 198.18.0.77/32 dev " + tun.name() + ": Cannot assign requested address (EADDRNOTAVAIL)",
                () -> netlink.removeAddress(index, address("198.18.0.77"), 32));
        assertTold(
                "ip route del 198.19.7.0/24 dev " + tun.name() + " table 77: No such process (ESRCH)",
                () -> netlink.removeRoute(index, address("198.19.7.0"), 24, 77));
        assertTold("ip link set interface 999999 up: No such device (ENODEV)", () -> netlink.up(999_999));
    }

    private static void assertTold(String message, Executable request) {
        assertEquals(message, assertThrows(ErrnoException.class, request).getMessage());
    }

    @Test
    void aLinkIsFoundByNameAndByIndex() throws ErrnoException {
        LinkInfo link = netlink.link(index);
        assertEquals(tun.name(), link.name());
        assertEquals(link, netlink.link(tun.name()));
        assertFalse(link.up());
        netlink.up(index);
        assertTrue(netlink.link(index).up());
        netlink.down(index);
        assertFalse(netlink.link(index).up());
        netlink.queueLength(index, 2000);
        assertEquals(2000, netlink.link(index).queueLength());
        var e = assertThrows(ErrnoException.class, () -> netlink.link("no-such-link"));
        assertEquals(Errno.ENODEV, e.errno());
        assertThrows(ErrnoException.class, () -> netlink.link(""));
        assertThrows(ErrnoException.class, () -> netlink.link(999_999));
    }

    @Test
    void addressesComeAndGo() throws Exception {
        for (String text : List.of("198.18." + octet + ".1", "fd77:7761:7272:" + octet + "::1")) {
            int length = text.contains(":") ? 64 : 24;
            netlink.addAddress(index, address(text), length);
            netlink.addAddress(index, address(text), length);
            var local = java.net.NetworkInterface.getByInetAddress(address(text));
            assertEquals(tun.name(), local.getName());
            netlink.removeAddress(index, address(text), length);
            var e = assertThrows(ErrnoException.class, () -> netlink.removeAddress(index, address(text), length));
            assertEquals(Errno.EADDRNOTAVAIL, e.errno());
        }
        assertThrows(ErrnoException.class, () -> netlink.addAddress(999_999, address("198.18.0.1"), 24));
    }

    @Test
    void whatWeAddIsKnownAsOurs() throws Exception {
        var first = address("198.18." + octet + ".1");
        var second = address("198.18." + octet + ".7");
        var others6 = address("fd77:7761:7272:" + octet + "::7");
        netlink.up(index);
        netlink.addAddress(index, first, 24);
        Tuns.ip("address", "add", second.getHostAddress() + "/24", "dev", tun.name());
        Tuns.ip("address", "add", others6.getHostAddress() + "/64", "dev", tun.name());
        netlink.addAddress(index, second, 24); // stays somebody else's
        netlink.addAddress(index, others6, 64);
        netlink.addRoute(index, address("198.19." + octet + ".0"), 24);
        Tuns.ip("route", "add", "198.19." + octet + ".128/25", "dev", tun.name());
        assertEquals(java.util.Map.of(first, true, second, false, others6, false), addresses());
        try (var tables = RoutingTables.open()) {
            var ours = new ArrayList<Integer>();
            tables.routes(false, route -> {
                if (route.interfaceIndex() == index && route.ours()) ours.add(route.prefixLength());
            });
            assertEquals(List.of(24), ours);
        }
        netlink.promoteSecondaries(index);
        netlink.removeAddress(index, first, 24);
        assertEquals(java.util.Map.of(second, false, others6, false), addresses(), "that of others stays");
    }

    private java.util.Map<java.net.InetAddress, Boolean> addresses() throws ErrnoException {
        var found = new java.util.HashMap<java.net.InetAddress, Boolean>();
        try (var tables = RoutingTables.open()) {
            for (boolean v6 : new boolean[] {false, true}) {
                tables.addresses(v6, each -> {
                    if (each.interfaceIndex() == index && !each.address().isLinkLocalAddress())
                        found.put(each.address(), each.ours());
                });
            }
        }
        return found;
    }

    @Test
    void aTunThatPersistsIsAbandonedWhileNobodyHasItOpen() throws Exception {
        assertFalse(netlink.abandoned(index));
        assertFalse(netlink.abandoned(1), "loopback");
        var name = Tuns.name();
        Tuns.ip("tuntap", "add", "mode", "tun", "name", name);
        try {
            int persistent = netlink.link(name).index();
            assertTrue(netlink.abandoned(persistent));
            try (var _ = LinuxTun.open(name, TunOptions.standard())) {
                assertFalse(netlink.abandoned(persistent));
            }
            assertTrue(netlink.abandoned(persistent));
        } finally {
            netlink.deleteLink(netlink.link(name).index());
        }
    }

    @Test
    void routesComeAndGo() throws ErrnoException {
        netlink.up(index);
        for (String network : List.of("198.19." + octet + ".0", "fd77:7761:7273:" + octet + "::")) {
            int length = network.contains(":") ? 64 : 24;
            assertNotEquals(index, netlink.routeInterface(address(network)));
            netlink.addRoute(index, address(network), length);
            netlink.addRoute(index, address(network), length);
            assertEquals(index, netlink.routeInterface(address(network)));
            assertEquals(1500, netlink.routeMtu(address(network)));
            netlink.mtu(index, 1380);
            assertEquals(1380, netlink.routeMtu(address(network)));
            netlink.mtu(index, 1500);
            netlink.removeRoute(index, address(network), length);
            assertNotEquals(index, netlink.routeInterface(address(network)));
            assertThrows(ErrnoException.class, () -> netlink.removeRoute(index, address(network), length));
        }
    }

    @Test
    void aRouteOfSomebodyElseIsNotReplaced() throws ErrnoException {
        try (var other = LinuxTun.open(Tuns.name(), TunOptions.standard())) {
            int others = netlink.link(other.name()).index();
            netlink.up(index);
            netlink.up(others);
            var network = address("198.19." + octet + ".0");
            netlink.addRoute(others, network, 24);
            var e = assertThrows(ErrnoException.class, () -> netlink.addRoute(index, network, 24));
            assertEquals(Errno.EEXIST, e.errno());
            assertEquals(others, netlink.routeInterface(network));
        }
    }

    @Test
    void manyRoutesAreAddedAtOnceAndThoseThatAreThereAreKept() throws ErrnoException {
        netlink.up(index);
        var networks = new ArrayList<Netlink.Network>();
        for (int i = 0; i < 200; i++) {
            networks.add(new Netlink.Network(address("198.19." + octet + "." + i), 32));
            networks.add(new Netlink.Network(address("fd77:7761:7273:" + octet + ":" + i + "::"), 80));
        }
        netlink.addRoute(index, networks.get(70).address(), 32);
        netlink.addRoutes(index, networks);
        netlink.addRoutes(index, networks);
        netlink.addRoutes(index, List.of());
        for (var network : networks) assertEquals(index, netlink.routeInterface(network.address()));
        assertEquals(
                1500,
                netlink.narrowestMtu(
                        networks.stream().map(Netlink.Network::address).toList(), 0));
    }

    @Test
    void ofManyRoutesThoseThatLeadElsewhereAreLeftAlone() throws ErrnoException {
        try (var other = LinuxTun.open(Tuns.name(), TunOptions.standard())) {
            int others = netlink.link(other.name()).index();
            netlink.up(index);
            netlink.up(others);
            netlink.addRoute(others, address("198.19." + octet + ".100"), 32);
            var networks = new ArrayList<Netlink.Network>();
            for (int i = 0; i < 200; i++) networks.add(new Netlink.Network(address("198.19." + octet + "." + i), 32));
            assertEquals(List.of(networks.get(100)), netlink.addRoutes(index, networks));
            assertEquals(others, netlink.routeInterface(address("198.19." + octet + ".100")));
            assertEquals(index, netlink.routeInterface(address("198.19." + octet + ".199")));
        }
    }

    @Test
    void theNarrowestOfManyRoutesCounts() throws Exception {
        netlink.up(index);
        Tuns.ip("route", "add", "198.19." + octet + ".0/25", "dev", tun.name(), "mtu", "1333");
        netlink.addRoute(index, address("198.19." + octet + ".128"), 25);
        var wide = address("198.19." + octet + ".200");
        assertEquals(1500, netlink.narrowestMtu(List.of(wide), 0));
        assertEquals(1333, netlink.narrowestMtu(List.of(wide, address("198.19." + octet + ".1"), wide), 0));
        assertEquals(0, netlink.narrowestMtu(List.of(), 0));
        var nowhere = "fd77:7761:7273:" + octet + "::";
        Tuns.ip("-6", "route", "add", "unreachable", nowhere + "/64");
        try {
            assertEquals(1500, netlink.narrowestMtu(List.of(address(nowhere), wide), 0));
        } finally {
            Tuns.ip("-6", "route", "del", "unreachable", nowhere + "/64");
        }
    }

    @Test
    void aRoutesOwnMtuCounts() throws Exception {
        netlink.up(index);
        var network = address("198.19." + octet + ".0");
        Tuns.ip("route", "add", "198.19." + octet + ".0/24", "dev", tun.name(), "mtu", "1333");
        assertEquals(1333, netlink.routeMtu(network));
        assertEquals(65_536, netlink.routeMtu(address("127.0.0.1")));
    }

    @Test
    void aLinkIsDeleted() throws ErrnoException {
        netlink.deleteLink(index);
        assertFalse(tun.attached());
        assertThrows(ErrnoException.class, () -> netlink.deleteLink(index));
    }

    @Test
    void eventsSayWhatChanged() throws Exception {
        try (var monitor = LinkMonitor.open(tun);
                var other = LinuxTun.open(Tuns.name(), TunOptions.standard())) {
            netlink.up(netlink.link(other.name()).index()); // not our interface
            assertEquals(List.of(), monitor.poll());
            netlink.up(index);
            netlink.mtu(index, 1300);
            netlink.down(index);
            assertEquals(
                    List.of(new LinkEvent.Up(), new LinkEvent.MtuChanged(1300), new LinkEvent.Down()), monitor.poll());
            assertEquals(List.of(), monitor.poll());
        }
    }

    @Test
    void addressesAndRoutesAreHeardOf() throws Exception {
        netlink.up(index);
        try (var monitor = RouteMonitor.open()) {
            for (String text : List.of("198.18." + octet + ".1", "fd77:7761:7272:" + octet + "::1")) {
                int length = text.contains(":") ? 64 : 24;
                netlink.addAddress(index, address(text), length);
                assertTrue(told(monitor, new RouteEvent.RoutesChanged()), text);
                netlink.removeAddress(index, address(text), length);
                var gone = Endpoint.of(new InetSocketAddress(address(text), 0));
                assertTrue(told(monitor, new RouteEvent.AddressGone(gone.hi(), gone.lo())), text);
            }
        }
        var closed = RouteMonitor.open();
        closed.close();
        closed.close();
        assertEquals(List.of(), closed.poll());
    }

    private static boolean told(RouteMonitor monitor, RouteEvent event) {
        var libc = new Libc();
        while (libc.poll(monitor.fd(), Libc.POLLIN, 2000) > 0) {
            if (monitor.poll().contains(event)) return true;
        }
        return false;
    }

    // what was lost is asked for again.
    @Test
    void aMonitorThatLostMessagesAsksAgain() throws Exception {
        var lose = new AtomicBoolean();
        var libc = new FaultyLibc(name -> name.equals("recvmsg") && lose.getAndSet(false) ? -Errno.ENOBUFS : 0);
        try (var monitor = LinkMonitor.open(libc, tun)) {
            netlink.up(index);
            lose.set(true);
            assertEquals(List.of(new LinkEvent.Up()), monitor.poll());
            netlink.deleteLink(index);
            lose.set(true);
            assertEquals(List.of(new LinkEvent.Down(), new LinkEvent.Gone()), monitor.poll());
        }
    }

    //
    @Test
    void closedTwiceAndPolledAfter() throws ErrnoException {
        LinkMonitor monitor = LinkMonitor.open(tun);
        monitor.close();
        monitor.close();
        assertEquals(List.of(), monitor.poll());
        Netlink closed = Netlink.open();
        closed.close();
        closed.close();
        assertThrows(ErrnoException.class, () -> closed.up(index));
    }

    //
    @Test
    void openingAMonitorThatFailsLeavesNothingOpen() throws ErrnoException {
        long before = Descriptors.open();
        for (int n = 1; ; n++) {
            int nth = n;
            var call = new AtomicInteger();
            var libc = new FaultyLibc(name -> call.incrementAndGet() == nth ? -Errno.ENOMEM : 0);
            try {
                LinkMonitor.open(libc, tun).close();
                if (call.get() < nth) break;
            } catch (ErrnoException _) {
                assertEquals(before, Descriptors.open(), "call " + n);
            }
        }
        assertEquals(before, Descriptors.open());
    }
}
