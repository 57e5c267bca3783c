package dev.warren.io.udp;

import static dev.warren.io.udp.Datagrams.add;
import static dev.warren.io.udp.Datagrams.address;
import static dev.warren.io.udp.Datagrams.batch;
import static dev.warren.io.udp.Datagrams.bytes;
import static dev.warren.io.udp.Datagrams.cut;
import static dev.warren.io.udp.Datagrams.drain;
import static dev.warren.io.udp.Datagrams.endpoint;
import static dev.warren.io.udp.Datagrams.receiveBatch;
import static dev.warren.io.udp.Datagrams.temporaryAddress;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.Endpoint;
import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.Descriptors;
import dev.warren.io.ffm.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class LinuxUdpTest {
    private LinuxUdp client;
    private LinuxUdp server;

    @BeforeEach
    void open() throws ErrnoException {
        client = LinuxUdp.open(0, 0, UdpOptions.standard());
        server = LinuxUdp.open(0, 0, UdpOptions.standard());
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void bothFamiliesListenOnOnePort() {
        assertTrue(server.fd4() >= 0 && server.fd6() >= 0);
        assertNotEquals(client.port(), server.port());
        assertTrue(Descriptors.closesOnExec(server.fd4()) && Descriptors.closesOnExec(server.fd6()));
        assertEquals("udp-gso, udp-gro", Offload.inUse(server.offloads()));
        assertEquals(List.of(), server.warnings());
        for (String host : List.of("127.0.0.1", "::1")) {
            PacketBatch batch = batch(4096, 4);
            add(batch, bytes(148, 1), 0, endpoint(host, server.port()));
            assertEquals(0, client.send(batch));
            assertEquals(
                    1,
                    drain(server, host.equals("::1") ? server.fd6() : server.fd4())
                            .size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aTrainLeavesInOneSendAndArrivesAsOneEntry(String host) {
        PacketBatch batch = batch(1 << 17, 4);
        byte[] sent = bytes(44 * 1452 + 700, 2);
        add(batch, sent, 1452, endpoint(host, server.port()));
        assertEquals(0, client.send(batch));
        assertEquals(1, client.counters().get(UdpCounter.SEND_MESSAGES));
        assertEquals(45, client.counters().get(UdpCounter.SEND_DATAGRAMS));
        PacketBatch received = receiveBatch();
        int fd = received(received, host);
        assertEquals(1, received.count(), "entries from descriptor " + fd);
        assertEquals(1452, received.segment(0));
        assertEquals(45, received.packets(0));
        Endpoint from = received.endpoint(0);
        assertNotNull(from);
        assertTrue(from.sameRemote(endpoint(host, client.port())), from.toString());
        assertTrue(from.hasLocal());
    }

    private int received(PacketBatch into, String host) {
        int fd = host.contains(":") ? server.fd6() : server.fd4();
        assertTrue(Datagrams.arrived(fd) && server.receive(fd, into) > 0);
        return fd;
    }

    @Test
    void singlesToOneEndpointShareASend() {
        PacketBatch batch = batch(1 << 17, 64);
        Endpoint to = endpoint("127.0.0.1", server.port());
        var expected = new ArrayList<byte[]>();
        for (int i = 0; i < 40; i++) {
            byte[] datagram = bytes(i == 39 ? 600 : 1452, i);
            expected.add(datagram);
            add(batch, datagram, 0, to);
        }
        assertEquals(0, client.send(batch));
        assertEquals(1, client.counters().get(UdpCounter.SEND_MESSAGES));
        assertSameDatagrams(expected, drain(server, server.fd4()));
    }

    // datagrams of every size, alone, arrive; none is too large for the receive loop.
    @Test
    void datagramsOfEverySizeArrive() {
        Endpoint to = endpoint("127.0.0.1", server.port());
        PacketBatch batch = batch(4 << 20, 32);
        PacketBatch received = receiveBatch();
        byte[] content = bytes(65_507, 3);
        int arrived = 0;
        for (int size = 0; size <= 65_507; ) {
            batch.clear();
            var expectedSizes = new ArrayDeque<Integer>();
            while (size <= 65_507 && !batch.full() && batch.room() >= size && batch.used() < 1 << 20) {
                int at = batch.append(size, 0, to);
                MemorySegment.copy(content, 0, batch.slab(), JAVA_BYTE, at, size);
                expectedSizes.add(size);
                size = next(size);
            }
            // Growing datagrams cannot share a train: each is its own message.
            assertEquals(0, client.send(batch));
            if (expectedSizes.getFirst() == 0) expectedSizes.remove(); // the empty one is counted, not handed on
            while (server.receive(server.fd4(), received) > 0) {
                for (int i = 0; i < received.count(); i++) {
                    assertEquals(expectedSizes.remove(), received.length(i));
                    arrived++;
                    int last = received.offset(i) + received.length(i) - 1;
                    assertEquals(
                            content[received.length(i) - 1], received.slab().get(JAVA_BYTE, last));
                }
                received.clear();
            }
            assertTrue(expectedSizes.isEmpty());
        }
        assertTrue(arrived > 10_000, arrived + " arrived");
        assertEquals(1, server.counters().get(UdpCounter.DROP_EMPTY));
        assertEquals(0, server.counters().get(UdpCounter.DROP_TRUNCATED));
    }

    /// All sizes a tunnel has, then some of each residue, then all at the end.
    private static int next(int size) {
        return size < 4200 || size > 65_400 ? size + 1 : size + 7;
    }

    // the same for trains, whatever the segment.
    @Test
    void trainsOfEveryShapeArrive() {
        var random = new Random(59);
        for (int round = 0; round < 150; round++) {
            int segment = 1 + random.nextInt(random.nextBoolean() ? 200 : 20_000);
            int most = Math.min(65_507, segment * 64);
            int length = 1 + random.nextInt(most);
            byte[] sent = bytes(length, round);
            String host = round % 2 == 0 ? "127.0.0.1" : "::1";
            PacketBatch batch = batch(1 << 17, 2);
            add(batch, sent, segment, endpoint(host, server.port()));
            String what = "round " + round + ": " + length + " bytes by " + segment;
            assertEquals(0, client.send(batch), what);
            List<byte[]> got = drain(server, host.equals("::1") ? server.fd6() : server.fd4());
            assertEquals((length + segment - 1) / segment, got.size(), what);
            assertArrayEquals(sent, joined(got), what);
        }
    }

    @ParameterizedTest
    @CsvSource({"true,true,false", "true,false,false", "false,true,false", "false,false,false", "true,true,true"})
    void whateverIsSentArrivesInOrder(boolean gso, boolean gro, boolean neverEqualTail) throws ErrnoException {
        client.close();
        server.close();
        var options = UdpOptions.standard().withOffloads(gso, gro).withNeverEqualTail(neverEqualTail);
        client = LinuxUdp.open(0, 0, options);
        server = LinuxUdp.open(0, 0, options);
        var random = new Random(72);
        Endpoint v4 = endpoint("127.0.0.1", server.port());
        Endpoint v6 = endpoint("::1", server.port());
        for (int round = 0; round < 20; round++) {
            PacketBatch batch = batch(2 << 20, 400);
            var expected4 = new ArrayList<byte[]>();
            var expected6 = new ArrayList<byte[]>();
            boolean six = false;
            int size = 100;
            for (int i = random.nextInt(300); i >= 0 && batch.used() < 1 << 20; i--) {
                if (random.nextInt(8) == 0) six = !six;
                if (random.nextInt(5) == 0) size = 2 + random.nextInt(1500);
                boolean train = random.nextInt(10) == 0;
                int length = train ? 1 + random.nextInt(60_000) : size;
                byte[] sent = bytes(length, random.nextInt());
                int adjacent = batch.used();
                if (adjacent > 0 && random.nextBoolean()) {
                    batch.add(adjacent, length, train ? size : 0, six ? v6 : v4);
                    MemorySegment.copy(sent, 0, batch.slab(), JAVA_BYTE, adjacent, length);
                } else {
                    add(batch, sent, train ? size : 0, six ? v6 : v4);
                }
                for (int at = 0; at < length; at += train ? size : length) {
                    byte[] part = Arrays.copyOfRange(sent, at, Math.min(length, at + (train ? size : length)));
                    (six ? expected6 : expected4).add(part);
                }
            }
            assertEquals(0, client.send(batch), "seed 72 round " + round);
            assertSameDatagrams(expected4, withoutSentinels(drain(server, server.fd4()), neverEqualTail));
            assertSameDatagrams(expected6, withoutSentinels(drain(server, server.fd6()), neverEqualTail));
        }
    }

    private static List<byte[]> withoutSentinels(List<byte[]> datagrams, boolean there) {
        return datagrams.stream()
                .filter(datagram -> !there || datagram.length != 1 || datagram[0] != 0)
                .toList();
    }

    @Test
    void manySmallDatagramsOfDifferentSourcesFillABatch() throws ErrnoException {
        var sources = new ArrayList<LinuxUdp>();
        try {
            for (int i = 0; i < 50; i++) sources.add(LinuxUdp.open(0, 0, UdpOptions.standard()));
            for (int i = 0; i < 200; i++) {
                PacketBatch batch = batch(4096, 1);
                add(batch, bytes(64 + i % 3, i), 0, endpoint("127.0.0.1", server.port()));
                assertEquals(0, sources.get(i % 50).send(batch));
            }
            PacketBatch received = receiveBatch();
            assertEquals(200, server.receive(server.fd4(), received));
            List<byte[]> got = cut(received);
            for (int i = 0; i < 200; i++) {
                assertArrayEquals(bytes(64 + i % 3, i), got.get(i));
                assertEquals(sources.get(i % 50).port(), portOf(received, i));
                if (i > 0) assertTrue(received.offset(i) - received.offset(i - 1) >= 64 + PacketBatch.MARGIN);
            }
        } finally {
            sources.forEach(LinuxUdp::close);
        }
    }

    private static int portOf(PacketBatch batch, int i) {
        Endpoint endpoint = batch.endpoint(i);
        return endpoint == null ? -1 : endpoint.port();
    }

    @Test
    void aSteadyFlowHasOneEndpointObject() {
        Endpoint first = null;
        for (int i = 0; i < 3; i++) {
            PacketBatch batch = batch(4096, 1);
            add(batch, bytes(64, i), 0, endpoint("127.0.0.1", server.port()));
            client.send(batch);
            PacketBatch received = receiveBatch();
            received(received, "127.0.0.1");
            if (first == null) first = received.endpoint(0);
            assertSame(first, received.endpoint(0));
        }
    }

    // 2 addresses x 2 families, trains: the answer comes from the address that was asked.
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.2", "127.0.0.3", "::1", "fd77:7761:7272::72"})
    void answersLeaveFromTheAddressThatWasAsked(String host) throws Exception {
        try (var address = temporaryAddress("fd77:7761:7272::72", 128)) {
            assertNotNull(address);
            for (int segment : new int[] {0, 1200}) {
                PacketBatch batch = batch(1 << 17, 2);
                add(batch, bytes(12_000, 1), segment, endpoint(host, server.port()));
                assertEquals(0, client.send(batch));
                PacketBatch received = receiveBatch();
                received(received, host);
                assertEquals(0, server.send(received));
                PacketBatch answer = receiveBatch();
                assertEquals(1, client.receive(host.contains(":") ? client.fd6() : client.fd4(), answer));
                Endpoint from = answer.endpoint(0);
                assertNotNull(from);
                assertTrue(from.sameRemote(endpoint(host, server.port())), from + " is not " + host);
                assertEquals(segment == 0 ? 1 : 10, answer.packets(0));
            }
        }
    }

    // the address an endpoint was heard on goes away: the next answer takes another, at once.
    @Test
    void anAddressThatWentAwayIsForgotten() throws Exception {
        var gone = temporaryAddress("198.18.73.1", 32);
        PacketBatch batch = batch(4096, 1);
        Endpoint to = endpoint("198.18.73.1", server.port()).withLocal(0, 0x7f000001, 0);
        add(batch, bytes(100, 1), 0, to);
        assertEquals(0, client.send(batch));
        PacketBatch received = receiveBatch();
        received(received, "198.18.73.1");
        gone.close();
        for (int i = 1; i <= 3; i++) {
            assertEquals(0, server.send(received));
            assertEquals(1, drain(client, client.fd4()).size());
            assertEquals(1, server.counters().get(UdpCounter.SEND_SOURCE_REFUSED), "learnt once, answer " + i);
        }
    }

    //
    @Test
    void anAddressThatIsGoneMustBeHeardAgain() {
        PacketBatch received = heardOn("127.0.0.2");
        PacketBatch other = heardOn("127.0.0.3");
        server.addressGone(0, 0x7f000002);
        assertEquals("127.0.0.1", answerFrom(received));
        assertEquals("127.0.0.3", answerFrom(other), "the others are as good as before");
        heardOn("127.0.0.2");
        assertEquals("127.0.0.2", answerFrom(received));
    }

    //
    @Test
    void whereAPacketWouldLeaveElsewhereTheKernelChoosesTheSource() {
        PacketBatch received = heardOn("127.0.0.2");
        PacketBatch other = heardOn("127.0.0.3");
        Endpoint moved = received.endpoint(0);
        assertTrue(server.heardLately().contains(moved));
        server.rerouted(List.of(moved));
        assertEquals("127.0.0.1", answerFrom(received));
        assertEquals("127.0.0.3", answerFrom(other));
        heardOn("127.0.0.2");
        assertEquals("127.0.0.1", answerFrom(received), "until the routes are looked at again");
        server.rerouted(List.of());
        assertEquals("127.0.0.2", answerFrom(received));
    }

    private PacketBatch heardOn(String address) {
        PacketBatch batch = batch(4096, 1);
        add(batch, bytes(100, 1), 0, endpoint(address, server.port()));
        assertEquals(0, client.send(batch));
        PacketBatch received = receiveBatch();
        received(received, address);
        return received;
    }

    private String answerFrom(PacketBatch received) {
        assertEquals(0, server.send(received));
        PacketBatch answer = receiveBatch();
        assertEquals(1, client.receive(client.fd4(), answer));
        Endpoint from = answer.endpoint(0);
        assertNotNull(from);
        return from.toSocketAddress().getAddress().getHostAddress();
    }

    // an IPv6 source with its scope.
    @Test
    void aLinkLocalSourceKeepsItsScope() throws Exception {
        try (var address = temporaryAddress("fe80::77", 64)) {
            assertNotNull(address);
            ByteBuffer six = ByteBuffer.wrap(address("fe80::77").getAddress());
            Endpoint to = Endpoint.v6(six.getLong(), six.getLong(), server.port(), 1);
            PacketBatch batch = batch(4096, 1);
            add(batch, bytes(100, 1), 0, to);
            assertEquals(0, client.send(batch));
            PacketBatch received = receiveBatch();
            received(received, "fe80::77");
            Endpoint from = received.endpoint(0);
            assertNotNull(from);
            assertEquals(1, from.scope());
            assertEquals(1, from.localInterface());
            assertEquals(client.port(), from.port());
            assertEquals(0, server.send(received));
            assertEquals(1, drain(client, client.fd6()).size());
        }
    }

    // nothing is connected: a peer that moves is heard at once, and answered where it is now.
    @Test
    void aPeerThatMovesIsHeardFromItsNewAddress() throws ErrnoException {
        try (var moved = LinuxUdp.open(0, 0, UdpOptions.standard())) {
            PacketBatch batch = batch(4096, 1);
            add(batch, bytes(100, 1), 0, endpoint("127.0.0.1", server.port()));
            client.send(batch);
            moved.send(batch);
            PacketBatch received = receiveBatch();
            assertEquals(2, server.receive(server.fd4(), received));
            assertEquals(client.port(), portOf(received, 0));
            assertEquals(moved.port(), portOf(received, 1));
        }
    }

    // the ends of the port range, in the right byte order.
    @ParameterizedTest
    @ValueSource(ints = {65_535, 0x1234, 256, 51_820})
    void aPortIsWhatWasAskedFor(int port) throws ErrnoException {
        try (var socket = LinuxUdp.open(port, 0, UdpOptions.standard())) {
            assertEquals(port, socket.port());
            PacketBatch batch = batch(4096, 1);
            add(batch, bytes(100, 1), 0, endpoint("127.0.0.1", server.port()));
            assertEquals(0, socket.send(batch));
            PacketBatch received = receiveBatch();
            received(received, "127.0.0.1");
            assertEquals(port, portOf(received, 0));
        }
    }

    // opened and closed under load, nothing of one socket is seen on the next, and no event after closing hurts.
    @Test
    void openAndCloseUnderLoad() throws Exception {
        int port = server.port();
        server.close();
        long before = Descriptors.open();
        UdpOptions options = UdpOptions.standard().withFamilies(true, false);
        var stop = new AtomicBoolean();
        var load = new Thread(() -> {
            PacketBatch batch = batch(4096, 1);
            add(batch, bytes(100, 1), 0, endpoint("127.0.0.1", port));
            while (!stop.get()) client.send(batch);
        });
        load.start();
        try {
            PacketBatch received = receiveBatch();
            for (int i = 0; i < 10_000; i++) {
                LinuxUdp socket = LinuxUdp.open(port, 0, options);
                int fd = socket.fd4();
                assertTrue(socket.receive(fd, received) >= 0);
                received.clear();
                socket.close();
                assertEquals(0, socket.receive(fd, received));
            }
        } finally {
            stop.set(true);
            load.join();
        }
        assertEquals(before, Descriptors.open());
    }

    //
    @Test
    void aClosedSocketIsHarmless() {
        server.close();
        server.close();
        PacketBatch batch = batch(4096, 1);
        add(batch, bytes(100, 1), 0, endpoint("127.0.0.1", client.port()));
        assertEquals(1, server.send(batch));
        assertEquals(0, server.receive(5, batch));
        assertEquals(0, server.mark(1));
        server.addressGone(0, 1);
        server.rerouted(List.of());
        assertEquals(-1, server.fd4());
    }

    @Test
    void aMarkCanBeChangedInPlace() {
        assertEquals(0, server.mark(0xca6c));
        assertEquals(0, server.mark(0));
        assertFalse(server.warnings().contains("SO_MARK"));
    }

    public static byte[] joined(List<byte[]> parts) {
        var all =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(all::put);
        return all.array();
    }

    static void assertSameDatagrams(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(
                expected.stream().map(datagram -> datagram.length).toList(),
                actual.stream().map(datagram -> datagram.length).toList());
        for (int i = 0; i < expected.size(); i++) assertArrayEquals(expected.get(i), actual.get(i), "datagram " + i);
    }
}
