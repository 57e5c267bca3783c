package dev.warren.io.tun;

import static dev.warren.io.tun.Tuns.address;
import static dev.warren.io.tun.Tuns.counter;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.Endpoint;
import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.counters.TunCounter;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.Descriptors;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.FaultyLibc;
import dev.warren.io.ffm.Libc;
import dev.warren.io.netlink.LinkInfo;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.offload.VirtioNetHeader;
import dev.warren.io.udp.LinuxUdp;
import dev.warren.io.udp.UdpOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// On real interfaces: needs root and /dev/net/tun.
class LinuxTunTest {
    private static final int BYTES = 4 << 20;

    @Test
    void everyOffloadOfThisKernelIsUsed() throws ErrnoException {
        String name = Tuns.name();
        try (var tun = LinuxTun.open(name, TunOptions.standard())) {
            assertEquals(name, tun.name());
            assertEquals(
                    "tun-tso, tun-uso, tun-gro, tun-udp-gro",
                    Offload.inUse(tun.offloads()),
                    tun.warnings().toString());
            assertEquals(List.of(), tun.warnings());
            assertEquals(1500, tun.mtu());
            assertTrue(tun.attached());
            assertTrue(Descriptors.closesOnExec(tun.fd()));
        }
        try (var netlink = Netlink.open()) {
            var e = assertThrows(ErrnoException.class, () -> netlink.link(name));
            assertEquals(Errno.ENODEV, e.errno());
        }
    }

    @Test
    void likeTheKernelsWireGuardItHasNoLinkLocalAddressAndSendsNoRedirects() throws Exception {
        try (var tun = LinuxTun.open(Tuns.name(), TunOptions.standard())) {
            assertEquals("0", setting("ipv4/conf/" + tun.name() + "/send_redirects"));
            assertEquals("1", setting("ipv6/conf/" + tun.name() + "/addr_gen_mode"));
            try (var netlink = Netlink.open()) {
                netlink.up(netlink.link(tun.name()).index());
            }
            try (var addresses = Files.lines(Path.of("/proc/net/if_inet6"))) {
                assertEquals(
                        List.of(),
                        addresses
                                .filter(line -> line.endsWith(" " + tun.name()))
                                .toList());
            }
        }
    }

    private static String setting(String path) throws IOException {
        return Files.readString(Path.of("/proc/sys/net/" + path)).strip();
    }

