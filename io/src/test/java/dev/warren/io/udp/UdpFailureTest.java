package dev.warren.io.udp;

import static dev.warren.io.udp.Datagrams.add;
import static dev.warren.io.udp.Datagrams.batch;
import static dev.warren.io.udp.Datagrams.bytes;
import static dev.warren.io.udp.Datagrams.drain;
import static dev.warren.io.udp.Datagrams.endpoint;
import static dev.warren.io.udp.Datagrams.receiveBatch;
import static dev.warren.io.udp.LinuxUdpTest.assertSameDatagrams;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.Endpoint;
import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.Descriptors;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.FaultyLibc;
import dev.warren.io.ffm.Libc;
import dev.warren.io.ffm.Mmsghdr;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a [LinuxUdp] does when the kernel says no.
class UdpFailureTest {
    private LinuxUdp server;
    private LinuxUdp client;
    private Endpoint to;

    @BeforeEach
    void open() throws ErrnoException {
        server = LinuxUdp.open(0, 0, UdpOptions.standard());
        client = server;
        to = endpoint("127.0.0.1", server.port());
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
    }

    private void client(Libc libc, UdpOptions options) throws ErrnoException {
        client = LinuxUdp.open(libc, 0, 0, options);
    }

    /// Answers the next calls of one function from a list, then lets everything through.
    private static Libc failing(String function, Integer... results) {
        var left = new ArrayList<>(List.of(results));
        return new FaultyLibc(name -> name.equals(function) && !left.isEmpty() ? left.removeFirst() : 0);
    }

    private static List<byte[]> twoTrainsAndSingles(PacketBatch batch, Endpoint to) {
        var all = new ArrayList<byte[]>();
        for (int segment : new int[] {1452, 1000}) {
            byte[] train = bytes(20 * segment + 300, segment);
            add(batch, train, segment, to);
            for (int at = 0; at < train.length; at += segment) {
                all.add(Arrays.copyOfRange(train, at, Math.min(train.length, at + segment)));
            }
        }
        for (int i = 0; i < 30; i++) {
            byte[] single = bytes(100 + i, i); // growing: none shares a train
            add(batch, single, 0, to);
            all.add(single);
        }
        return all;
    }

    // whatever recvmmsg says that passes, the next receive works.
    @ParameterizedTest
    @ValueSource(
            ints = {
                Errno.EINTR,
                Errno.ENOBUFS,
                Errno.ENOMEM,
                Errno.ECONNREFUSED,
                Errno.EHOSTUNREACH,
                Errno.EIO,
                Errno.EPERM,
                Errno.EAGAIN,
                Errno.EMSGSIZE,
                Errno.EINVAL
            })
    void aReceiveErrorThatPassesEndsNothing(int errno) throws ErrnoException {
        var results = new Integer[20];
        Arrays.fill(results, -errno);
        client(failing("recvmmsg", results), UdpOptions.standard());
        PacketBatch batch = batch(4096, 1);
        add(batch, bytes(100, 1), 0, endpoint("127.0.0.1", client.port()));
        assertEquals(0, server.send(batch));
        PacketBatch received = receiveBatch();
        int calls = 0;
        int got;
        while ((got = client.receive(client.fd4(), received)) == 0 && calls < 30) calls++;
        assertEquals(1, got);
    }

    // sendmmsg sends fewer than it was given: the rest follows, in order.
    @Test
    void aPartialSendIsContinued() throws ErrnoException {
        client(
                new Libc() {
                    private int call;

                    @Override
                    public int sendmmsg(int fd, MemorySegment messages, long at, int count, int flags) {
                        return super.sendmmsg(fd, messages, at, Math.min(count, 1 + call++ % 3), flags);
                    }
                },
                UdpOptions.standard());
        PacketBatch batch = batch(1 << 18, 64);
        List<byte[]> expected = twoTrainsAndSingles(batch, to);
        assertEquals(0, client.send(batch));
        assertSameDatagrams(expected, drain(server, server.fd4()));
    }

    /// Goes on as often as the sender asks for it.
    private static int sendAll(LinuxUdp from, PacketBatch batch, AtomicInteger waits) {
        int lost = from.send(batch);
        while (lost == UdpSocket.UNFINISHED) {
            assertEquals(from.fd4(), from.waitsFor());
            waits.incrementAndGet();
            lost = from.proceed();
        }
        assertEquals(-1, from.waitsFor());
        return lost;
    }

