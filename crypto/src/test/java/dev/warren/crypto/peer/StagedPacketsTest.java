package dev.warren.crypto.peer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Protocol;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StagedPacketsTest {
    private static final int FULL_SIZE = 1420;

    private int dropped;

    private StagedPackets queue(StagedPool pool) {
        return new StagedPackets(pool, () -> dropped++);
    }

    private static byte[] packet(int length, int seed) {
        var packet = new byte[length];
        new Random(seed).nextBytes(packet);
        return packet;
    }

    private static void add(StagedPackets queue, byte[] packet) {
        queue.add(MemorySegment.ofArray(packet), 0, packet.length);
    }

    private static byte[] first(StagedPackets queue) {
        var out = new byte[queue.firstLength()];
        queue.copyFirst(MemorySegment.ofArray(out), 0);
        return out;
    }

    @Test
    void packetsOfAllLengthsComeOutAsTheyWentInAndTheMemoryGoesBack() {
        try (var pool = new StagedPool(4 << 20)) {
            var random = new Random(5);
            var queues = new ArrayList<StagedPackets>();
            var twins = new ArrayList<ArrayDeque<byte[]>>();
            for (int i = 0; i < 20; i++) {
                queues.add(queue(pool));
                twins.add(new ArrayDeque<>());
            }
            for (int step = 0; step < 20_000; step++) {
                int i = random.nextInt(queues.size());
                var queue = queues.get(i);
                var twin = twins.get(i);
                if (random.nextBoolean() && queue.size() < 40) {
                    int length = 1 + (random.nextInt(20) == 0 ? random.nextInt(9000) : random.nextInt(FULL_SIZE));
                    var packet = packet(length, step);
                    add(queue, packet);
                    twin.add(packet);
                    while (queue.size() < twin.size()) twin.remove(); // the oldest went, and was counted
                } else if (!queue.isEmpty()) {
                    assertArrayEquals(twin.remove(), first(queue));
                    queue.removeFirst();
                }
                assertEquals(twin.size(), queue.size());
            }
            queues.forEach(StagedPackets::clear);
            assertEquals(0, pool.used());
        }
    }

    @Test
    void aPeerHoldsAtMost128FullPacketsAndTheOldestGoes() {
        try (var pool = new StagedPool(16 << 20)) {
            var queue = queue(pool);
            for (int i = 0; i < 200; i++) {
                add(queue, packet(FULL_SIZE, i));
            }
            assertEquals(128, queue.size());
            assertEquals(72, dropped);
            assertArrayEquals(packet(FULL_SIZE, 72), first(queue));
            assertEquals(Protocol.MAX_STAGED_BYTES, pool.used());
            queue.clear();
            for (int i = 0; i < 10; i++) {
                add(queue, packet(65_535, i));
            }
            assertTrue(pool.used() <= Protocol.MAX_STAGED_BYTES);
            assertArrayEquals(packet(65_535, 7), first(queue));
            assertEquals(3, queue.size());
        }
    }

    @Test
    void fiveThousandPeersStayWithinTheBudgetAndEachKeepsItsShare() {
        try (var pool = new StagedPool(12 << 20)) {
            var peers = new ArrayList<StagedPackets>();
            for (int i = 0; i < 5000; i++) {
                peers.add(queue(pool));
            }
            int sent = 0;
            for (var peer : peers) {
                for (int i = 0; i < 140; i++) {
                    add(peer, packet(FULL_SIZE, sent++));
                    assertTrue(pool.used() <= pool.capacity());
                }
            }
            int waiting = peers.stream().mapToInt(StagedPackets::size).sum();
            assertEquals(sent, waiting + dropped, "every packet waits or was counted");
            assertTrue(waiting >= 8000, "the budget is used: " + waiting);
            long without = peers.stream().filter(StagedPackets::isEmpty).count();
            assertEquals(0, without, "everybody has something that waits");
            peers.forEach(StagedPackets::clear);
            assertEquals(0, pool.used());
        }
    }

    @Test
    void aLaterPeerFindsRoomInAFullStagedPool() {
        try (var pool = new StagedPool(1 << 20)) {
            var greedy = List.of(queue(pool), queue(pool), queue(pool), queue(pool), queue(pool), queue(pool));
            for (int i = 0; i < 2000; i++) {
                add(greedy.get(i % 6), packet(FULL_SIZE, i));
            }
            var late = queue(pool);
            for (int i = 0; i < 10; i++) {
                add(late, new byte[] {(byte) i});
                add(greedy.get(i % 6), packet(FULL_SIZE, i));
            }
            assertEquals(10, late.size());
            for (int i = 0; i < 10; i++) {
                assertEquals(i, first(late)[0]);
                late.removeFirst();
            }
            greedy.forEach(StagedPackets::clear);
        }
    }

    // What nobody can share any more: newest packets of those who hold nothing find no room, and are counted.
    @Test
    void aFullPoolOfSinglePacketsRefusesTheNewest() {
        try (var pool = new StagedPool(64 << 10)) {
            var peers = new ArrayList<StagedPackets>();
            for (int i = 0; i < 200; i++) {
                peers.add(queue(pool));
                add(peers.getLast(), new byte[] {(byte) i});
            }
            assertEquals(200 - 128, dropped);
            assertEquals(0, first(peers.getFirst())[0]);
            peers.forEach(StagedPackets::clear);
            var src = MemorySegment.ofArray(new byte[64]);
            src.set(JAVA_BYTE, 63, (byte) 9);
            peers.getFirst().add(src, 63, 1);
            assertEquals(9, first(peers.getFirst())[0]);
            peers.getFirst().clear();
        }
    }
}
