package dev.warren.verticles.metrics;

import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.counters.PeerCounter;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The orders in which peers can be asked for, by fields of their JSON.
final class PeerOrder {
    private static final Map<String, Comparator<PeerSnapshot>> FIELDS = new TreeMap<>(Map.of(
            "name", Comparator.comparing(PeerOrder::name),
            "online", Comparator.comparing(PeerSnapshot::online),
            "lastHandshake", Comparator.comparingLong(PeerSnapshot::lastHandshakeMillis),
            "receivedBytes", Comparator.comparingLong(peer -> peer.counters().of(PeerCounter.RX_BYTES)),
            "sentBytes", Comparator.comparingLong(peer -> peer.counters().of(PeerCounter.TX_BYTES)),
            "rttMicroseconds", Comparator.comparingLong(PeerSnapshot::smoothedRttNanos),
            "loss", Comparator.comparingDouble(PeerOrder::loss),
            "drops", Comparator.comparingLong(PeerOrder::drops)));

    private PeerOrder() {}

    /// @param field one of the fields, with `-` before it for the greatest first
    /// @return null: there is no such field
    static @Nullable Comparator<PeerSnapshot> of(String field) {
        var order = FIELDS.get(field.startsWith("-") ? field.substring(1) : field);
        return order == null || !field.startsWith("-") ? order : order.reversed();
    }

    /// What may be asked for.
    static String fields() {
        return String.join(", ", FIELDS.keySet());
    }

    private static String name(PeerSnapshot peer) {
        var name = peer.name();
        return name == null ? peer.publicKey().toBase64() : name;
    }

    private static double loss(PeerSnapshot peer) {
        return SnapshotJson.loss(
                peer.counters().of(PeerCounter.RX_SENT), peer.counters().of(PeerCounter.RX_ARRIVED));
    }

    private static long drops(PeerSnapshot peer) {
        long sum = 0;
        for (var counter : PeerCounter.values()) {
            if (counter.isDrop()) sum += peer.counters().of(counter);
        }
        return sum;
    }
}
