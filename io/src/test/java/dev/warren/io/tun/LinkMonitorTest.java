package dev.warren.io.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.ffm.Descriptors;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.FaultyLibc;
import dev.warren.io.ffm.Libc;
import dev.warren.io.netlink.Netlink;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The monitor of an interface that goes to other network namespaces.
class LinkMonitorTest {
    private static final LinkEvent UP = new LinkEvent.Up();
    private static final LinkEvent DOWN = new LinkEvent.Down();
    private static final LinkEvent AWAY = new LinkEvent.Moved(false);
    private static final LinkEvent HOME = new LinkEvent.Moved(true);
    private static final LinkEvent GONE = new LinkEvent.Gone();

    private final String one = Tuns.name();
    private final String two = Tuns.name();
    private LinuxTun tun;

    @BeforeEach
    void open() throws Exception {
        tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
        Tuns.ip("netns", "add", one);
        Tuns.ip("netns", "add", two);
    }

    @AfterEach
    void close() throws Exception {
        tun.close();
        for (var each : List.of(one, two)) {
            if (Files.exists(Path.of("/run/netns", each))) Tuns.ip("netns", "del", each);
        }
    }

    private static void in(String namespace, String... words) throws Exception {
        var command = new String[words.length + 2];
        command[0] = "-n";
        command[1] = namespace;
        System.arraycopy(words, 0, command, 2, words.length);
        Tuns.ip(command);
    }

    private static List<LinkEvent> heard(LinkMonitor monitor) {
        assertTrue(new Libc().poll(monitor.fd(), Libc.POLLIN, 5000) > 0, "nothing was heard");
        return monitor.poll();
    }

    @Test
    void anInterfaceIsFollowedThroughNamespacesAndNames() throws Exception {
        try (var monitor = LinkMonitor.open(tun)) {
            Tuns.ip("link", "set", tun.name(), "up");
            assertEquals(List.of(UP), heard(monitor));
            Tuns.ip("link", "set", tun.name(), "netns", one);
            assertEquals(List.of(DOWN, AWAY), heard(monitor));
            assertFalse(monitor.silent());
            in(one, "link", "set", tun.name(), "up");
            assertEquals(List.of(UP), heard(monitor));
            in(one, "link", "set", tun.name(), "mtu", "1300");
            assertEquals(List.of(new LinkEvent.MtuChanged(1300)), heard(monitor));
            in(one, "link", "set", tun.name(), "netns", two, "name", "other0");
            Tuns.ip("netns", "del", one);
            assertEquals(List.of(DOWN, AWAY, new LinkEvent.Renamed("other0")), settled(monitor, "other0"));
            in(two, "link", "set", "other0", "up");
            assertEquals(List.of(UP), heard(monitor));
            in(
                    two,
                    "link",
                    "set",
                    "other0",
                    "netns",
                    "" + ProcessHandle.current().pid());
            assertEquals(List.of(DOWN, HOME), heard(monitor));
            Tuns.ip("link", "set", "other0", "up");
            assertEquals(List.of(UP), heard(monitor));
            Tuns.ip("link", "set", "other0", "mtu", "1400");
            assertEquals(List.of(new LinkEvent.MtuChanged(1400)), heard(monitor));
            try (var netlink = Netlink.open()) {
                assertEquals(LinuxTun.gsoMaxSize(1400), netlink.link("other0").gsoMaxSize());
            }
            Tuns.ip("link", "set", "other0", "netns", two);
            assertEquals(List.of(DOWN, AWAY), heard(monitor));
            in(two, "link", "del", "other0");
            assertEquals(List.of(GONE), heard(monitor));
            assertEquals(List.of(), monitor.look());
            assertFalse(monitor.silent());
        }
    }

    /// All that is heard until the interface has this name.
    private static List<LinkEvent> settled(LinkMonitor monitor, String name) {
        var all = new ArrayList<LinkEvent>();
        while (!monitor.name().equals(name)) all.addAll(heard(monitor));
        return all;
    }

    /// A TUN that nobody reads.
    @Test
    void whatTheKernelDropsIsKnownWhereverTheInterfaceIs() throws Exception {
        try (var monitor = LinkMonitor.open(tun)) {
            assertEquals(0, monitor.dropped());
            Tuns.up(tun, Tuns.octet(), 1420);
            flood();
            long first = monitor.dropped();
            assertTrue(first > 1000, first + " dropped");
            assertEquals(
                    Files.readString(Path.of("/sys/class/net", tun.name(), "statistics/tx_dropped"))
                            .strip(),
                    "" + first);
            monitor.poll();
            Tuns.ip("link", "set", tun.name(), "netns", one);
            assertEquals(first, monitor.dropped(), "nobody has looked where it is");
            heard(monitor);
            assertTrue(monitor.dropped() >= first);
            in(one, "link", "del", tun.name());
            heard(monitor);
            assertTrue(monitor.dropped() >= first, "it is gone");
        }
    }

