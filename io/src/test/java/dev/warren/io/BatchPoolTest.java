package dev.warren.io;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class BatchPoolTest {
    private static PacketBatch take(BatchPool pool) {
        return Objects.requireNonNull(pool.take());
    }

    @Test
    void batchesAreTakenAndReturnedToTheirPool() {
        try (var pool = new BatchPool(3, 1000, 4, Runnable::run, () -> true)) {
            assertEquals(3, pool.size());
            PacketBatch a = take(pool);
            PacketBatch b = take(pool);
            assertEquals(1, pool.free());
            assertEquals(1024, a.slabSize());
            assertEquals(0, a.slab().address() % 64);
            assertEquals(4, a.capacity());
            a.append(10, 0, null);
            a.release();
            assertThrows(AssertionError.class, a::release);
            assertEquals(2, pool.free());
            assertEquals(0, take(pool).count());
            b.retain(2);
            b.done();
            assertEquals(1, pool.free());
            b.done();
            assertEquals(2, pool.free());
            take(pool);
        }
    }

    @Test
    void slabsAreBoundedAndApart() {
        try (var pool = new BatchPool(2, 512, 4, Runnable::run, () -> true)) {
            MemorySegment a = take(pool).slab();
            MemorySegment b = take(pool).slab();
            assertThrows(IndexOutOfBoundsException.class, () -> a.asSlice(512, 1));
            assertTrue(a.asOverlappingSlice(b).isEmpty());
        }
    }

    @Test
    void anEmptyPoolCallsBackOnceWhenABatchIsBack() {
        int[] calls = new int[1];
        var pool = new BatchPool(2, 512, 4, Runnable::run, () -> true);
        pool.onAvailable(() -> calls[0]++);
        PacketBatch a = take(pool);
        PacketBatch b = take(pool);
        a.release();
        assertEquals(0, calls[0]); // nobody was turned away
        a = take(pool);
        assertNull(pool.take());
        assertNull(pool.take());
        a.release();
        assertEquals(1, calls[0]);
        b.release();
        assertEquals(1, calls[0]);
    }

    @Test
    void theCallbackMayTakeAtOnce() {
        var pool = new BatchPool(1, 512, 4, Runnable::run, () -> true);
        Queue<PacketBatch> taken = new ArrayDeque<>();
        pool.onAvailable(() -> {
            taken.add(take(pool));
            assertNull(pool.take());
        });
        PacketBatch a = take(pool);
        assertNull(pool.take());
        a.release();
        assertEquals(1, taken.size());
        taken.remove().release();
        assertEquals(1, taken.size());
    }

    @Test
    void theMemoryGoesWithTheLastBatch() {
        var pool = new BatchPool(2, 512, 4, Runnable::run, () -> true);
        PacketBatch a = take(pool);
        MemorySegment slab = a.slab();
        pool.close();
        pool.close();
        assertNull(pool.take());
        assertTrue(slab.scope().isAlive());
        a.release();
        assertFalse(slab.scope().isAlive());
    }

    @Test
    void batchesReleasedOnAnotherThreadReturnThroughTheExecutor() throws Exception {
        var home = new LinkedBlockingQueue<Runnable>();
        Thread homeThread = Thread.currentThread();
        var pool = new BatchPool(4, 1024, 8, home::add, () -> Thread.currentThread() == homeThread);
        int sum = 0;
        try (ExecutorService others = Executors.newFixedThreadPool(3)) {
            for (int round = 0; round < 20_000; round++) {
                PacketBatch batch = pool.take();
                while (batch == null) {
                    Runnable task = home.poll(5, SECONDS);
                    assertNotNull(task, "a batch was lost in round " + round);
                    task.run();
                    batch = pool.take();
                }
                for (int i = 0; i < 3; i++) {
                    batch.append(i + 1, 0, null);
                }
                int runs = batch.group(new Object[] {"a", "b", "c"});
                batch.retain(runs);
                sum += batch.count();
                for (int k = 0; k < runs; k++) {
                    PacketRun run = batch.run(k);
                    if (round % 3 == k) {
                        run.done(); // one holder is at home
                    } else {
                        others.execute(run::done);
                    }
                }
            }
        }
        for (Runnable task = home.poll(); task != null; task = home.poll()) {
            task.run();
        }
        assertEquals(60_000, sum);
        assertEquals(4, pool.free());
        PacketBatch last = take(pool);
        last.release();
        pool.close();
        assertFalse(last.slab().scope().isAlive());
    }

    @Test
    void poolsThatCannotBeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BatchPool(0, 512, 1, Runnable::run, () -> true));
        assertThrows(IllegalArgumentException.class, () -> new BatchPool(1, 100, 1, Runnable::run, () -> true));
        assertThrows(IllegalArgumentException.class, () -> new BatchPool(1, 1L << 31, 1, Runnable::run, () -> true));
        assertThrows(IllegalArgumentException.class, () -> new BatchPool(1, 512, 0, Runnable::run, () -> true));
    }
}
