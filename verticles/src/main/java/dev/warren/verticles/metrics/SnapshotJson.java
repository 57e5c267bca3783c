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
    private static final String HANDSHAKE_DROP = "handshake.drop.";

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
                .put("addresses", new JsonArray(snapshot.addresses()))
                .put("peerCount", snapshot.peerCount())
                .put("offloads", offloads(snapshot))
                .put("pools", pools(snapshot))
                .put("counters", counters);
        var key = snapshot.publicKey();
        return key == null ? json : json.put("publicKey", key.toBase64());
    }

    /// `on`, or `off: ` and why.
    private static JsonObject offloads(DeviceSnapshot snapshot) {
        var offloads = new JsonObject();
        for (var each : snapshot.offloads())
            offloads.put(each.name(), each.off() == null ? "on" : "off: " + each.off());
        return offloads;
    }

    private static JsonArray pools(DeviceSnapshot snapshot) {
        var pools = new JsonArray();
        for (var pool : snapshot.pools()) {
            pools.add(new JsonObject()
                    .put("name", pool.name())
                    .put("loop", pool.loop())
                    .put("size", pool.size())
                    .put("free", pool.free()));
        }
        return pools;
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
        if (peer.rttNanos() >= 0) {
            json.put("handshakeRttMicroseconds", peer.rttNanos() / 1000)
                    .put("rttMicroseconds", peer.smoothedRttNanos() / 1000);
        }
        if (peer.persistentKeepalive() != 0) json.put("persistentKeepalive", peer.persistentKeepalive());
        var counters = peer.counters();
        json.put("receivedBytes", counters.of(PeerCounter.RX_BYTES))
                .put("receivedPackets", counters.of(PeerCounter.RX_PACKETS))
                .put("sentBytes", counters.of(PeerCounter.TX_BYTES))
                .put("sentPackets", counters.of(PeerCounter.TX_PACKETS))
                .put("handshakes", counters.of(PeerCounter.HANDSHAKES))
                .put("initiations", counters.of(PeerCounter.INITIATIONS))
                .put("handshakesFailed", handshakesFailed(counters))
                .put("stagedPackets", peer.staged())
                .put("loss", loss(counters.of(PeerCounter.RX_SENT), counters.of(PeerCounter.RX_ARRIVED)))
                .put("reorderedPackets", counters.of(PeerCounter.RX_LATE));
        if (rates != null) {
            json.put("receivedBytesPerSecond", rates.received())
                    .put("sentBytesPerSecond", rates.sent())
                    .put("recentLoss", rates.loss());
        }
        var drops = new JsonObject();
        for (var counter : PeerCounter.values()) {
            if (counter.isDrop() && counters.of(counter) != 0) drops.put(counter.label(), counters.of(counter));
        }
        return json.put("drops", drops);
    }

    /// How many handshakes had no answer, and how many messages were refused, by reasons that are not zero.
    private static JsonObject handshakesFailed(PeerSnapshot.Counts counters) {
        var failed = new JsonObject();
        for (var counter : PeerCounter.values()) {
            long count = counters.of(counter);
            if (count == 0) continue;
            if (counter == PeerCounter.NO_ANSWER) failed.put("no-answer", count);
            else if (counter.label().startsWith(HANDSHAKE_DROP))
                failed.put(counter.label().substring(HANDSHAKE_DROP.length()), count);
        }
        return failed;
    }

    /// The share of datagrams that did not arrive, 0.0 to 1.0, in steps of a millionth.
    static double loss(long sent, long arrived) {
        return sent <= 0 ? 0 : Math.clamp(Math.round(1e6 * (sent - arrived) / sent) / 1e6, 0.0, 1.0);
    }
}
