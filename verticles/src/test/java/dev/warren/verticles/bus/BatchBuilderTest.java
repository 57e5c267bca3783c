package dev.warren.verticles.bus;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.BatchPool;
import dev.warren.io.PacketBatch;
import dev.warren.verticles.OnLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchBuilderTest {
    private static final int SLAB = 8192;
    private static final int FILL = 4096;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final BatchPool pool = new BatchPool(1, SLAB, 64, Runnable::run, () -> true);

    private @Nullable PacketBatch last;

    private BatchBuilder builder(int fill) {
        return new BatchBuilder(loop, () -> pool, fill, batch -> {
            last = batch;
            batch.release();
        });
    }

    private void onLoop(Runnable task) {
        OnLoop.run(loop, task);
    }

    @AfterEach
    void close() {
        vertx.close().await();
        pool.close();
    }

    /// What was given room has it, aligned and with its margins, to the last byte of a slab.
    @Test
    void whatWasAskedForHasRoom() {
        onLoop(this::fillAnyhow);
    }

    private void fillAnyhow() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var builder = builder(SLAB);
        int most = SLAB - 2 * PacketBatch.MARGIN;
        for (int i = 0; i < 200_000; i++) {
            int asked = random.nextInt(16) == 0 ? random.nextInt(most + 1) : random.nextInt(300);
            var batch = builder.reserve(asked);
            assertNotNull(batch, "seed " + seed);
            try {
                batch.append(asked - random.nextInt(Math.min(asked + 1, 40)), 0, null);
            } catch (IndexOutOfBoundsException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void aBatchLeavesWhenItIsFilledUnlessOnePieceNeedsMore() {
        onLoop(this::fillAlmost);
    }

    private void fillAlmost() {
        var builder = builder(FILL);
        var first = builder.reserve(FILL - 200);
        assertNotNull(first);
        first.append(FILL - 300, 0, null);
        assertNotNull(builder.reserve(FILL + 1000));
        assertTrue(last == first && first.count() == 0, "it left, and came back empty");
        int most = SLAB - 2 * PacketBatch.MARGIN;
        var whole = builder.reserve(most);
        assertNotNull(whole);
        whole.append(most, 0, null);
    }

    @Test
    void nothingIsGivenWhenItIsClosed() {
        onLoop(this::useClosed);
    }

    private void useClosed() {
        var builder = builder(SLAB);
        assertNotNull(builder.reserve(10));
        builder.close();
        assertNull(builder.reserve(10));
    }
}
