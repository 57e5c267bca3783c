package dev.warren.verticles.bus;

import dev.warren.io.BatchPool;
import dev.warren.io.PacketBatch;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The batch that the actors of one loop are filling together. It leaves when it is full or when the loop has run what
/// was queued before, so that packets of many peers share one message and one system call.
final class BatchBuilder {
    private final Context loop;
    private final Supplier<BatchPool> maker;
    private @Nullable BatchPool pool;
    private final int fill;
    private final Consumer<PacketBatch> leaves;
    private final Handler<Void> flushing = _ -> flush();
    private @Nullable PacketBatch open;
    private boolean closed;

    /// @param pool made on first use, since not every loop has packets to send
    /// @param fill bytes of a slab that are used before it leaves, unless the first packets alone need more
    BatchBuilder(Context loop, Supplier<BatchPool> pool, int fill, Consumer<PacketBatch> leaves) {
        this.loop = loop;
        this.maker = pool;
        this.fill = fill;
        this.leaves = leaves;
    }

    /// A batch with this much room at [PacketBatch#nextOffset] and a free entry; null while all are on their
    /// way, or when it is closed. More than an empty batch has room for must not be asked for.
    @Nullable
    PacketBatch reserve(int bytes) {
        if (closed) return null;
        var batch = open;
        if (batch != null) {
            if (bytes <= Math.min(batch.room(), fill - batch.used()) && !batch.full()) return batch;
            flush();
        }
        var from = pool;
        if (from == null) {
            from = maker.get();
            pool = from;
        }
        batch = from.take();
        if (batch != null) {
            open = batch;
            loop.runOnContext(flushing);
        }
        return batch;
    }

    void flush() {
        var batch = open;
        if (batch == null) return;
        open = null;
        if (batch.count() == 0) batch.release();
        else leaves.accept(batch);
    }

    /// Called once when a batch comes back after [#reserve] found none: by the loop, and not within what gave the batch
    /// back, which may run on behalf of another actor.
    void onRoom(Handler<Void> resume) {
        if (pool != null) pool.onAvailable(() -> loop.runOnContext(resume));
    }

    /// No more batches; the memory goes when the last is back.
    void close() {
        flush();
        closed = true;
        if (pool != null) pool.close();
    }
}
