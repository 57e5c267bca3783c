package dev.warren.verticles.peer;

import dev.warren.verticles.bus.CaptureBuffer;
import dev.warren.verticles.bus.PeerRef;
import io.vertx.core.Future;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Copies the packets inside the tunnel, as peers are sent and have sent them, to a capture. One per event loop.
final class PlainTap {
    private final CaptureBuffer buffer;
    private final @Nullable PeerRef only;

    /// @param only the peer that is captured; null: all
    PlainTap(CaptureBuffer buffer, @Nullable PeerRef only) {
        this.buffer = buffer;
        this.only = only;
    }

    /// A packet that is sealed for the peer or waits for a session with it, cut from its frame, with its checksums.
    void sent(PeerRef peer, MemorySegment from, long at, int length) {
        if (isMeant(peer)) copy(true, from, at, length, buffer.describe(peer));
    }

    /// A packet of the peer for this host.
    void received(PeerRef peer, MemorySegment from, long at, int length) {
        if (isMeant(peer)) copy(false, from, at, length, buffer.describe(peer));
    }

    /// A packet whose source is not the peer's.
    void refused(PeerRef peer, MemorySegment from, long at, int length) {
        if (isMeant(peer)) {
            copy(false, from, at, length, buffer.describe(peer) + ", dropped: source is not in the peer's allowed IPs");
        }
    }

    /// The last packet was copied. Completes when all of them were written or given up.
    Future<Void> end() {
        return buffer.end();
    }

    private boolean isMeant(PeerRef peer) {
        return only == null || only == peer;
    }

    private void copy(boolean outbound, MemorySegment from, long at, int length, String comment) {
        int kept = buffer.admit(length);
        if (kept < 0) return;
        var bytes = new byte[kept];
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, bytes, 0, kept);
        buffer.add(outbound, length, bytes, comment);
    }
}