    @Test
    void theKernelChoosesANumber() throws ErrnoException {
        try (var tun = LinuxTun.open("wtnum%d", TunOptions.plain())) {
            assertTrue(tun.name().matches("wtnum\\d+"), tun.name());
            assertEquals("none", Offload.inUse(tun.offloads()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sixteen-bytes-xx", "lo"})
    void aNameThatCannotBeIsAnError(String name) {
        long before = Descriptors.open();
        var e = assertThrows(ErrnoException.class, () -> LinuxTun.open(name, TunOptions.standard()));
        assertEquals(Errno.EINVAL, e.errno());
        assertEquals(before, Descriptors.open());
    }

    @Test
    void aNameThatIsTakenIsBusy() throws ErrnoException {
        try (var first = LinuxTun.open(Tuns.name(), TunOptions.standard())) {
            var e = assertThrows(ErrnoException.class, () -> LinuxTun.open(first.name(), TunOptions.standard()));
            assertEquals(Errno.EBUSY, e.errno());
        }
    }

    @Test
    void aMultiQueueDeviceIsOpenedTwice() throws ErrnoException {
        var options = TunOptions.standard().withMultiQueue(true);
        try (var first = LinuxTun.open(Tuns.name(), options);
                var second = LinuxTun.open(first.name(), options)) {
            assertEquals(first.name(), second.name());
            assertEquals(first.offloads(), second.offloads());
        }
    }

    // A queue of somebody else's router would get some of its packets.
    @Test
    void queuesAreOfAnInterfaceOfTheirOwn() throws ErrnoException {
        long before = Descriptors.open();
        for (boolean shared : new boolean[] {false, true}) {
            try (var first = LinuxTun.open(Tuns.name(), TunOptions.standard().withMultiQueue(shared))) {
                long open = Descriptors.open();
                var e = assertThrows(ErrnoException.class, () -> LinuxTun.open(first.name(), TunOptions.standard(), 2));
                assertEquals(Errno.EBUSY, e.errno());
                assertEquals(open, Descriptors.open());
            }
        }
        var queues = LinuxTun.open("wtnum%d", TunOptions.standard(), 3);
        for (var queue : queues) assertEquals(queues.getFirst().name(), queue.name());
        queues.forEach(LinuxTun::close);
        assertEquals(before, Descriptors.open());
    }

    // What multi-queue relies on: a flow goes to the queue that it was last written from, and only there.
    @Test
    void theKernelHandsAFlowToTheQueueItWasLastWrittenFrom() throws Exception {
        var queues = LinuxTun.open(Tuns.name(), TunOptions.standard(), 2);
        try (var socket = new DatagramSocket()) {
            int octet = Tuns.octet();
            Tuns.up(queues.getFirst(), octet, 1420);
            var flow = PacketBatch.unpooled(Arena.ofAuto().allocate(1 << 16, 64), 1);
            var datagram =
                    new DatagramPacket(new byte[100], 100, new InetSocketAddress(address("198.18." + octet + ".2"), 9));
            for (int from : new int[] {0, 1, 1, 0, 1, 0}) {
                socket.send(datagram);
                takeDatagram(queues, flow);
                Mirror.answer(flow.slab(), flow.offset(0));
                assertEquals(0, queues.get(from).write(flow));
                for (int i = 0; i < 20; i++) {
                    socket.send(datagram);
                    assertEquals(from, takeDatagram(queues, flow));
                }
            }
        } finally {
            queues.forEach(LinuxTun::close);
        }
    }

    /// Reads until an IPv4 UDP packet came, which is then all there is in `into`; returns the queue.
    private static int takeDatagram(List<LinuxTun> queues, PacketBatch into) {
        var libc = new Libc();
        var frames = PacketBatch.unpooled(Arena.ofAuto().allocate(LinuxTun.READ_SLAB, 64), 16);
        for (int i = 0; i < 2000; i++) {
            int queue = i % queues.size();
            if (libc.poll(queues.get(queue).fd(), Libc.POLLIN, 1) == 0) continue;
            frames.clear();
            queues.get(queue).read(frames);
            for (int k = 0; k < frames.count(); k++) {
                if (frames.slab().get(JAVA_BYTE, frames.offset(k)) != 0x45
                        || frames.slab().get(JAVA_BYTE, frames.offset(k) + 9L) != 17) continue;
                into.clear();
                int at = into.append(frames.length(k), 0, null);
                MemorySegment.copy(frames.slab(), frames.offset(k), into.slab(), at, frames.length(k));
                return queue;
            }
        }
        throw new AssertionError("no datagram came");
    }

    // R-96, and one read that makes one send.
    @Test
    void theQueueIsLongAndSuperPacketsFitOneSend() throws ErrnoException {
        try (var tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
                var netlink = Netlink.open();
                var monitor = LinkMonitor.open(tun)) {
            LinkInfo link = netlink.link(tun.name());
            assertTrue(link.queueLength() >= 1000, link.toString());
            for (int mtu : new int[] {1420, 1280, 1500, 8920}) {
                netlink.mtu(link.index(), mtu);
                monitor.poll();
                int bytes = netlink.link(link.index()).gsoMaxSize();
                if (mtu == 1420) assertEquals(62_100, bytes);
                for (int payload : new int[] {mtu - 52, mtu - 72}) { // TCP with timestamps over IPv4, IPv6
                    int segments = (bytes - 321) / payload;
                    assertTrue(segments * (mtu + 32) <= 65_507 && segments <= 64, "MTU " + mtu + ": " + segments);
                }
            }
        }
    }

    @Test
    void noMtuMakesTheInterfaceSegmentSmallerThanItsPackets() {
        for (int mtu = 577; mtu <= 65_535; mtu++) {
            int bytes = LinuxTun.gsoMaxSize(mtu);
            assertTrue(bytes >= mtu && bytes <= 65_536, "MTU " + mtu + ": " + bytes);
        }
    }

    private static byte[] content() {
        byte[] content = new byte[BYTES];
        new Random(90).nextBytes(content);
        return content;
    }

    /// Sends the content through TCP to the address behind the mirror, which is us.
    private static byte[] throughTcp(String local, String remote, byte[] content) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getByName(local))) {
            var received = new FutureTask<>((Callable<byte[]>) () -> {
                try (Socket accepted = server.accept()) {
                    return accepted.getInputStream().readAllBytes();
                }
            });
            new Thread(received).start();
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(remote, server.getLocalPort()), 5000);
                socket.getOutputStream().write(content);
            }
            return received.get(15, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.%d.1, 198.18.%d.2, true",
        "fd77:7761:7272:%d::1, fd77:7761:7272:%d::2, true",
        "198.18.%d.1, 198.18.%d.2, false"
    })
    void tcpFlowsThroughInSuperPackets(String local, String remote, boolean offloads) throws Exception {
        var options = offloads ? TunOptions.standard() : TunOptions.plain();
        try (var tun = LinuxTun.open(Tuns.name(), options)) {
            int octet = Tuns.octet();
            Tuns.up(tun, octet, 1420);
            byte[] content = content();
            try (var mirror = new Mirror(tun).start()) {
                byte[] received = throughTcp(local.formatted(octet), remote.formatted(octet), content);
                assertTrue(Arrays.equals(content, received), "content");
                assertEquals(0, mirror.malformed());
                assertEquals(0, mirror.lost());
            }
            long frames = counter(tun, TunCounter.READ_SUPER_FRAMES);
            long coalesced = counter(tun, TunCounter.WRITE_COALESCED);
            assertEquals(offloads, frames > 20, frames + " super-frames");
            assertEquals(offloads, coalesced > 20, coalesced + " coalesced writes");
            assertEquals(0, counter(tun, TunCounter.WRITE_GRO_REFUSED));
        }
    }

