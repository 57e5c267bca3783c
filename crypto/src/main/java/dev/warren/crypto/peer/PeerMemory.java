package dev.warren.crypto.peer;

/// What of a peer must survive while its actor sleeps: the last handshake, the estimate of loss, and the
/// timestamps that keep initiations from being replayed. Holds no secret. Made by [Peer#memory], taken back
/// by [Peer#restore].
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

    /// The same, but accepting any timestamp, as [Peer#resetTimestamp].
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

    /// The greatest TAI64N that was accepted from the peer, 12 bytes, a copy; zeros when there was none.
    public byte[] lastTimestamp() {
        return lastTimestamp.clone();
    }
}