    // a full buffer, an interrupt: everything is sent, once and in order.
    @Test
    void aFullSocketIsWaitedFor() throws ErrnoException {
        client(failing("sendmmsg", -Errno.EAGAIN, -Errno.EINTR, -Errno.EAGAIN), UdpOptions.standard());
        PacketBatch batch = batch(1 << 18, 64);
        List<byte[]> expected = twoTrainsAndSingles(batch, to);
        var waits = new AtomicInteger();
        assertEquals(0, sendAll(client, batch, waits));
        assertEquals(2, waits.get());
        assertSameDatagrams(expected, drain(server, server.fd4()));
    }

    /// A kernel that takes one or two messages, then says that its buffer is full.
    private static Libc fullNowAndThen(boolean takesTrains) {
        return new Libc() {
            private int call;

            @Override
            public int sendmmsg(int fd, MemorySegment messages, long at, int count, int flags) {
                if (call++ % 2 == 1) return -Errno.EAGAIN;
                int from = (int) (at / Mmsghdr.SIZE);
                if (!takesTrains && Mmsghdr.controlLength(messages, from) > 0) return -Errno.EIO;
                int most = takesTrains ? 1 + call % 4 / 2 : 1;
                return super.sendmmsg(fd, messages, at, Math.min(count, most), flags);
            }
        };
    }

