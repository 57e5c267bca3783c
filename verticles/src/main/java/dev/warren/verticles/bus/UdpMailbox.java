package dev.warren.verticles.bus;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.verticles.Loop;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/// The way to the UDP verticle for all actors of one loop, which share it. Datagrams of many peers gather in one batch,
/// which leaves when it is full or when the loop has run what was queued before.
public final class UdpMailbox extends Door<UdpMessage> {
    /// Room for the largest frame once it is cut and sealed, with as much again for small ones.
    private static final int SLAB = 160 * 1024;

    private static final int MAX_TRAINS = 256;
    private static final int BATCHES = 8;

    private final Gathering gathering;

    public UdpMailbox(Vertx vertx, String device, Loop loop) {
        super(vertx, Addresses.udp(device));
        this.gathering = new Gathering(
                loop.context(), () -> loop.pool(BATCHES, SLAB, MAX_TRAINS), batch -> tell(new UdpMessage.Send(batch)));
    }

    /// A batch with this much room and a free entry, to append sealed datagrams to; null while all buffers are on their
    /// way. It stays the mailbox's: append and let go.
    public @Nullable PacketBatch gather(int bytes) {
        return gathering.gather(bytes + 2 * PacketBatch.MARGIN);
    }

    /// Sends what has gathered.
    public void flush() {
        gathering.flush();
    }

    /// One handshake message or cookie reply, behind what has gathered.
    public void transmit(byte[] datagram, Endpoint destination) {
        flush();
        tell(new UdpMessage.Transmit(datagram, destination));
    }

    public void tell(UdpMessage message) {
        give(message, UdpMessage::discard);
    }

    /// Called once when buffers come back after [#gather] found none.
    public void onRoom(Runnable resume) {
        gathering.onRoom(resume);
    }

    /// No more batches; the memory goes when the last is home.
    public void close() {
        gathering.close();
    }
}
