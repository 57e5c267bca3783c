package dev.warren.web;

import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/// A peer with figures that are made up.
final class MadeUpPeer {
    private static final List<String> NAMES = List.of(
            "laptop",
            "phone",
            "server",
            "printer",
            "branch-office-with-a-name-that-is-rather-long",
            "camera",
            "bücher");

    private final int number;
    private final String name;
    private final String key;
    private final String endpoint;
    private final boolean online;
    /// Bytes a second, on the average.
    private final double pace;

    private final double rttMicroseconds;
    private final double loss;
    private long handshakeMillis;
    private long receivedBytes;
    private long sentBytes;
    private long receivedPerSecond;
    private long sentPerSecond;
    private long replayed;

    MadeUpPeer(int number, Random random) {
        this.number = number;
        var bytes = new byte[PublicKey.LENGTH];
        random.nextBytes(bytes);
        key = PublicKey.of(bytes).toBase64();
        name = number % 5 == 3 ? "" : NAMES.get(number % NAMES.size()) + "-" + (number + 1);
        online = number == 0 || random.nextInt(4) != 0;
        pace = number != 0 && random.nextInt(3) == 0 ? 0 : Math.pow(10, 2 + random.nextDouble() * 5);
        endpoint = (number % 4 == 2
                        ? Endpoint.v6(0x20010db800000000L + number, random.nextLong(), 51820, 0)
                        : Endpoint.v4(random.nextInt(), 1024 + random.nextInt(60_000)))
                .toString();
        rttMicroseconds = 400 + number % 90 * 1_100;
        loss = number % 6 == 1 ? random.nextDouble() * 0.05 : 0;
        long now = System.currentTimeMillis();
        handshakeMillis = online
                ? now - random.nextInt(120_000)
                : random.nextBoolean() ? 0 : now - 200_000 - random.nextLong(900_000_000L);
    }

    /// A second passes.
    void step(Random random, long now) {
        if (!online) return;
        if (now - handshakeMillis > 120_000) handshakeMillis = now;
        receivedPerSecond = (long) (pace * (0.6 + 0.8 * random.nextDouble()));
        sentPerSecond = (long) (pace * 0.3 * (0.2 + 1.6 * random.nextDouble()));
        receivedBytes += receivedPerSecond;
        sentBytes += sentPerSecond;
        if (pace > 1e6 && random.nextInt(8) == 0) replayed += random.nextInt(20);
    }

    String name() {
        return name;
    }

    String key() {
        return key;
    }

    String endpoint() {
        return endpoint;
    }

    boolean online() {
        return online;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    long sentBytes() {
        return sentBytes;
    }

    long receivedPerSecond() {
        return receivedPerSecond;
    }

    long sentPerSecond() {
        return sentPerSecond;
    }

    long replayed() {
        return replayed;
    }

    JsonObject figures() {
        var json = new JsonObject();
        if (!name.isEmpty()) json.put("name", name);
        json.put("publicKey", key)
                .put("allowedIps", allowedIps())
                .put("active", online)
                .put("online", online)
                .put("receivedBytes", receivedBytes)
                .put("receivedPackets", receivedBytes / 1200)
                .put("sentBytes", sentBytes)
                .put("sentPackets", sentBytes / 1200)
                .put("receivedBytesPerSecond", receivedPerSecond)
                .put("sentBytesPerSecond", sentPerSecond)
                .put("handshakes", online ? 12 : 0)
                .put("initiations", 14)
                .put(
                        "handshakesFailed",
                        number % 4 == 0 ? new JsonObject() : new JsonObject().put("no-answer", number % 4))
                .put("loss", loss / 2)
                .put("recentLoss", loss)
                .put("reorderedPackets", number % 7)
                .put("stagedPackets", 0)
                .put("drops", drops());
        if (handshakeMillis != 0) {
            json.put("endpoint", endpoint)
                    .put("lastHandshake", Instant.ofEpochMilli(handshakeMillis).toString());
        }
        if (number % 3 == 0) json.put("persistentKeepalive", 25);
        if (!online) return json;
        return json.put("handshakeRttMicroseconds", (long) rttMicroseconds + 300)
                .put("rttMicroseconds", (long) rttMicroseconds);
    }

    private JsonArray allowedIps() {
        var ips = new JsonArray()
                .add("10." + (number >> 16) + "." + (number >> 8 & 0xff) + "." + (number & 0xff) + "/32");
        if (number % 4 == 0)
            ips.add("fd00:8::" + Integer.toHexString(number + 1) + "/128").add("192.168.0.0/16");
        return ips;
    }

    private JsonObject drops() {
        var drops = new JsonObject();
        if (replayed > 0) drops.put("peer.drop.replayed", replayed);
        if (number % 10 == 0) drops.put("peer.drop.source-not-owned", 3);
        return drops;
    }
}
