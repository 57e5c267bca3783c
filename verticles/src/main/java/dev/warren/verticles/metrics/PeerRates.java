package dev.warren.verticles.metrics;

import dev.warren.crypto.key.PublicKey;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.counters.PeerCounter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rates of the peers of one interface, from one round of snapshots to the next. Peers that were not in a round are
/// forgotten with it.
final class PeerRates {
    /// The weight of a round in the loss halves with about every seventh after it.
    private static final double KEPT = 0.9;

    /// @param expected datagrams that the peer has sent at least, and those of them that arrived
    /// @param recentlyExpected weighted by age, as is what was lost of them
    private record Last(
            long received,
            long sent,
            long expected,
            long arrived,
            double recentlyExpected,
            double recentlyLost,
            long at) {}

    /// @param received bytes per second, rounded
    /// @param sent bytes per second, rounded
    /// @param loss share of the peer's datagrams of the last rounds that did not arrive, 0.0 to 1.0
    record Rate(long received, long sent, double loss) {}

    private Map<PublicKey, Last> before = new HashMap<>();
    private Map<PublicKey, Last> current = new HashMap<>();

    /// Begins a round.
    void begin() {
        before = current;
        current = HashMap.newHashMap(before.size());
    }

    /// @param now nanoseconds
    /// @return null in the first round of a peer
    @Nullable
    Rate of(PeerSnapshot peer, long now) {
        var counters = peer.counters();
        var last = before.get(peer.publicKey());
        long expected = counters.of(PeerCounter.RX_SENT);
        long arrived = counters.of(PeerCounter.RX_ARRIVED);
        double recentlyExpected = last == null ? 0 : KEPT * last.recentlyExpected + expected - last.expected;
        double recentlyLost =
                last == null ? 0 : KEPT * last.recentlyLost + (expected - last.expected) - (arrived - last.arrived);
        var at = new Last(
                counters.of(PeerCounter.RX_BYTES),
                counters.of(PeerCounter.TX_BYTES),
                expected,
                arrived,
                recentlyExpected,
                recentlyLost,
                now);
        current.put(peer.publicKey(), at);
        if (last == null || now <= last.at) return null;
        double seconds = (now - last.at) / 1e9;
        return new Rate(
                Math.round((at.received - last.received) / seconds),
                Math.round((at.sent - last.sent) / seconds),
                recentlyExpected < 1 ? 0 : Math.clamp(recentlyLost / recentlyExpected, 0.0, 1.0));
    }
}
