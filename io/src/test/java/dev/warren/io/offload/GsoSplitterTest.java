package dev.warren.io.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.PacketBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GsoSplitterTest {
    private static final long SEED = 20;
    private static final byte CANARY = 0x5a;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment slab = arena.allocate(80_000, 64);
    private final PacketBatch batch = PacketBatch.unpooled(slab, 4);
    private final GsoSplitter splitter = new GsoSplitter();

    @AfterEach
    void close() {
        arena.close();
    }

    private List<byte[]> split(byte[] frame) {
        batch.clear();
        Frames.addFrame(batch, frame);
        splitter.start(batch, 0); // as when there was no room for it, and now there is
        int total = splitter.total();
        var packets = Frames.split(splitter, batch, 0);
        assertEquals(total, packets.stream().mapToInt(packet -> packet.length).sum());
        return packets;
    }

    private static byte[] superFrame(Packet p, int size, int hints) {
        int type = p.tcp ? p.v4 ? 1 : 4 : 5;
        byte[] packet = (hints & 1) != 0 ? p.partial() : p.bytes();
        // hdr_len is a lie, as some senders have it
        return Frames.frame(hints, type, 0xabc, size, p.transport(), p.tcp ? 16 : 6, packet);
    }

    private static Packet randomTrain(Random random) {
        Packet p = Packet.random(random);
        p.payload = Packet.randomBytes(random, random.nextInt(4) == 0 ? random.nextInt(60_000) : random.nextInt(5000));
        p.flags = random.nextInt(256);
        p.reserved = random.nextInt(16);
        p.tcpOptions = Packet.randomBytes(random, 4 * random.nextInt(11));
        p.urgent = random.nextInt(65536);
        if (random.nextInt(3) == 0) {
            p.ipOptions = Packet.randomBytes(random, p.v4 ? 4 * random.nextInt(11) : 8 * random.nextInt(4));
            p.extension = random.nextBoolean() ? 0 : 60;
        }
        return p;
    }

    @Test
    void everySuperPacketIsSegmentedAsByTheSlowSplitter() {
        var random = new Random(SEED);
        for (int round = 0; round < 1500; round++) {
            Packet p = randomTrain(random);
            int size = random.nextInt(5) == 0 ? 1 + random.nextInt(40) : 1 + random.nextInt(3000);
            if (p.payload.length / size > 2000) {
                size += 500;
            }
            byte[] frame = superFrame(p, size, random.nextInt(4) == 0 ? 0 : 1);
            String what = "seed " + SEED + ", round " + round;
            List<byte[]> expected = SlowSplitter.split(frame);
            List<byte[]> actual = split(frame);
            assertEquals(expected.size(), actual.size(), what);
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), actual.get(i), what + ", packet " + i);
                assertTrue(SlowChecksum.validIpv4(actual.get(i)), what);
                assertTrue(SlowChecksum.validTransport(actual.get(i), p.transport(), p.tcp ? 6 : 17), what);
            }
        }
    }

    @Test
    void finAndPshAreOnTheLastOnlyAndCwrOnTheFirst() {
        var p = new Packet();
        p.flags = 0x10 | 0x01 | 0x08 | 0x80 | 0x40;
        p.seq = -1000;
        p.id = 65535;
        p.payload = new byte[2500];
        List<byte[]> packets = split(Frames.frame(1, 0x81, 40, 1000, 20, 16, p.partial()));
        assertEquals(3, packets.size());
        int[] flags = {0xd0, 0x50, 0x59};
        for (int i = 0; i < 3; i++) {
            ByteBuffer b = ByteBuffer.wrap(packets.get(i));
            assertEquals(flags[i], b.get(33) & 0xff);
            assertEquals(-1000 + 1000 * i, b.getInt(24));
            assertEquals((65535 + i) & 0xffff, b.getShort(4) & 0xffff);
            assertEquals(i < 2 ? 1040 : 540, b.getShort(2));
        }
    }

    @Test
    void singlePacketsHaveTheirChecksumsCompletedOrPassAsTheyAre() {
        var random = new Random(SEED);
        for (int round = 0; round < 2000; round++) {
            Packet p = Packet.random(random);
            p.payload = Packet.randomBytes(random, random.nextInt(1500));
            String what = "seed " + SEED + ", round " + round;
            byte[] right = p.bytes();
            byte[] completed = split(Frames.frame(1, 0, 0, 0, p.transport(), p.tcp ? 16 : 6, p.partial()))
                    .getFirst();
            assertArrayEquals(right, completed, what);
            byte[] junk = Packet.randomBytes(random, random.nextInt(200));
            assertArrayEquals(junk, split(Frames.frame(0, 0, 9, 9, 9, 9, junk)).getFirst(), what);
            // DATA_VALID asks for nothing
            assertArrayEquals(
                    right, split(Frames.frame(2, 0, 0, 0, 0, 0, right)).getFirst(), what);
        }
    }

    @Test
    void aUdpSumOfZeroIsSentAsAllOnes() { // RFC 768
        var p = new Packet();
        p.tcp = false;
        p.payload = new byte[4];
        int sum = SlowChecksum.u16(p.bytes(), 26);
        p.payload[0] = (byte) (sum >>> 8);
        p.payload[1] = (byte) sum;
        byte[] packet = split(Frames.frame(1, 0, 0, 0, 20, 6, p.partial())).getFirst();
        assertEquals(0xffff, SlowChecksum.u16(packet, 26));
        p.payload = Arrays.copyOf(p.payload, 8);
        p.payload[4] = p.payload[0];
        p.payload[5] = p.payload[1];
        for (byte[] half : split(Frames.frame(1, 5, 28, 4, 20, 6, p.partial()))) {
            assertEquals(0xffff, SlowChecksum.u16(half, 26));
        }
    }

    @Test
    void udpWithoutChecksumStaysWithoutOverIpv4() {
        var p = new Packet();
        p.tcp = false;
        p.udpChecksum = false;
        p.payload = new byte[3000];
        List<byte[]> packets = split(Frames.frame(0, 5, 28, 1000, 0, 0, p.bytes()));
        assertEquals(3, packets.size());
        packets.forEach(packet -> assertEquals(0, SlowChecksum.u16(packet, 26)));
    }

    private void refused(byte[] frame) {
        batch.clear();
        Frames.addFrame(batch, frame);
        assertEquals(-1, splitter.start(batch, 0));
        assertFalse(splitter.next());
        assertArrayEquals(frame, Frames.read(slab, batch.offset(0) - 10, frame.length));
    }

    @Test
    void framesThatDoNotMatchTheirGsoTypeAreRefusedUnchanged() {
        var p = new Packet();
        p.payload = new byte[3000];
        byte[] tcp4 = p.partial();
        refused(Frames.frame(1, 1, 40, 0, 20, 16, tcp4)); // no size
        refused(Frames.frame(1, 4, 40, 1000, 20, 16, tcp4)); // TCPv6
        refused(Frames.frame(1, 5, 40, 1000, 20, 6, tcp4)); // USO
        refused(Frames.frame(1, 3, 40, 1000, 20, 6, tcp4)); // UFO was not asked for
        refused(Frames.frame(1, 2, 40, 1000, 20, 16, tcp4)); // no such type
        refused(Frames.frame(1, 1, 40, 1000, 24, 16, tcp4)); // the checksum starts elsewhere
        refused(Frames.frame(1, 1, 40, 1000, 20, 6, tcp4));
        refused(Frames.frame(1, 1, 40, 1000, 20, 16, Arrays.copyOf(tcp4, 39)));
        refused(Frames.frame(1, 1, 40, 1000, 20, 16, Arrays.copyOf(tcp4, 19)));
        refused(Frames.frame(1, 1, 40, 1000, 20, 16, new byte[0]));
        refused(Frames.frame(1, 0, 0, 0, 20, 16, Arrays.copyOf(tcp4, 37)));
        refused(Frames.frame(1, 0, 0, 0, 65535, 65535, tcp4));
        refused(Frames.frame(1, 0, 0, 0, 0, 10, tcp4));
        byte[] fragment = tcp4.clone();
        fragment[6] = 0x20;
        refused(Frames.frame(1, 1, 40, 1000, 20, 16, fragment));
        byte[] offset = tcp4.clone();
        offset[32] = 0x40;
        refused(Frames.frame(1, 1, 40, 1000, 20, 16, offset)); // TCP header of 16
        byte[] beyond = Arrays.copyOf(tcp4, 50);
        beyond[32] = (byte) 0xf0;
        refused(Frames.frame(1, 1, 40, 1000, 20, 16, beyond)); // TCP header of 60 in 30 bytes
        byte[] ihl = tcp4.clone();
        ihl[0] = 0x44;
        refused(Frames.frame(1, 1, 40, 1000, 16, 16, ihl));
        p.v4 = false;
        p.source = new byte[16];
        p.destination = new byte[16];
        for (int type : new int[] {44, 50, 51, 59, 58, 43}) { // fragment, ESP, AH, nothing, ICMPv6, routing
            p.ipOptions = new byte[8];
            p.ipOptions[3] = 1; // segments left
            p.extension = type;
            refused(Frames.frame(1, 4, 68, 1000, 48, 16, p.partial()));
        }
    }

    @Test
    void noFrameHoweverBrokenIsReadOrWrittenOutside() {
        var random = new Random(SEED);
        MemorySegment memory = arena.allocate(2048, 64);
        MemorySegment expected = arena.allocate(2048, 64);
        PacketBatch batch = PacketBatch.unpooled(memory, 1);
        int accepted = 0;
        for (int round = 0; round < 30_000; round++) {
            byte[] frame = broken(random);
            memory.fill(CANARY);
            batch.clear();
            // At either end of the slab, so that a read outside would throw.
            int length = frame.length - 10;
            int at = random.nextBoolean() ? PacketBatch.MARGIN : 2048 - PacketBatch.MARGIN - length;
            batch.add(at, length, 0, null);
            Frames.write(memory, at - 10L, frame);
            expected.copyFrom(memory);
            String what = "seed " + SEED + ", round " + round;
            int count = splitter.start(batch, 0);
            if (count < 0) {
                assertEquals(-1, memory.mismatch(expected), what);
            } else {
                accepted++;
            }
            int made = 0;
            while (splitter.next()) {
                made++;
                assertTrue(splitter.offset() >= at, what);
                assertTrue(splitter.offset() + splitter.length() <= at + length, what);
            }
            assertEquals(Math.max(0, count), made, what);
            MemorySegment.copy(memory, at - 10, expected, at - 10, 10 + length); // outside all is as it was
            assertEquals(-1, memory.mismatch(expected), what);
        }
        assertTrue(accepted > 1000, "only " + accepted + " accepted");
    }

    private static byte[] broken(Random random) {
        Packet p = randomTrain(random);
        p.payload = Arrays.copyOf(p.payload, random.nextInt(300));
        byte[] frame = superFrame(p, random.nextInt(200), random.nextInt(2));
        switch (random.nextInt(4)) {
            case 0 -> frame = Arrays.copyOf(frame, 10 + random.nextInt(frame.length - 9));
            case 1 -> frame[random.nextInt(10)] = (byte) random.nextInt();
            case 2 -> random.nextBytes(frame);
            default -> {}
        }
        for (int i = random.nextInt(4); i > 0 && frame.length > 10; i--) {
            frame[10 + random.nextInt(Math.min(90, frame.length - 10))] = (byte) random.nextInt();
        }
        return frame;
    }
}