    @Test
    void udpFlowsThroughInSuperPackets() throws Exception {
        try (var tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
                var client = LinuxUdp.open(0, 0, UdpOptions.standard());
                var server = LinuxUdp.open(0, 0, UdpOptions.standard())) {
            int octet = Tuns.octet();
            Tuns.up(tun, octet, 1420);
            PacketBatch batch = PacketBatch.unpooled(Arena.ofAuto().allocate(1 << 17, 64), 8);
            PacketBatch received = PacketBatch.unpooled(Arena.ofAuto().allocate(LinuxUdp.RECEIVE_SLAB, 64), 64);
            var to = Endpoint.of(new InetSocketAddress(address("198.18." + octet + ".2"), server.port()));
            int at = batch.append(40 * 1200 + 100, 1200, to);
            for (int i = 0; i < 40 * 1200 + 100; i++) batch.slab().set(JAVA_BYTE, at + i, (byte) ((i * 31) >> 3));
            assertEquals(0, client.send(batch));
            var libc = new Libc();
            var mirror = new Mirror(tun);
            while (counter(tun, TunCounter.READ_SUPER_FRAMES) == 0) {
                assertTrue(libc.poll(tun.fd(), Libc.POLLIN, 2000) > 0);
                assertTrue(mirror.turn() > 0);
            }
            assertTrue(libc.poll(server.fd4(), Libc.POLLIN, 2000) > 0);
            assertEquals(1, server.receive(server.fd4(), received));
            assertEquals(41, received.packets(0));
            assertEquals(
                    -1,
                    MemorySegment.mismatch(
                            batch.slab(),
                            at,
                            at + batch.length(0),
                            received.slab(),
                            received.offset(0),
                            received.offset(0) + received.length(0)));
            assertTrue(counter(tun, TunCounter.WRITE_COALESCED) > 0);
        }
    }

    // the start-up probe is answered EINVAL: nothing is ever coalesced, and that is said.
    @Test
    void aKernelThatRefusesCoalescedPacketsIsFoundOutAtOnce() throws Exception {
        var libc = new FaultyLibc(name -> name.equals("write") || name.equals("writev several") ? -Errno.EINVAL : 0) {
            @Override
            public int write(int fd, MemorySegment buffer, long at, long length) {
                boolean probe = length == 10 + 20 + 20 + 150 || length == 10 + 20 + 8 + 150;
                return probe ? super.write(fd, buffer, at, length) : real.write(fd, buffer, at, length);
            }

            private final Libc real = new Libc();
        };
        try (var tun = LinuxTun.open(libc, Tuns.name(), TunOptions.standard())) {
            assertEquals("tun-tso, tun-uso", Offload.inUse(tun.offloads()));
            assertEquals(2, tun.warnings().size(), tun.warnings().toString());
            int octet = Tuns.octet();
            Tuns.up(tun, octet, 1420);
            byte[] content = content();
            try (var mirror = new Mirror(tun).start()) {
                byte[] received = throughTcp("198.18." + octet + ".1", "198.18." + octet + ".2", content);
                assertTrue(Arrays.equals(content, received), "content");
                assertEquals(0, mirror.lost());
            }
            assertEquals(0, counter(tun, TunCounter.WRITE_COALESCED));
        }
    }

