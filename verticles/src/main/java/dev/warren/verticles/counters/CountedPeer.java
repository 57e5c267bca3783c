package dev.warren.verticles.counters;

import dev.warren.crypto.Verdict;
import dev.warren.crypto.peer.PeerCounters;
import dev.warren.io.counters.CounterRow;

/// Counts for a peer in its row.
public final class CountedPeer implements PeerCounters {
    private static final PeerCounter[] REASONS = reasons();

    private final CounterRow<PeerCounter> row;

    public CountedPeer(CounterRow<PeerCounter> row) {
        this.row = row;
    }

    private static PeerCounter[] reasons() {
        var verdicts = Verdict.values();
        var reasons = new PeerCounter[verdicts.length];
        for (int i = 0; i < verdicts.length; i++) reasons[i] = PeerCounter.of(verdicts[i]);
        return reasons;
    }

    @Override
    public void sent(int packets, long bytes) {
        row.add(PeerCounter.TX_BYTES, bytes);
        if (packets > 0) row.add(PeerCounter.TX_PACKETS, packets);
    }

    @Override
    public void received(long bytes) {
        row.add(PeerCounter.RX_BYTES, bytes);
    }

    @Override
    public void arrived(long sent, long arrived, long late) {
        row.add(PeerCounter.RX_SENT, sent);
        row.add(PeerCounter.RX_ARRIVED, arrived);
        if (late > 0) row.add(PeerCounter.RX_LATE, late);
    }

    @Override
    @SuppressWarnings("EnumOrdinal")
    public void dropped(Verdict reason, int count) {
        row.add(REASONS[reason.ordinal()], count);
    }
}
