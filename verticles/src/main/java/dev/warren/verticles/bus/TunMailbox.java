package dev.warren.verticles.bus;

import dev.warren.io.BatchPool;
import dev.warren.io.PacketBatch;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/// The way to the TUN verticle for all actors of one loop, which share it. Packets gather in one batch, which leaves
/// when it is full or when the loop has run what was queued before.
public final class TunMailbox extends Door<TunMessage> {
    private final Gathering gathering;

    public TunMailbox(Vertx vertx, String device, Context loop, BatchPool pool) {
        super(vertx, Addresses.tun(device));
        this.gathering = new Gathering(loop, pool, batch -> tell(new TunMessage.Write(batch)));
    }

    /// A batch with this much room and a free entry, to append plaintext packets to; null while all buffers are on
    /// their way. It stays the mailbox's: append and let go.
    public @Nullable PacketBatch gather(int bytes) {
        return gathering.gather(bytes + 2 * PacketBatch.MARGIN);
    }

    /// Sends what has gathered.
    public void flush() {
        gathering.flush();
    }

    public void tell(TunMessage message) {
        write(message).onFailure(failure -> {
            switch (message) {
                case TunMessage.Write write -> write.batch().release();
                case TunMessage.Forget forget -> forget.answer().tryComplete();
                case TunMessage.Report report -> report.answer().tryFail(failure);
                case TunMessage.Awake _ -> {}
            }
        });
    }

    /// Called once when buffers come back after [#gather] found none.
    public void onRoom(Runnable resume) {
        gathering.onRoom(resume);
    }
}
