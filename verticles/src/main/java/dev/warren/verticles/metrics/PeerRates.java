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
    private record Last(long received, long sent, long at) {}

    /// Bytes per second, rounded.
    record Rate(long received, long sent) {}

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
        var at = new Last(
                peer.counters().of(PeerCounter.RX_BYTES), peer.counters().of(PeerCounter.TX_BYTES), now);
        current.put(peer.publicKey(), at);
        var last = before.get(peer.publicKey());
        if (last == null || now <= last.at) return null;
        double seconds = (now - last.at) / 1e9;
        return new Rate(
                Math.round((at.received - last.received) / seconds), Math.round((at.sent - last.sent) / seconds));
    }
}
