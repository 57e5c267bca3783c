package dev.warren.crypto.tunnel;

import dev.warren.crypto.Verdict;
import java.nio.ByteBuffer;
import java.util.List;

/// What the caller of a [Tunnel] must do. All buffers are fresh (heap, position 0) and the caller's.
public sealed interface TunnelResult {
    /// Datagrams to send, in this order. Those from [Tunnel#decapsulate] go to the source of the datagram
    /// passed to it, all others to [Tunnel#endpoint].
    List<ByteBuffer> datagrams();

    /// Nothing to do.
    record Nothing() implements TunnelResult {
        @Override
        public List<ByteBuffer> datagrams() {
            return List.of();
        }
    }

    /// Send these, in this order.
    record Send(List<ByteBuffer> datagrams) implements TunnelResult {}

    /// Deliver an IP packet from the tunnel, its padding removed. First check that this peer may use its
    /// source address. `datagrams` may hold packets that were staged for this session.
    record Deliver(ByteBuffer packet, List<ByteBuffer> datagrams) implements TunnelResult {}

    /// The argument was not accepted. With [Verdict#COOKIE_SENT] `datagrams` holds a cookie reply.
    record Dropped(Verdict reason, List<ByteBuffer> datagrams) implements TunnelResult {}
}
