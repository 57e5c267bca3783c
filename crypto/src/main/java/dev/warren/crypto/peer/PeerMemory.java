package dev.warren.crypto.peer;

/// What of a peer must survive while its actor sleeps: counters, the last handshake, and the timestamps that keep
/// initiations from being replayed. Holds no secret. Made by [Peer#memory], taken back by [Peer#restore].
public final class PeerMemory {
    final long txBytes;
    final long rxBytes;
    final long lastHandshake;
    final long handshakeRtt;
    final long expectedPackets;
    final long receivedPackets;
    final long lastWall;
    final byte[] lastTimestamp;
    final long[] drops;

    PeerMemory(
            long txBytes,
            long rxBytes,
            long lastHandshake,
            long handshakeRtt,
            long expectedPackets,
            long receivedPackets,
            long lastWall,
            byte[] lastTimestamp,
            long[] drops) {
        this.txBytes = txBytes;
        this.rxBytes = rxBytes;
        this.lastHandshake = lastHandshake;
        this.handshakeRtt = handshakeRtt;
        this.expectedPackets = expectedPackets;
        this.receivedPackets = receivedPackets;
        this.lastWall = lastWall;
        this.lastTimestamp = lastTimestamp.clone();
        this.drops = drops.clone();
    }

    /// As [Peer#txBytes].
    public long txBytes() {
        return txBytes;
    }

    /// As [Peer#rxBytes].
    public long rxBytes() {
        return rxBytes;
    }

    /// As [Peer#lastHandshake].
    public long lastHandshake() {
        return lastHandshake;
    }

    /// The greatest TAI64N that was accepted from the peer, 12 bytes, a copy; zeros when there was none.
    public byte[] lastTimestamp() {
        return lastTimestamp.clone();
    }

    /// Indexed by the ordinals of Verdict, a copy.
    public long[] drops() {
        return drops.clone();
    }
}