    // in the middle of a batch, of a train that goes one by one, of an entry longer than the queue.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBatchGoesOnWhereItStopped(boolean takesTrains) throws ErrnoException {
        client(fullNowAndThen(takesTrains), UdpOptions.standard());
        PacketBatch batch = batch(1 << 20, 512);
        List<byte[]> expected = twoTrainsAndSingles(batch, to);
        byte[] manyTrains = bytes(150 * 100 + 7, 3);
        add(batch, manyTrains, 100, to);
        for (int at = 0; at < manyTrains.length; at += 100) {
            expected.add(Arrays.copyOfRange(manyTrains, at, Math.min(manyTrains.length, at + 100)));
        }
        for (int i = 0; i < 100; i++) { // more than a queue holds
            byte[] single = bytes(200 + i, i);
            add(batch, single, 0, to);
            expected.add(single);
        }
        var waits = new AtomicInteger();
        assertEquals(0, sendAll(client, batch, waits));
        assertTrue(waits.get() > 60, waits + " waits");
        assertSameDatagrams(expected, drain(server, server.fd4()));
        assertEquals(expected.size(), client.counters().get(UdpCounter.SEND_DATAGRAMS));
        assertEquals(0, client.counters().get(UdpCounter.DROP_BUFFER_FULL));
    }

    // wherever it is given up, each datagram was sent or is counted.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsAbandonedIsCounted(boolean takesTrains) throws ErrnoException {
        client(fullNowAndThen(takesTrains), UdpOptions.standard());
        PacketBatch batch = batch(1 << 20, 512);
        var expected = new ArrayList<byte[]>();
        for (int round = 0; round < 3; round++) expected.addAll(twoTrainsAndSingles(batch, to));
        for (int stop = 0; stop < 60; stop++) {
            long sent = client.counters().get(UdpCounter.SEND_DATAGRAMS);
            long dropped = client.counters().get(UdpCounter.DROP_BUFFER_FULL);
            int lost = client.send(batch);
            for (int i = 0; i < stop && lost == UdpSocket.UNFINISHED; i++) lost = client.proceed();
            if (lost == UdpSocket.UNFINISHED) lost = client.abandon();
            sent = client.counters().get(UdpCounter.SEND_DATAGRAMS) - sent;
            dropped = client.counters().get(UdpCounter.DROP_BUFFER_FULL) - dropped;
            assertEquals(lost, dropped);
            assertEquals(expected.size(), sent + dropped, "stopped after " + stop);
            assertEquals(0, client.abandon());
            assertSameDatagrams(expected.subList(0, (int) sent), drain(server, server.fd4()));
        }
    }

    /// A kernel that will not send trains.
    private static Libc withoutTrains(int errno) {
        return new Libc() {
            @Override
            public int sendmmsg(int fd, MemorySegment messages, long at, int count, int flags) {
                int from = (int) (at / Mmsghdr.SIZE);
                int clean = 0;
                while (clean < count && Mmsghdr.controlLength(messages, from + clean) == 0) clean++;
                return clean == 0 ? -errno : super.sendmmsg(fd, messages, at, clean, flags);
            }
        };
    }

    // EIO, a device without checksum offload; R-81: EMSGSIZE, EINVAL, a path too narrow for a segment.
    @ParameterizedTest
    @ValueSource(ints = {Errno.EIO, Errno.EMSGSIZE, Errno.EINVAL})
    void aTrainTheKernelRefusesGoesOneByOne(int errno) throws ErrnoException {
        client(withoutTrains(errno), UdpOptions.standard());
        var lost = new int[1];
        client.onOffloadLost(() -> lost[0]++);
        PacketBatch batch = batch(1 << 18, 64);
        List<byte[]> expected = twoTrainsAndSingles(batch, to);
        assertEquals(0, client.send(batch));
        assertSameDatagrams(expected, drain(server, server.fd4()));
        assertEquals(errno == Errno.EIO ? "udp-gro" : "udp-gso, udp-gro", Offload.inUse(client.offloads()));
        long refused = client.counters().get(UdpCounter.SEND_GSO_REFUSED);
        assertTrue(refused > 0);
        assertEquals(0, client.send(batch));
        assertSameDatagrams(expected, drain(server, server.fd4()));
        if (errno == Errno.EIO) assertEquals(refused, client.counters().get(UdpCounter.SEND_GSO_REFUSED));
        assertEquals(errno == Errno.EIO ? 1 : 0, lost[0]);
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EMSGSIZE, Errno.ENETUNREACH, Errno.EPERM, Errno.EHOSTUNREACH, Errno.ENETDOWN, Errno.EIO})
    void aSingleTheKernelRefusesIsCountedAndTheOthersGo(int errno) throws ErrnoException {
        client(failing("sendmmsg", -errno), UdpOptions.standard().withOffloads(false, true));
        PacketBatch batch = batch(1 << 18, 64);
        List<byte[]> expected = twoTrainsAndSingles(batch, to);
        assertEquals(1, client.send(batch));
        assertSameDatagrams(expected.subList(1, expected.size()), drain(server, server.fd4()));
        long counted = Arrays.stream(UdpCounter.values())
                .filter(counter -> counter.label().startsWith("udp.send.drop"))
                .mapToLong(client.counters()::get)
                .sum();
        assertEquals(1, counted);
    }

    // with the switch on, no train ends in a segment equal to the others.
    @Test
    void anEqualTailGetsASentinel() throws ErrnoException {
        client(new Libc(), UdpOptions.standard().withNeverEqualTail(true));
        for (int segments : new int[] {2, 45, 63, 64, 100}) {
            PacketBatch batch = batch(1 << 18, 4);
            add(batch, bytes(segments * 600, 1), 600, to);
            assertEquals(0, client.send(batch));
            List<byte[]> got = drain(server, server.fd4());
            assertEquals(
                    segments,
                    got.stream().filter(datagram -> datagram.length == 600).count());
            assertTrue(got.stream().anyMatch(datagram -> datagram.length == 1), segments + " segments");
        }
        PacketBatch batch = batch(1 << 18, 4);
        add(batch, bytes(45 * 600 + 1, 1), 600, to);
        add(batch, bytes(600, 1), 0, to);
        assertEquals(0, client.send(batch));
        assertEquals(47, drain(server, server.fd4()).size());
    }

    // the port one family chose is taken in the other: another is tried.
    @Test
    void aRandomPortThatIsTakenInOneFamilyIsNotTheEnd() throws ErrnoException {
        client(failing("bind 28", -Errno.EADDRINUSE, -Errno.EADDRINUSE, -Errno.EADDRINUSE), UdpOptions.standard());
        assertTrue(client.fd4() >= 0 && client.fd6() >= 0);
        long before = Descriptors.open();
        var never = new FaultyLibc(name -> name.equals("bind 28") ? -Errno.EADDRINUSE : 0);
        var e = assertThrows(ErrnoException.class, () -> LinuxUdp.open(never, 0, 0, UdpOptions.standard()));
        assertEquals(Errno.EADDRINUSE, e.errno());
        assertEquals(before, Descriptors.open());
    }

    @Test
    void aPortThatWasAskedForAndIsTakenIsAnError() {
        long before = Descriptors.open();
        var e = assertThrows(ErrnoException.class, () -> LinuxUdp.open(server.port(), 0, UdpOptions.standard()));
        assertEquals(Errno.EADDRINUSE, e.errno());
        assertTrue(String.valueOf(e.getMessage()).startsWith("bind UDP port " + server.port()), e.getMessage());
        assertEquals(before, Descriptors.open());
    }

    // a host without IPv6, or without IPv4.
    @Test
    void oneFamilyIsEnough() throws ErrnoException {
        client(new FaultyLibc(name -> name.equals("socket 10") ? -Errno.EAFNOSUPPORT : 0), UdpOptions.standard());
        assertTrue(client.fd4() >= 0);
        assertEquals(-1, client.fd6());
        assertEquals(List.of("no IPv6 on this host: listening on IPv4 only"), client.warnings());
        PacketBatch batch = batch(4096, 4);
        add(batch, bytes(100, 1), 0, endpoint("::1", server.port()));
        add(batch, bytes(100, 1), 0, to);
        assertEquals(1, client.send(batch));
        assertEquals(1, client.counters().get(UdpCounter.DROP_NO_FAMILY));
        assertEquals(1, drain(server, server.fd4()).size());
        client.close();

        client(new FaultyLibc(name -> name.equals("bind 28") ? -Errno.EADDRNOTAVAIL : 0), UdpOptions.standard());
        assertEquals(-1, client.fd6());
        client.close();

        client(new FaultyLibc(name -> name.equals("socket 2") ? -Errno.EAFNOSUPPORT : 0), UdpOptions.standard());
        assertEquals(-1, client.fd4());
        assertTrue(client.fd6() >= 0 && client.port() > 0);

        var neither = new FaultyLibc(name -> name.startsWith("socket") ? -Errno.EAFNOSUPPORT : 0);
        assertThrows(ErrnoException.class, () -> LinuxUdp.open(neither, 0, 0, UdpOptions.standard()));
    }

    //
    @Test
    void aSmallerBufferThanAskedForIsSaid() throws ErrnoException {
        client(
                new FaultyLibc(
                        name -> name.equals("setsockopt 1 33") || name.equals("setsockopt 1 32") ? -Errno.EPERM : 0),
                UdpOptions.standard().withBufferBytes(1 << 29));
        assertTrue(
                client.warnings().stream().anyMatch(warning -> warning.startsWith("UDP receive buffer is ")),
                client.warnings().toString());
    }

    // a kernel that takes UDP_GRO but cannot say so.
    @Test
    void groThatDoesNotReadBackIsOff() throws ErrnoException {
        client(
                new FaultyLibc(name -> name.equals("getsockopt 17 104") ? -Errno.ENOPROTOOPT : 0),
                UdpOptions.standard());
        assertEquals("udp-gso", Offload.inUse(client.offloads()));
        client.close();
        client(
                new FaultyLibc(name -> name.equals("getsockopt 17 103") ? -Errno.ENOPROTOOPT : 0),
                UdpOptions.standard());
        assertEquals("udp-gro", Offload.inUse(client.offloads()));
    }

    // routing may depend on the mark: a socket without it must not be.
    @Test
    void aMarkThatIsRefusedFailsTheOpening() {
        long before = Descriptors.open();
        var libc = new FaultyLibc(name -> name.equals("setsockopt 1 36") ? -Errno.EPERM : 0);
        var e = assertThrows(ErrnoException.class, () -> LinuxUdp.open(libc, 0, 0xca6c, UdpOptions.standard()));
        assertEquals(Errno.EPERM, e.errno());
        assertEquals(before, Descriptors.open());
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
                LinuxUdp.open(libc, 0, 0x1234, UdpOptions.standard()).close();
                if (call.get() < nth) break; // every call has failed once
            } catch (ErrnoException _) {
                failures++;
                assertEquals(before, Descriptors.open(), "call " + n);
            }
        }
        assertTrue(failures >= 8, failures + " calls matter");
        assertEquals(before, Descriptors.open());
    }
}
