package dev.warren.crypto.tunnel;

import dev.warren.crypto.Verdict;
import java.nio.ByteBuffer;
import java.util.List;

/// What a [Tunnel] wants done. All buffers are fresh (heap, position 0) and the caller's.
public sealed interface TunnelResult {
    /// Datagrams to be sent. Those that [Tunnel#decapsulate] returns go to the source of the datagram that was given to
    /// it, all others to [Tunnel#endpoint].
    List<ByteBuffer> datagrams();

    /// Nothing to be done.
    record Nothing() implements TunnelResult {
        @Override
        public List<ByteBuffer> datagrams() {
            return List.of();
        }
    }

    /// Send these, in this order.
    record Send(List<ByteBuffer> datagrams) implements TunnelResult {}

    /// An IP packet came through the tunnel, its padding cut off. Check that its source address is one you allow this
    /// peer before you hand it on. `datagrams` may hold packets that waited for this session.
    record Deliver(ByteBuffer packet, List<ByteBuffer> datagrams) implements TunnelResult {}

    /// What was given was not accepted. With [Verdict#COOKIE_SENT] `datagrams` holds a cookie reply.
    record Dropped(Verdict reason, List<ByteBuffer> datagrams) implements TunnelResult {}
}