    private void flood() throws IOException {
        try (var socket = new DatagramSocket()) {
            var to = Tuns.address("198.18." + Tuns.octet() + ".2");
            var datagram = new DatagramPacket(new byte[100], 100, to, 9);
            for (int i = 0; i < 20_000; i++) socket.send(datagram);
        }
    }

    @Test
    void otherInterfacesOfTheSameIndexAreNotOurs() throws Exception {
        try (var monitor = LinkMonitor.open(tun);
                var netlink = Netlink.open()) {
            int index = netlink.link(tun.name()).index();
            Tuns.ip("link", "set", tun.name(), "netns", one);
            assertEquals(List.of(AWAY), heard(monitor));
            var other = Tuns.name();
            Tuns.ip("link", "add", other, "index", "" + index, "type", "veth");
            Tuns.ip("link", "set", other, "up");
            Tuns.ip("link", "del", other);
            assertEquals(List.of(), heard(monitor));
        }
    }

    @Test
    void withoutMessagesOfOtherNamespacesTheMonitorQueries() throws Exception {
        var libc = new FaultyLibc(name -> name.equals("setsockopt 270 8") ? -Errno.EPERM : 0);
        try (var monitor = LinkMonitor.open(libc, tun)) {
            assertFalse(monitor.silent());
            Tuns.ip("link", "set", tun.name(), "netns", one);
            assertEquals(List.of(AWAY), heard(monitor));
            assertTrue(monitor.silent());
            in(one, "link", "set", tun.name(), "mtu", "1300", "up");
            assertEquals(List.of(new LinkEvent.MtuChanged(1300), UP), monitor.look());
            in(one, "link", "set", tun.name(), "down");
            in(one, "link", "set", tun.name(), "netns", two, "name", "other0");
            assertEquals(List.of(DOWN, AWAY, new LinkEvent.Renamed("other0")), sorted(monitor.look()));
            in(two, "link", "del", "other0");
            assertEquals(List.of(GONE), monitor.look());
        }
    }

    private static List<LinkEvent> sorted(List<LinkEvent> events) {
        return events.stream()
                .sorted(Comparator.comparing(e -> e.getClass().getSimpleName()))
                .sorted(Comparator.comparing(e -> e instanceof LinkEvent.Renamed))
                .toList();
    }

    // Before Linux 5.2, or without CAP_NET_ADMIN in the namespace where it is.
    @Test
    void withoutQueriesOfTheNamespaceTheDescriptorIsProbed() throws Exception {
        for (int errno : new int[] {Errno.EINVAL, Errno.EPERM}) {
            var libc = new FaultyLibc(name -> name.equals("ioctl 54e3 0") ? -errno : 0);
            try (var monitor = LinkMonitor.open(libc, tun)) {
                assertFalse(monitor.silent());
                Tuns.ip("link", "set", tun.name(), "up");
                assertEquals(List.of(UP), heard(monitor));
                Tuns.ip("link", "set", tun.name(), "netns", one);
                assertEquals(List.of(DOWN, AWAY), heard(monitor));
                assertTrue(monitor.silent());
                assertEquals(List.of(), monitor.look());
                in(one, "link", "set", tun.name(), "up");
                assertEquals(List.of(UP), monitor.look());
                assertEquals(List.of(), monitor.look());
                in(one, "link", "set", tun.name(), "down");
                assertEquals(List.of(DOWN), monitor.look());
                in(one, "link", "del", tun.name());
                assertEquals(List.of(GONE), monitor.look());
            }
            tun.close();
            tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
        }
    }

    @Test
    void theInterfaceIsDeletedWithTheLastDescriptor() throws ErrnoException {
        long before = Descriptors.open();
        var name = Tuns.name();
        var mine = LinuxTun.open(name, TunOptions.standard());
        var monitor = LinkMonitor.open(mine);
        mine.close();
        monitor.close();
        try (var netlink = Netlink.open()) {
            assertThrows(ErrnoException.class, () -> netlink.link(name));
        }
        assertEquals(before, Descriptors.open());
    }
}
