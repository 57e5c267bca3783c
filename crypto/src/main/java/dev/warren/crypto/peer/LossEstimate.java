package dev.warren.crypto.peer;

import dev.warren.crypto.session.Keypair;
import dev.warren.crypto.session.Keypairs;
import org.jspecify.annotations.Nullable;

/// The share of a peer's datagrams that did not arrive, from the gaps in its counters. In the estimate the
/// weight of a session halves with every session after it; what is counted has no weights.
final class LossEstimate {
    /// The most datagrams that one run says are missing: a peer may skip counters as it likes.
    private static final long MAX_GAP = 1 << 24;

    private long retiredExpected;
    private long retiredReceived;
    /// Of all sessions that ended, without weights.
    private long endedSent;
    private long endedLate;
    /// What was told to the counters.
    private long countedSent;
    private long countedLate;

    void retired(Keypair keypair) {
        retiredExpected = retiredExpected / 2 + keypair.expected();
        retiredReceived = retiredReceived / 2 + keypair.received();
        endedSent += keypair.expected();
        endedLate += keypair.late();
    }

    void restore(long expected, long received) {
        retiredExpected = expected;
        retiredReceived = received;
    }

    /// Tells the counters what a run of datagrams has shown.
    void count(Keypairs live, int arrived, PeerCounters counters) {
        long sent = endedSent + expected(live.previous()) + expected(live.current()) + expected(live.next());
        long late = endedLate + late(live.previous()) + late(live.current()) + late(live.next());
        counters.arrived(Math.clamp(sent - countedSent, 0, MAX_GAP), arrived, late - countedLate);
        countedSent = sent;
        countedLate = late;
    }

    /// 0.0 to 1.0.
    double of(Keypairs live) {
        long expected = expected(live);
        return expected <= 0 ? 0 : Math.clamp((double) (expected - received(live)) / expected, 0.0, 1.0);
    }

    long expected(Keypairs live) {
        return retiredExpected + expected(live.previous()) + expected(live.current()) + expected(live.next());
    }

    long received(Keypairs live) {
        return retiredReceived + received(live.previous()) + received(live.current()) + received(live.next());
    }

    private static long expected(@Nullable Keypair keypair) {
        return keypair == null ? 0 : keypair.expected();
    }

    private static long received(@Nullable Keypair keypair) {
        return keypair == null ? 0 : keypair.received();
    }

    private static long late(@Nullable Keypair keypair) {
        return keypair == null ? 0 : keypair.late();
    }
}
