package dev.warren.verticles.bus;

import dev.warren.io.PacketBatch;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/// The way to the TUN verticle of one queue for all actors of one loop, which share it. Packets reserve in one
/// batch, which leaves when it is full or when the loop has run what was queued before.
public final class TunMailbox extends Mailbox<TunCommand> {
    private static final int SLAB = PacketBatch.LARGE_SLAB;
    private static final int MAX_PACKETS = 512;
    private static final int BATCHES = 4;

    private final BatchBuilder builder;

    /// @param queue from 0
    public TunMailbox(Vertx vertx, String device, int queue, Loop loop) {
        super(vertx, Addresses.tun(device, queue), TunCommand::discard);
        this.builder = new BatchBuilder(
                loop.context(),
                () -> loop.pool("tun-write", BATCHES, SLAB, MAX_PACKETS),
                SLAB,
                batch -> tell(new TunCommand.Write(batch)));
    }

    /// A batch with this much room at its next offset and a free entry, to append plaintext packets to; null while all
    /// buffers are on their way. It stays the mailbox's: append and let go.
    public @Nullable PacketBatch reserve(int bytes) {
        return builder.reserve(bytes);
    }

    public void tell(TunCommand message) {
        give(message);
    }

    /// Called once when buffers come back after [#reserve] found none.
    public void onRoom(Handler<Void> resume) {
        builder.onRoom(resume);
    }

    /// No more batches; the memory goes when the last is back.
    public void close() {
        builder.close();
    }
}
