package dev.warren.crypto.peer;

import dev.warren.crypto.Verdict;

/// The counters of one peer as plain fields, for users of a peer or tunnel without a router around it.
/// Confined to the peer's thread.
public final class PeerStatistics implements PeerCounters {
    private final long[] drops = new long[Verdict.values().length];
    private long txBytes;
    private long rxBytes;
    private long peerSent;
    private long arrived;
    private long late;

    @Override
    public void sent(int packets, long bytes) {
        txBytes += bytes;
    }

    @Override
    public void received(long bytes) {
        rxBytes += bytes;
    }

    @Override
    public void arrived(long sent, long arrived, long late) {
        this.peerSent += sent;
        this.arrived += arrived;
        this.late += late;
    }

    @Override
    public void dropped(Verdict reason, int count) {
        drops[-1 - reason.code()] += count;
    }

    /// Bytes of all datagrams sent: data, keepalives, handshake messages.
    public long txBytes() {
        return txBytes;
    }

    /// Bytes of all datagrams received: data, keepalives, handshake messages, but no cookie replies.
    public long rxBytes() {
        return rxBytes;
    }

    /// Datagrams of all sessions that the peer has sent at least, by their counters.
    public long peerSent() {
        return peerSent;
    }

    /// Datagrams of sessions that arrived and authenticated.
    public long arrived() {
        return arrived;
    }

    /// Datagrams that arrived after one that was sent later.
    public long late() {
        return late;
    }

    /// Number of packets and messages dropped for this reason.
    public long dropped(Verdict reason) {
        return drops[-1 - reason.code()];
    }
}
