package dev.warren.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A fixed number of batches, allocated together. An empty pool is back pressure: its owner stops reading
/// until the action of [#onAvailable] runs. Methods are called on the owner's loop unless they say otherwise.
/// A batch may be released on any thread; on another one it is returned to the pool through the executor.
public final class BatchPool implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private static final VarHandle COUNT = count();

    private final PacketBatch[] free;
    private final Executor owner;
    private final BooleanSupplier onOwner;
    private int count;
    private boolean starved;
    private boolean closed;
    private @Nullable Runnable available;

    /// @param batches    number of batches, 1 or more
    /// @param slabBytes  bytes of one slab, margins included; rounded up to a multiple of 64
    /// @param maxEntries most entries of one batch
    /// @param owner       runs a task on the owner's loop
    /// @param onOwner     true when called on the owner's loop
    /// @throws IllegalArgumentException when a slab is smaller than two margins or larger than 2^31 - 65 bytes
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
            // take() is last in, first out: the batch used last is still in the CPU's caches.
            free[i] = new PacketBatch(memory.asSlice(stride * i, stride), maxEntries, this);
        }
        this.count = batches;
    }

    private static VarHandle count() {
        try {
            return MethodHandles.lookup().findVarHandle(BatchPool.class, "count", int.class);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /// Takes an empty batch, which the caller then owns. Null when the pool is empty or closed: the action of
    /// [#onAvailable] runs at the next return.
    public @Nullable PacketBatch take() {
        if (count == 0 || closed) {
            starved = true;
            return null;
        }
        int left = count - 1;
        PacketBatch batch = free[left];
        COUNT.setOpaque(this, left);
        batch.taken();
        return batch;
    }

    /// Number of batches that can be taken. May be called from any thread, which sees what was true a moment ago.
    public int free() {
        return (int) COUNT.getOpaque(this);
    }

    /// Number of batches, taken or not. May be called from any thread.
    public int size() {
        return free.length;
    }

    /// Sets the action that runs once on the owner's loop when a batch is returned after [#take] found
    /// none; null for none.
    public void onAvailable(@Nullable Runnable action) {
        available = action;
    }

    /// Ends taking; the memory is freed when the last batch is returned. Idempotent.
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
        free[count] = batch;
        COUNT.setOpaque(this, count + 1);
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
