package dev.warren.app.command;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rates of the peers of one interface, from one status to the next.
final class StatusRates {
    private record Bytes(long received, long sent) {}

    /// Bytes per second, rounded.
    record Rate(long received, long sent) {}

    private Map<String, Bytes> last = Map.of();
    private long lastAt;
    private Map<String, Rate> rates = Map.of();

    /// Takes the status of a moment, in nanoseconds.
    void take(JsonObject status, long now) {
        double seconds = (now - lastAt) / 1e9;
        var current = new HashMap<String, Bytes>();
        var next = new HashMap<String, Rate>();
        for (var each : status.getJsonArray("peers")) {
            var peer = (JsonObject) each;
            var key = peer.getString("publicKey");
            var bytes = new Bytes(peer.getLong("receivedBytes"), peer.getLong("sentBytes"));
            current.put(key, bytes);
            var before = last.get(key);
            if (before == null || seconds <= 0) continue;
            next.put(
                    key,
                    new Rate(rate(bytes.received - before.received, seconds), rate(bytes.sent - before.sent, seconds)));
        }
        last = current;
        lastAt = now;
        rates = next;
    }

    /// Not below 0: a peer that was removed and added again begins anew.
    private static long rate(long bytes, double seconds) {
        return Math.max(0, Math.round(bytes / seconds));
    }

    /// Null where there was no status before.
    @Nullable
    Rate of(JsonObject peer) {
        return rates.get(peer.getString("publicKey"));
    }
}
