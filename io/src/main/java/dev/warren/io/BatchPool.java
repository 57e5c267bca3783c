package dev.warren.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A fixed number of batches, made at once. An empty pool is back pressure: its owner stops reading until
/// [#onAvailable] is called. All methods belong to the owner's loop; a batch may be released from anywhere and then
/// returns through the executor.
public final class BatchPool implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final PacketBatch[] free;
    private final Executor owner;
    private final BooleanSupplier onOwner;
    private int count;
    private boolean starved;
    private boolean closed;
    private @Nullable Runnable available;

    /// @param batches    how many
    /// @param slabBytes  bytes of one slab, margins included; rounded up to a multiple of 64
    /// @param maxEntries most entries of one batch
    /// @param owner       runs a task on the owner's loop
    /// @param onOwner     whether the caller is on the owner's loop
    public BatchPool(int batches, long slabBytes, int maxEntries, Executor owner, BooleanSupplier onOwner) {
        if (batches < 1 || slabBytes < 2 * PacketBatch.MARGIN || slabBytes > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("a pool of " + batches + " x " + slabBytes + " bytes cannot be");
        }
        this.owner = owner;
        this.onOwner = onOwner;
        this.free = new PacketBatch[batches];
        long stride = (slabBytes + PacketBatch.ALIGNMENT - 1) & -PacketBatch.ALIGNMENT;
        MemorySegment memory = arena.allocate(stride * batches, PacketBatch.ALIGNMENT);
        for (int i = 0; i < batches; i++) {
            // The first to be taken is the one that was used last: it is warm.
            free[i] = new PacketBatch(memory.asSlice(stride * i, stride), maxEntries, this);
        }
        this.count = batches;
    }

    /// An empty batch, now the caller's; or null when there is none, and then [#onAvailable] is called at the next
    /// return.
    public @Nullable PacketBatch take() {
        if (count == 0 || closed) {
            starved = true;
            return null;
        }
        PacketBatch batch = free[--count];
        batch.taken();
        return batch;
    }

    /// Batches in the pool.
    public int free() {
        return count;
    }

    /// Batches there are.
    public int size() {
        return free.length;
    }

    /// What to run, once, when a batch comes back after [#take] had none to give. Null takes it away.
    public void onAvailable(@Nullable Runnable action) {
        available = action;
    }

    /// No batch is given out any more. The memory goes when the last batch is back.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            available = null;
            closeArena();
        }
    }

    private void closeArena() {
        if (count == free.length) {
            arena.close();
        }
    }

    void released(PacketBatch batch) {
        if (onOwner.getAsBoolean()) {
            returned(batch);
        } else {
            owner.execute(batch.returning);
        }
    }

    void returned(PacketBatch batch) {
        free[count++] = batch;
        if (closed) {
            closeArena();
            return;
        }
        Runnable action = available;
        if (starved && action != null) {
            starved = false;
            action.run();
        }
    }

    @Override
    public String toString() {
        return "BatchPool[" + count + " of " + free.length + " free" + (closed ? ", closed]" : "]");
    }
}
