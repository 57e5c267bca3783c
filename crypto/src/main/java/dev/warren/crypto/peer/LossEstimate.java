package dev.warren.crypto.peer;

import dev.warren.crypto.session.Keypair;
import dev.warren.crypto.session.Keypairs;
import org.jspecify.annotations.Nullable;

/// The share of a peer's datagrams that did not arrive, from the gaps in its counters. The weight of a
/// session halves with every session after it.
final class LossEstimate {
    private long retiredExpected;
    private long retiredReceived;

    void retired(Keypair keypair) {
        retiredExpected = retiredExpected / 2 + keypair.expected();
        retiredReceived = retiredReceived / 2 + keypair.received();
    }

    void restore(long expected, long received) {
        retiredExpected = expected;
        retiredReceived = received;
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
}