    // the probe was fine, writes are not: the packets of each go one by one, and soon none is coalesced.
    @Test
    void coalescedWritesThatAreRefusedLoseNothing() throws Exception {
        var libc = new FaultyLibc(name -> name.equals("writev several") ? -Errno.EINVAL : 0);
        try (var tun = LinuxTun.open(libc, Tuns.name(), TunOptions.standard())) {
            assertEquals("tun-tso, tun-uso, tun-gro, tun-udp-gro", Offload.inUse(tun.offloads()));
            int octet = Tuns.octet();
            Tuns.up(tun, octet, 1420);
            var lost = new AtomicInteger();
            tun.onOffloadLost(lost::incrementAndGet);
            byte[] content = content();
            try (var mirror = new Mirror(tun).start()) {
                byte[] received = throughTcp("198.18." + octet + ".1", "198.18." + octet + ".2", content);
                assertTrue(Arrays.equals(content, received), "content");
                assertEquals(0, mirror.lost());
            }
            assertEquals("tun-tso, tun-uso, tun-udp-gro", Offload.inUse(tun.offloads()));
            // The batch in which it happened was planned before.
            long refused = counter(tun, TunCounter.WRITE_GRO_REFUSED);
            assertEquals(1, lost.get());
            assertTrue(
                    tun.offloads().contains(new Offload("tun-gro", "the kernel refused coalesced packets 8 times")),
                    tun.offloads().toString());
            assertTrue(refused >= 8 && refused < 100, refused + " refused");
        }
    }

    @ParameterizedTest
    @CsvSource({"103, 'tun-tso, tun-gro, tun-udp-gro'", "7, 'tun-gro, tun-udp-gro'"})
    void offloadsTheKernelLacksAreLeftOut(int refused, String left) throws ErrnoException {
        var libc = new FaultyLibc(name -> {
            if (!name.startsWith("ioctl 400454d0 ")) return 0;
            int bits = Integer.parseInt(name.substring("ioctl 400454d0 ".length()));
            return (bits & refused) == refused || bits == 103 ? -Errno.EINVAL : 0;
        });
        try (var tun = LinuxTun.open(libc, Tuns.name(), TunOptions.standard())) {
            assertEquals(left, Offload.inUse(tun.offloads()));
            assertFalse(tun.warnings().isEmpty());
        }
    }

    // closed twice, and events after that.
    @Test
    void aClosedTunIsHarmless() throws ErrnoException {
        LinuxTun tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
        tun.close();
        tun.close();
        PacketBatch batch = PacketBatch.unpooled(Arena.ofAuto().allocate(LinuxTun.READ_SLAB, 64), 4);
        assertEquals(-Errno.EBADF, tun.read(batch));
        batch.append(100, 0, null);
        assertEquals(1, tun.write(batch));
        assertFalse(tun.attached());
        assertEquals(-1, tun.fd());
    }

    @Test
    void packetsForAnInterfaceThatIsDownAreCounted() throws ErrnoException {
        try (var tun = LinuxTun.open(Tuns.name(), TunOptions.standard())) {
            PacketBatch batch = PacketBatch.unpooled(Arena.ofAuto().allocate(8192, 64), 4);
            int at = batch.append(100, 0, null);
            batch.slab().set(JAVA_BYTE, at, (byte) 0x45);
            assertEquals(1, tun.write(batch));
            assertEquals(1, counter(tun, TunCounter.DROP_WRITE_LINK_DOWN));
        }
    }

