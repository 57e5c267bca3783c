package dev.warren.crypto;

import dev.warren.crypto.noise.PrivateKey;
import dev.warren.crypto.noise.PublicKey;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A WireGuard tunnel to one peer, for embedding.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Tunnel implements AutoCloseable {
    private Tunnel() {}

    public static Tunnel create(PrivateKey privateKey, PublicKey peer) {
        throw new UnsupportedOperationException();
    }

    public TunnelResult encapsulate(MemorySegment packet, long now, long wall) {
        throw new UnsupportedOperationException();
    }

    public TunnelResult encapsulate(ByteBuffer packet, long now, long wall) {
        throw new UnsupportedOperationException();
    }

    public TunnelResult decapsulate(MemorySegment datagram, InetSocketAddress source, long now, long wall) {
        throw new UnsupportedOperationException();
    }

    public TunnelResult decapsulate(ByteBuffer datagram, InetSocketAddress source, long now, long wall) {
        throw new UnsupportedOperationException();
    }

    public TunnelResult advance(long now, long wall) {
        throw new UnsupportedOperationException();
    }

    public long nextDeadline() {
        throw new UnsupportedOperationException();
    }

    public void forceHandshake(long now) {
        throw new UnsupportedOperationException();
    }

    public @Nullable InetSocketAddress endpoint() {
        throw new UnsupportedOperationException();
    }

    public TunnelStatistics statistics() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
