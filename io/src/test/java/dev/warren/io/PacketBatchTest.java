package dev.warren.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PacketBatchTest {
    private static final long SEED = 40;

    private final Arena arena = Arena.ofConfined();
    private final PacketBatch batch = PacketBatch.unpooled(arena.allocate(4096, 64), 64);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void appendedEntriesKeepTheirMarginsAndAlignment() {
        assertEquals(0, batch.used());
        assertEquals(128, batch.append(100, 0, null));
        assertEquals(228, batch.used());
        int next = batch.nextOffset();
        assertEquals(384, next);
        assertEquals(4096 - 128 - 384, batch.room());
        assertEquals(next, batch.append(batch.room(), 1000, null));
        assertTrue(batch.room() < 0);
        assertEquals(2, batch.count());
        assertEquals(1, batch.packets(0));
        assertEquals(4, batch.packets(1));
        assertEquals(4096 - 128, batch.used());
    }

    @Test
    void entriesInTheMarginsOfTheSlabAreRefused() {
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(127, 10, 0, null));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(128, 4096 - 255, 0, null));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(128, -1, 0, null));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, null));
        assertEquals(0, batch.count());
        for (int i = 0; i < 64; i++) {
            batch.add(128, 4096 - 256, 0, null);
        }
        assertTrue(batch.full());
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(128, 1, 0, null));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.set(64, 128, 1, 0, null));
    }

    @Test
    void entriesCanBeChanged() {
        Endpoint endpoint = Endpoint.v4(1, 2);
        batch.append(100, 0, null);
        batch.set(0, 200, 50, 25, endpoint);
        assertEquals(200, batch.offset(0));
        assertEquals(50, batch.length(0));
        assertEquals(2, batch.packets(0));
        assertSame(endpoint, batch.endpoint(0));
        batch.endpoint(0, null);
        assertNull(batch.endpoint(0));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.endpoint(1, null));
    }

    @Test
    void groupingIsStableAndEqualsTheObviousOne() {
        var random = new Random(SEED);
        var peers = Stream.generate(Object::new).limit(64).toList();
        for (int round = 0; round < 5000; round++) {
            batch.clear();
            int count = random.nextInt(65);
            int kinds = 1 + random.nextInt(random.nextBoolean() ? 3 : 64);
            @Nullable Object[] owners = new @Nullable Object[count];
            Map<Object, List<Integer>> expected = new LinkedHashMap<>();
            List<Integer> orphans = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Object owner = peers.get(random.nextInt(kinds));
                owners[i] = random.nextInt(10) == 0 ? null : owner;
                batch.add(128 + i, 2 * i, 3 * i, Endpoint.v4(i, i));
                (owners[i] == null ? orphans : expected.computeIfAbsent(owner, _ -> new ArrayList<>())).add(i);
            }
            assertGrouped(expected, orphans, batch.group(owners), "seed " + SEED + ", round " + round);
        }
    }

    private void assertGrouped(Map<Object, List<Integer>> expected, List<Integer> orphans, int runs, String what) {
        assertEquals(expected.size(), runs, what);
        List<Integer> order = new ArrayList<>();
        int k = 0;
        for (var owner : expected.entrySet()) {
            PacketRun run = batch.run(k++);
            assertSame(batch, run.batch());
            assertSame(owner.getKey(), run.owner(), what);
            assertEquals(order.size(), run.from(), what);
            assertEquals(owner.getValue().size(), run.count(), what);
            order.addAll(owner.getValue());
            assertEquals(order.size(), run.to(), what);
        }
        order.addAll(orphans);
        for (int i = 0; i < order.size(); i++) {
            int was = order.get(i);
            assertEquals(128 + was, batch.offset(i), what);
            assertEquals(2 * was, batch.length(i), what);
            assertEquals(3 * was, batch.segment(i), what);
            assertEquals(Endpoint.v4(was, was), batch.endpoint(i), what);
        }
        int beyond = runs;
        assertThrows(IndexOutOfBoundsException.class, () -> batch.run(beyond));
    }

    @Test
    void theOwnerReleasesABatchOnce() {
        batch.release();
        assertThrows(AssertionError.class, batch::release);
        assertThrows(AssertionError.class, () -> batch.retain(1));
        assertThrows(AssertionError.class, batch::done);
    }

    @Test
    void aDividedBatchReturnsAfterDoneOfEachRun() {
        for (int i = 0; i < 3; i++) {
            batch.append(10, 0, null);
        }
        int runs = batch.group(new Object[] {"a", "b", "a"});
        assertEquals(2, runs);
        assertThrows(AssertionError.class, () -> batch.retain(0));
        batch.retain(runs);
        assertThrows(AssertionError.class, () -> batch.retain(2));
        assertThrows(AssertionError.class, batch::release);
        batch.run(0).done();
        assertTrue(batch.toString().contains("owners 1"), batch.toString());
        batch.run(1).done();
        assertThrows(AssertionError.class, () -> batch.run(1).done());
    }
}