    // a path narrower than a segment: the train goes as single datagrams, which the kernel fragments.
    @Test
    void aTrainOverANarrowInterfaceIsSentDatagramByDatagram() throws Exception {
        try (var tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
                var client = LinuxUdp.open(0, 0, UdpOptions.standard())) {
            int octet = Tuns.octet();
            Tuns.up(tun, octet, 1360);
            PacketBatch batch = PacketBatch.unpooled(Arena.ofAuto().allocate(1 << 17, 64), 8);
            var to = Endpoint.of(new InetSocketAddress(address("198.18." + octet + ".2"), 9));
            batch.append(10 * 1452, 1452, to);
            assertEquals(0, client.send(batch));
            assertEquals(1, client.counters().get(UdpCounter.SEND_GSO_REFUSED));
            assertEquals(10, client.counters().get(UdpCounter.SEND_DATAGRAMS));
            PacketBatch frames = PacketBatch.unpooled(Arena.ofAuto().allocate(LinuxTun.READ_SLAB, 64), 256);
            assertTrue(tun.read(frames) >= 20, frames.count() + " fragments");
        }
    }

    // the MTU changes under us, by every value there is.
    @Test
    void anyMtuIsSurvived() throws Exception {
        try (var tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
                var netlink = Netlink.open();
                var monitor = LinkMonitor.open(tun)) {
            int index = netlink.link(tun.name()).index();
            var random = new Random(98);
            for (int i = 0; i < 300; i++) {
                int mtu = i == 0 ? 68 : i == 1 ? 65_535 : 68 + random.nextInt(65_535 - 67);
                if (mtu == monitor.mtu()) continue;
                netlink.mtu(index, mtu);
                assertEquals(List.of(new LinkEvent.MtuChanged(mtu)), monitor.poll(), "seed 98, change " + i);
                assertEquals(mtu, monitor.mtu());
            }
            assertThrows(ErrnoException.class, () -> netlink.mtu(index, 65_536));
            assertThrows(ErrnoException.class, () -> netlink.mtu(index, 0));
        }
    }

    // deleted from outside: seen in less than a second, through the monitor and through the TUN.
    @Test
    void deletionIsSeenAtOnce() throws Exception {
        try (var tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
                var monitor = LinkMonitor.open(tun)) {
            Tuns.up(tun, Tuns.octet(), 1420);
            monitor.poll();
            Tuns.ip("link", "del", tun.name());
            var libc = new Libc();
            assertTrue(libc.poll(monitor.fd(), Libc.POLLIN, 1000) > 0);
            assertTrue(monitor.poll().contains(new LinkEvent.Gone()));
            assertEquals(List.of(), monitor.poll());
            assertTrue(libc.poll(tun.fd(), Libc.POLLIN, 1000) != 0);
            PacketBatch batch = PacketBatch.unpooled(Arena.ofAuto().allocate(LinuxTun.READ_SLAB, 64), 4);
            assertEquals(-Errno.EBADFD, tun.read(batch));
            assertFalse(tun.attached());
            batch.append(100, 0, null);
            assertEquals(1, tun.write(batch));
        }
    }

    /// A descriptor as a parent would hand it over.
    private static int attached(Libc libc, String name, int flags) throws ErrnoException {
        int fd = ErrnoException.check(libc.open("/dev/net/tun", Libc.O_RDWR, 0), "open");
        try (var arena = Arena.ofConfined()) {
            var request = new InterfaceRequest(arena);
            request.name(name);
            request.flags(flags);
            ErrnoException.check(libc.ioctl(fd, TunDescriptor.TUNSETIFF, request.segment), "attach");
        }
        return fd;
    }

