package dev.warren.verticles.metrics;

import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.counters.PeerCounter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Snapshots as JSON. The fields are described in docs/METRICS.md.
public final class SnapshotJson {
    private SnapshotJson() {}

    /// An interface with its page of peers, as `warren.status` and the control socket have it.
    public static JsonObject status(DeviceSnapshot snapshot) {
        var peers = new JsonArray();
        snapshot.peers().forEach(each -> peers.add(peer(each, null)));
        return device(snapshot).put("peers", peers);
    }

    /// An interface without its peers.
    static JsonObject device(DeviceSnapshot snapshot) {
        var counters = new JsonObject();
        snapshot.counters().forEach(counters::put);
        var json = new JsonObject()
                .put("interface", snapshot.name())
                .put("up", snapshot.up())
                .put("listenPort", snapshot.port())
                .put("fwmark", snapshot.fwmark())
                .put("mtu", snapshot.mtu())
                .put("peerCount", snapshot.peerCount())
                .put("counters", counters);
        var key = snapshot.publicKey();
        return key == null ? json : json.put("publicKey", key.toBase64());
    }

    /// @param rates null: not known
    static JsonObject peer(PeerSnapshot peer, PeerRates.@Nullable Rate rates) {
        var json = new JsonObject();
        if (peer.name() != null) json.put("name", peer.name());
        json.put("publicKey", peer.publicKey().toBase64());
        var endpoint = peer.endpoint();
        if (endpoint != null) json.put("endpoint", endpoint.withoutLocal().toString());
        var allowedIps = new JsonArray();
        peer.allowedIps().forEach(prefix -> allowedIps.add(prefix.toString()));
        json.put("allowedIps", allowedIps).put("active", peer.active()).put("online", peer.online());
        if (peer.lastHandshakeMillis() != 0) {
            json.put(
                    "lastHandshake",
                    Instant.ofEpochMilli(peer.lastHandshakeMillis()).toString());
        }
        if (peer.rttNanos() >= 0) json.put("handshakeRttMicroseconds", peer.rttNanos() / 1000);
        if (peer.persistentKeepalive() != 0) json.put("persistentKeepalive", peer.persistentKeepalive());
        var counters = peer.counters();
        json.put("receivedBytes", counters.of(PeerCounter.RX_BYTES))
                .put("receivedPackets", counters.of(PeerCounter.RX_PACKETS))
                .put("sentBytes", counters.of(PeerCounter.TX_BYTES))
                .put("sentPackets", counters.of(PeerCounter.TX_PACKETS))
                .put("handshakes", counters.of(PeerCounter.HANDSHAKES))
                .put("initiations", counters.of(PeerCounter.INITIATIONS))
                .put("handshakesUnanswered", counters.of(PeerCounter.NO_ANSWER));
        if (rates != null) {
            json.put("receivedBytesPerSecond", rates.received()).put("sentBytesPerSecond", rates.sent());
        }
        var drops = new JsonObject();
        for (var counter : PeerCounter.values()) {
            if (counter.isDrop() && counters.of(counter) != 0) drops.put(counter.label(), counters.of(counter));
        }
        return json.put("drops", drops);
    }
}
