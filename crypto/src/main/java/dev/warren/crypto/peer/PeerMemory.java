package dev.warren.crypto.peer;

/// State of a peer that survives while the idle peer is closed: the last handshake, the loss estimate, and
/// the timestamps that prevent replayed initiations. Immutable; contains no secret. Made by [Peer#memory],
/// restored by [Peer#restore].
public final class PeerMemory {
    final long lastHandshake;
    final long handshakeRtt;
    final long expectedPackets;
    final long receivedPackets;
    final long lastWall;
    final byte[] lastTimestamp;

    PeerMemory(
            long lastHandshake,
            long handshakeRtt,
            long expectedPackets,
            long receivedPackets,
            long lastWall,
            byte[] lastTimestamp) {
        this.lastHandshake = lastHandshake;
        this.handshakeRtt = handshakeRtt;
        this.expectedPackets = expectedPackets;
        this.receivedPackets = receivedPackets;
        this.lastWall = lastWall;
        this.lastTimestamp = lastTimestamp.clone();
    }

    /// A copy that accepts any timestamp, as after [Peer#resetTimestamp].
    public PeerMemory withoutTimestamp() {
        return new PeerMemory(
                lastHandshake,
                handshakeRtt,
                expectedPackets,
                receivedPackets,
                lastWall,
                new byte[lastTimestamp.length]);
    }

    /// As [Peer#lastHandshake].
    public long lastHandshake() {
        return lastHandshake;
    }

    /// The greatest TAI64N accepted from the peer, 12 bytes, a copy; zeros when there was none.
    public byte[] lastTimestamp() {
        return lastTimestamp.clone();
    }
}