    @Test
    void aDescriptorFromAParentIsAdopted() throws ErrnoException {
        var libc = new Libc();
        String name = Tuns.name();
        try (var tun = LinuxTun.adopt(attached(libc, name, 0x5001), TunOptions.standard())) {
            assertEquals(name, tun.name());
            assertEquals("tun-tso, tun-uso, tun-gro, tun-udp-gro", Offload.inUse(tun.offloads()));
            assertTrue((libc.fcntl(tun.fd(), Libc.F_GETFL, 0) & Libc.O_NONBLOCK) != 0);
            assertTrue(Descriptors.closesOnExec(tun.fd()));
        }
        try (var plain = LinuxTun.adopt(attached(libc, Tuns.name(), 0x1001), TunOptions.standard())) {
            assertEquals("none", Offload.inUse(plain.offloads()));
            assertEquals(1, plain.warnings().size());
        }
        long before = Descriptors.open();
        int tap = attached(libc, Tuns.name(), 0x1002);
        assertThrows(ErrnoException.class, () -> LinuxTun.adopt(tap, TunOptions.standard()));
        int socket = libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM, 0);
        assertThrows(ErrnoException.class, () -> LinuxTun.adopt(socket, TunOptions.standard()));
        assertThrows(ErrnoException.class, () -> LinuxTun.adopt(12_345, TunOptions.standard()));
        assertEquals(before, Descriptors.open());
    }

    // the kernel copies forty bytes both ways, and not one more.
    @Test
    void anInterfaceRequestHasFortyBytes() throws ErrnoException {
        assertEquals(40, InterfaceRequest.SIZE);
        try (var tun = LinuxTun.open(Tuns.name(), TunOptions.standard());
                var arena = Arena.ofConfined()) {
            MemorySegment poisoned = arena.allocate(120, 8).fill((byte) 0x5a);
            MemorySegment request = poisoned.asSlice(40, InterfaceRequest.SIZE);
            assertEquals(0, new Libc().ioctl(tun.fd(), TunDescriptor.TUNGETIFF, request));
            for (int i = 0; i < 120; i++) {
                if (i < 40 || i >= 80) assertEquals(0x5a, poisoned.get(JAVA_BYTE, i), "byte " + i);
            }
            var again = new InterfaceRequest(arena);
            again.segment.fill((byte) 0xff);
            again.name("wg0");
            assertEquals(0, again.flags());
            assertEquals("wg0", again.name());
        }
    }

    @Test
    void withoutAVirtioHeaderTheConsumerSeesAnEmptyOne() throws Exception {
        try (var tun = LinuxTun.open(Tuns.name(), TunOptions.plain());
                var client = LinuxUdp.open(0, 0, UdpOptions.standard())) {
            int octet = Tuns.octet();
            Tuns.up(tun, octet, 1420);
            PacketBatch batch = PacketBatch.unpooled(Arena.ofAuto().allocate(8192, 64), 8);
            batch.append(100, 0, Endpoint.of(new InetSocketAddress(address("198.18." + octet + ".2"), 9)));
            client.send(batch);
            PacketBatch frames = PacketBatch.unpooled(Arena.ofAuto().allocate(LinuxTun.READ_SLAB, 64), 256);
            frames.slab().fill((byte) 0x77);
            assertTrue(tun.read(frames) > 0);
            for (int i = 0; i < frames.count(); i++) {
                int header = frames.offset(i) - VirtioNetHeader.LENGTH;
                for (int k = 0; k < VirtioNetHeader.LENGTH; k++) {
                    assertEquals(0, frames.slab().get(JAVA_BYTE, (long) header + k));
                }
            }
        }
    }

    // each system call of opening fails in turn: nothing stays open.
    @Test
    void openingThatFailsLeavesNothingOpen() throws ErrnoException {
        long before = Descriptors.open();
        int failures = 0;
        for (int n = 1; ; n++) {
            int nth = n;
            var call = new AtomicInteger();
            var libc = new FaultyLibc(name -> call.incrementAndGet() == nth ? -Errno.EMFILE : 0);
            try {
                LinuxTun.open(() -> libc, Tuns.name(), TunOptions.standard(), 2).forEach(LinuxTun::close);
                if (call.get() < nth) break; // every call has failed once
            } catch (ErrnoException _) {
                failures++;
                assertEquals(before, Descriptors.open(), "call " + n);
            }
        }
        assertTrue(failures >= 6, failures + " calls matter");
        assertEquals(before, Descriptors.open());
    }

    @Test
    void anErrorWhileReadingIsToldOnce() throws IOException {
        var libc = new FaultyLibc(name -> name.equals("read") ? -Errno.EIO : 0);
        try (var tun = LinuxTun.open(libc, Tuns.name(), TunOptions.standard())) {
            PacketBatch batch = PacketBatch.unpooled(Arena.ofAuto().allocate(LinuxTun.READ_SLAB, 64), 4);
            assertEquals(-Errno.EIO, tun.read(batch));
            assertEquals(1, counter(tun, TunCounter.READ_ERRORS));
        }
    }
}
