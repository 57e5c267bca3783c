package dev.warren.verticles.bus;

import dev.warren.io.PacketBatch;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/// The way to the UDP verticle for all actors of one loop, which share it. Datagrams of many peers reserve
/// in one batch, which leaves when it is full or when the loop has run what was queued before.
public final class UdpMailbox extends Mailbox<UdpCommand> {
    /// The longest frame, cut into the smallest segments TCP has (48 bytes with its options) and sealed: what a peer of
    /// its own choice can make us send.
    private static final int SLAB = 256 * 1024;
    /// Two of the longest frames as they usually are.
    private static final int FILL = 160 * 1024;

    /// Bytes that one batch has room for.
    public static final int MOST = SLAB - 2 * PacketBatch.MARGIN;

    private static final int MAX_TRAINS = 256;
    private static final int BATCHES = 8;

    /// For what keeps sessions alive when data has taken all other buffers.
    private static final int RESERVE_SLAB = 8 * 1024;

    private static final int RESERVE_MESSAGES = 32;
    private static final int RESERVE_BATCHES = 4;

    private final BatchBuilder builder;
    private final BatchBuilder reserve;

    public UdpMailbox(Vertx vertx, String device, Loop loop) {
        super(vertx, Addresses.udp(device), UdpCommand::discard);
        this.builder = new BatchBuilder(
                loop.context(),
                () -> loop.pool("udp-send", BATCHES, SLAB, MAX_TRAINS),
                FILL,
                batch -> tell(new UdpCommand.Send(batch)));
        this.reserve = new BatchBuilder(
                loop.context(),
                () -> loop.pool("udp-send-reserve", RESERVE_BATCHES, RESERVE_SLAB, RESERVE_MESSAGES),
                RESERVE_SLAB,
                batch -> tell(new UdpCommand.Send(batch)));
    }

    /// A batch with this much room at its next offset and a free entry, to append sealed datagrams to; null while all
    /// buffers are on their way. It stays the mailbox's: append and let go.
    ///
    /// @param bytes at most [#MOST]
    public @Nullable PacketBatch reserve(int bytes) {
        return builder.reserve(bytes);
    }

    /// As [#reserve], for a handshake message or a keepalive: while a full send buffer holds up all that data may have,
    /// there is a reserve, or sessions would end for want of a rekey just when they are busiest.
    public @Nullable PacketBatch gatherMessage(int bytes) {
        var out = builder.reserve(bytes);
        return out != null ? out : reserve.reserve(bytes);
    }

    public void tell(UdpCommand message) {
        give(message);
    }

    /// Called once when buffers come back after [#reserve] found none.
    public void onRoom(Handler<Void> resume) {
        builder.onRoom(resume);
    }

    /// No more batches; the memory goes when the last is back.
    public void close() {
        builder.close();
        reserve.close();
    }
}
