package dev.warren.crypto.peer;

import dev.warren.crypto.Verdict;

/// The counters of one peer as plain fields, for who uses a peer or a tunnel without a router around it.
public final class PeerStatistics implements PeerCounters {
    private final long[] drops = new long[Verdict.values().length];
    private long txBytes;
    private long rxBytes;

    @Override
    public void sent(int packets, long bytes) {
        txBytes += bytes;
    }

    @Override
    public void received(long bytes) {
        rxBytes += bytes;
    }

    @Override
    public void dropped(Verdict reason, int count) {
        drops[-1 - reason.code()] += count;
    }

    /// Bytes of all datagrams sent: data, keepalives, handshake messages.
    public long txBytes() {
        return txBytes;
    }

    /// Bytes of all datagrams that were reported as received: data, keepalives, handshake messages; no cookie replies.
    public long rxBytes() {
        return rxBytes;
    }

    /// How often something was dropped for this reason.
    public long dropped(Verdict reason) {
        return drops[-1 - reason.code()];
    }
}
