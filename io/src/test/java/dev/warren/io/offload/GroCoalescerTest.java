package dev.warren.io.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.PacketBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroCoalescerTest {
    private static final long SEED = 30;

    private final Arena arena = Arena.ofConfined();
    private final PacketBatch batch = PacketBatch.unpooled(arena.allocate(700_000, 64), 600);
    private final PacketBatch frames = PacketBatch.unpooled(arena.allocate(80_000, 64), 1);
    private final MemorySegment iovecs = arena.allocate(GroCoalescer.IOVEC * (long) GroCoalescer.MAX_PACKETS, 8);
    private final GroCoalescer coalescer = new GroCoalescer(600, true, true);
    private final GsoSplitter splitter = new GsoSplitter();

    @AfterEach
    void close() {
        arena.close();
    }

    private int plan(List<byte[]> packets) {
        batch.clear();
        packets.forEach(p -> Frames.add(batch, p));
        return coalescer.plan(batch);
    }

    /// Counts of the units.
    private List<Integer> units(List<byte[]> packets) {
        int units = plan(packets);
        List<Integer> counts = new ArrayList<>();
        for (int k = 0; k < units; k++) {
            counts.add(coalescer.count(k));
        }
        return counts;
    }

    /// `count` packets of a train of `size` bytes each but the last.
    private static List<byte[]> train(Packet p, int count, int size, int last) {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            p.payload = new byte[i == count - 1 ? last : size];
            p.payload[0] = (byte) i;
            packets.add(p.bytes());
            p.seq += p.payload.length;
            p.id++;
        }
        return packets;
    }

    private static Packet v6() {
        var p = new Packet();
        p.v4 = false;
        p.source = new byte[16];
        p.destination = new byte[16];
        p.source[15] = 1;
        return p;
    }

    @Test
    void splittingWhatWasCoalescedGivesTheSamePacketsInOrder() {
        int merged = 0;
        for (int round = 0; round < 150; round++) {
            var random = new Random(SEED + round);
            List<byte[]> packets = new PacketMix(random).packets(60 + random.nextInt(400));
            String what = "seed " + (SEED + round);
            int units = plan(packets);
            int next = 0;
            for (int k = 0; k < units; k++) {
                assertEquals(next, coalescer.first(k), what);
                byte[] frame = written(k, what);
                List<byte[]> slow = SlowSplitter.split(frame);
                frames.clear();
                Frames.addFrame(frames, frame);
                List<byte[]> fast = Frames.split(splitter, frames, 0);
                assertEquals(coalescer.count(k), slow.size(), what);
                assertEquals(coalescer.count(k), fast.size(), what);
                for (int i = 0; i < slow.size(); i++) {
                    assertArrayEquals(slow.get(i), fast.get(i), what);
                    assertSame(packets.get(next + i), slow.get(i), slow.size() == 1, what + ", packet " + (next + i));
                }
                next += slow.size();
                merged += slow.size() - 1;
            }
            assertEquals(packets.size(), next, what);
        }
        assertTrue(merged > 10_000, "merged only " + merged);
    }

    private byte[] written(int k, String what) {
        int n = coalescer.fill(k, iovecs, 0);
        assertEquals(coalescer.count(k), n, what);
        byte[] frame = Frames.gather(batch, iovecs, n);
        assertEquals(coalescer.bytes(k), frame.length, what);
        assertTrue(frame.length <= 65535 + 10, what);
        if (n == 1) {
            assertArrayEquals(new byte[10], java.util.Arrays.copyOf(frame, 10), what);
        } else {
            int transport = frame[10] >>> 4 == 4 ? 20 : 40;
            byte[] packet = java.util.Arrays.copyOfRange(frame, 10, frame.length);
            int field = transport + (frame[1] == 5 ? 6 : 16);
            int pseudo = SlowChecksum.pseudo(packet, transport, frame[1] == 5 ? 17 : 6);
            assertEquals(pseudo, SlowChecksum.u16(packet, field), what);
            assertTrue(SlowChecksum.validIpv4(packet), what);
            assertEquals(
                    transport == 20 ? packet.length : packet.length - 40,
                    SlowChecksum.u16(packet, transport == 20 ? 2 : 4),
                    what);
        }
        return frame;
    }

    /// Byte for byte, but for the id of a merged IPv4 packet with DF: RFC 6864 §4.1 gives it no meaning, and senders
    /// that leave it constant must merge too.
    private static void assertSame(byte[] expected, byte[] actual, boolean exact, String what) {
        if (!exact && Packet.atomic(expected)) {
            assertTrue(SlowChecksum.validIpv4(actual), what);
            assertArrayEquals(Packet.withoutId(expected), Packet.withoutId(actual), what);
        } else {
            assertArrayEquals(expected, actual, what);
        }
    }

    @Test
    void restoreUndoesFill() {
        for (int round = 0; round < 60; round++) {
            var random = new Random(SEED + round);
            List<byte[]> packets = new PacketMix(random).packets(200);
            int units = plan(packets);
            for (int k = 0; k < units; k++) {
                coalescer.fill(k, iovecs, 0);
                coalescer.restore(k);
            }
            for (int i = 0; i < packets.size(); i++) {
                coalescer.fillSingle(i, iovecs, 0);
                byte[] frame = Frames.gather(batch, iovecs, 1);
                assertArrayEquals(Frames.frame(0, 0, 0, 0, 0, 0, packets.get(i)), frame, "seed " + (SEED + round));
            }
        }
    }

    @Test
    void packetsOfAFlowAreCoalescedIntoOneWrite() {
        for (Packet p : List.of(new Packet(), v6())) {
            assertEquals(List.of(45), units(train(p, 45, 1380, 700)));
            p.flags = 0x18;
            assertEquals(List.of(1, 1, 1), units(train(p, 3, 1380, 1380)));
            p.tcp = false;
            assertEquals(List.of(45), units(train(p, 45, 1380, 1)));
            assertEquals(List.of(64, 64, 2), units(train(p, 130, 64, 64)));
        }
    }

    @Test
    void nothingGetsLongerThanAnIpPacket() {
        var p = new Packet();
        int most = (65535 - 40) / 1300;
        assertEquals(List.of(most, 60 - most), units(train(p, 60, 1300, 1300)));
        assertEquals(List.of(GroCoalescer.MAX_PACKETS, 20), units(train(p, GroCoalescer.MAX_PACKETS + 20, 10, 10)));
    }

    @Test
    void aShortSegmentOrPshEndsACoalescedFrame() {
        var p = new Packet();
        List<byte[]> packets = train(p, 4, 1000, 900);
        packets.addAll(train(p, 3, 900, 900));
        assertEquals(List.of(4, 3), units(packets));
        packets = train(p, 4, 1000, 1000);
        packets.addAll(train(p, 2, 1001, 1001));
        assertEquals(List.of(4, 2), units(packets));
        packets = train(p, 4, 1000, 1000);
        p.flags = 0x18;
        packets.addAll(train(p, 1, 1000, 1000));
        p.flags = 0x10;
        packets.addAll(train(p, 2, 1000, 1000));
        assertEquals(List.of(5, 2), units(packets));
        plan(packets);
        assertEquals(0x18, written(0, "PSH")[10 + 33]);
        assertEquals(0x10, written(1, "no PSH")[10 + 33]);
    }

    @Test
    void aConstantIdMergesOnlyWhenThePacketsAreNeverFragmented() {
        var p = new Packet();
        List<byte[]> constant = train(p, 1, 1000, 1000);
        p.id--;
        constant.addAll(train(p, 1, 1000, 1000));
        p.id--;
        constant.addAll(train(p, 1, 1000, 1000));
        assertEquals(List.of(3), units(constant));
        p.fragment = 0;
        constant = train(p, 1, 1000, 1000);
        p.id--;
        constant.addAll(train(p, 1, 1000, 1000));
        assertEquals(List.of(1, 1), units(constant));
    }

    /// Each change makes the third of three packets a stranger.
    private void breaks(Packet p, Consumer<Packet> change) {
        List<byte[]> packets = train(p, 2, 1000, 1000);
        change.accept(p);
        packets.addAll(train(p, 1, 1000, 1000));
        assertEquals(List.of(2, 1), units(packets));
    }

    @Test
    void aHeaderFieldThatDiffersEndsACoalescedFrame() {
        for (boolean v4 : new boolean[] {true, false}) {
            for (boolean tcp : new boolean[] {true, false}) {
                List<Consumer<Packet>> changes = new ArrayList<>(List.of(
                        p -> p.ttl++, p -> p.tos = 2, p -> p.tos = 3, p -> p.sourcePort++, p -> p.destinationPort++));
                changes.add(p -> (p.source = p.source.clone())[3]++);
                changes.add(p -> (p.destination = p.destination.clone())[3]++);
                changes.add(p -> p.tcp = !p.tcp);
                if (v4) {
                    changes.addAll(List.of(p -> p.id++, p -> p.id -= 2, p -> p.fragment = 0, p -> p.fragment = 0xc000));
                    changes.addAll(List.of(p -> p.fragment = 0x2000, p -> p.fragment = 1));
                    changes.add(p -> p.ipOptions = new byte[] {1, 1, 1, 0});
                } else {
                    changes.add(p -> p.flow++);
                    changes.add(p -> (p.source = p.source.clone())[0]++);
                    changes.add(p -> (p.destination = p.destination.clone())[15]++);
                    changes.add(p -> p.ipOptions = new byte[8]);
                }
                if (tcp) {
                    changes.addAll(List.of(p -> p.seq++, p -> p.seq--, p -> p.ack++, p -> p.window++, p -> p.urgent++));
                    for (int flags : new int[] {0x11, 0x12, 0x14, 0x30, 0x50, 0x90, 0x00}) {
                        changes.add(p -> p.flags = flags);
                    }
                    changes.add(p -> p.reserved = 1);
                    changes.add(p -> p.tcpOptions = new byte[] {1, 1, 1, 1});
                } else {
                    changes.add(p -> p.udpChecksum = false);
                }
                for (var change : changes) {
                    Packet p = v4 ? new Packet() : v6();
                    p.tcp = tcp;
                    breaks(p, change);
                }
            }
        }
    }

    @Test
    void everyByteOfTheTcpOptionsMustAgree() {
        for (int i = 0; i < 12; i++) {
            int differs = i;
            var p = new Packet();
            p.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
            breaks(p, changed -> (changed.tcpOptions = changed.tcpOptions.clone())[differs]++);
        }
    }

    @Test
    void lengthsThatDoNotAgreeAreNotMerged() {
        for (boolean v4 : new boolean[] {true, false}) {
            List<byte[]> packets = train(v4 ? new Packet() : v6(), 3, 1000, 1000);
            ByteBuffer second = ByteBuffer.wrap(packets.get(1)); // what is true but for this field
            if (v4) {
                second.putShort(2, (short) 1039).putShort(10, (short) 0);
                second.putShort(10, (short) ~SlowChecksum.sum(second.array(), 0, 20));
            } else {
                second.putShort(4, (short) 1019);
            }
            assertEquals(List.of(1, 1, 1), units(packets));
        }
    }

    @Test
    void udpWithoutChecksumIsNotMergedEvenWhenItsSumHappensToBeRight() {
        var p = new Packet();
        p.tcp = false;
        List<byte[]> packets = train(p, 2, 1000, 1000);
        byte[] second = packets.get(1);
        int sum = SlowChecksum.u16(second, 26);
        ByteBuffer.wrap(second).putShort(26, (short) 0).putShort(500, (short) sum);
        assertTrue(SlowChecksum.validTransport(second, 20, 17));
        assertEquals(List.of(1, 1), units(packets));
    }

    @Test
    void multicastAndBroadcastDatagramsStayApart() {
        var p = new Packet();
        p.tcp = false;
        assertEquals(List.of(3), units(train(p, 3, 100, 100)));
        for (byte[] group : new byte[][] {{(byte) 224, 0, 0, (byte) 251}, {(byte) 239, 1, 2, 3}, {-1, -1, -1, -1}}) {
            p.destination = group;
            assertEquals(List.of(1, 1, 1), units(train(p, 3, 100, 100)));
        }
        p = v6();
        p.tcp = false;
        assertEquals(List.of(3), units(train(p, 3, 100, 100)));
        p.destination = p.destination.clone();
        p.destination[0] = -1;
        assertEquals(List.of(1, 1, 1), units(train(p, 3, 100, 100)));
    }

    @Test
    void aPacketWithABadChecksumIsNotCoalesced() {
        for (boolean v4 : new boolean[] {true, false}) {
            for (int bad = 0; bad < 5; bad++) {
                Packet p = v4 ? new Packet() : v6();
                List<byte[]> packets = train(p, 5, 1000, 1000);
                packets.get(bad)[900] ^= 4;
                List<Integer> expected = List.of(
                                List.of(1, 4), List.of(1, 1, 3), List.of(2, 1, 2), List.of(3, 1, 1), List.of(4, 1))
                        .get(bad);
                assertEquals(expected, units(packets));
                if (v4) {
                    packets = train(p, 5, 1000, 1000);
                    packets.get(bad)[10] ^= 4; // of the IPv4 header
                    assertEquals(expected, units(packets));
                }
                int unit = bad == 0 ? 0 : 1;
                byte[] frame = written(unit, "bad " + bad);
                assertArrayEquals(packets.get(bad), java.util.Arrays.copyOfRange(frame, 10, frame.length));
            }
        }
    }

    @Test
    void switchesTurnMergingOff() {
        var p = new Packet();
        List<byte[]> tcp = train(p, 3, 100, 100);
        p.tcp = false;
        List<byte[]> udp = train(p, 3, 100, 100);
        coalescer.merge(false, true);
        assertEquals(List.of(1, 1, 1), units(tcp));
        assertEquals(List.of(3), units(udp));
        coalescer.merge(true, false);
        assertEquals(List.of(3), units(tcp));
        assertEquals(List.of(1, 1, 1), units(udp));
    }

    @Test
    void emptyEntriesAreLeftOut() {
        List<byte[]> packets = train(new Packet(), 4, 100, 100);
        packets.add(2, new byte[0]);
        assertEquals(List.of(2, 2), units(packets));
        assertEquals(0, coalescer.first(0));
        assertEquals(3, coalescer.first(1));
        assertEquals(List.of(), units(List.of(new byte[0])));
        assertEquals(List.of(), units(List.of()));
    }

    @Test
    void noJunkIsReadOutsideOrMerged() {
        var random = new Random(SEED);
        for (int round = 0; round < 20_000; round++) {
            batch.clear();
            byte[] packet = Packet.random(random).bytes();
            byte[] junk = java.util.Arrays.copyOf(packet, 1 + random.nextInt(packet.length));
            for (int i = random.nextInt(5); i > 0; i--) {
                junk[random.nextInt(junk.length)] = (byte) random.nextInt();
            }
            int end = (int) batch.slabSize() - PacketBatch.MARGIN;
            for (int i = 0; i < 2; i++) {
                batch.add(i == 0 ? PacketBatch.MARGIN : end - junk.length, junk.length, 0, null);
                Frames.write(batch.slab(), batch.offset(i), junk);
            }
            assertEquals(2, coalescer.plan(batch), "seed " + SEED + ", round " + round);
        }
    }

    @Test
    void virtioNetHeaderOfACoalescedFrameIsTheKernels() {
        Packet p = v6();
        p.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
        plan(train(p, 3, 1368, 100));
        byte[] frame = written(0, "tcp6");
        assertArrayEquals(Frames.frame(1, 4, 72, 1368, 40, 16, new byte[0]), java.util.Arrays.copyOf(frame, 10));
        assertEquals(72 + 2 * 1368 + 100 - 40, ByteBuffer.wrap(frame).getShort(14));
        var u = new Packet();
        u.tcp = false;
        plan(train(u, 3, 500, 500));
        frame = written(0, "udp4");
        assertArrayEquals(Frames.frame(1, 5, 28, 500, 20, 6, new byte[0]), java.util.Arrays.copyOf(frame, 10));
        assertEquals(1508, ByteBuffer.wrap(frame).getShort(10 + 24));
        var t = new Packet();
        plan(train(t, 2, 500, 500));
        assertArrayEquals(
                Frames.frame(1, 1, 40, 500, 20, 16, new byte[0]), java.util.Arrays.copyOf(written(0, "tcp4"), 10));
    }
}
