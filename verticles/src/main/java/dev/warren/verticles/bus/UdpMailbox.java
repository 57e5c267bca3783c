package dev.warren.verticles.bus;

import dev.warren.io.BatchPool;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/// The way to the UDP verticle for all actors of one loop, which share it. Datagrams of many peers gather in one batch,
/// which leaves when it is full or when the loop has run what was queued before.
public final class UdpMailbox extends Door<UdpMessage> {
    private final Gathering gathering;

    public UdpMailbox(Vertx vertx, String device, Context loop, BatchPool pool) {
        super(vertx, Addresses.udp(device));
        this.gathering = new Gathering(loop, pool, batch -> tell(new UdpMessage.Send(batch)));
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
        write(message).onFailure(failure -> {
            switch (message) {
                case UdpMessage.Send send -> send.batch().release();
                case UdpMessage.Bind bind -> bind.answer().tryFail(failure);
                case UdpMessage.Mark mark -> mark.answer().tryFail(failure);
                case UdpMessage.Report report -> report.answer().tryFail(failure);
                case UdpMessage.Transmit _,
                        UdpMessage.Claim _,
                        UdpMessage.Unclaim _,
                        UdpMessage.HandshakesDone _ -> {}
            }
        });
    }

    /// Called once when buffers come back after [#gather] found none.
    public void onRoom(Runnable resume) {
        gathering.onRoom(resume);
    }
}
