package dev.warren.web;

import dev.warren.crypto.key.PublicKey;
import dev.warren.verticles.counters.DeviceCounters;
import dev.warren.verticles.metrics.MetricsVerticle;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// An interface with figures that are made up, as [MetricsVerticle] publishes them. Belongs to one event loop.
final class MadeUpInterface {
    private static final int PAGE = 500;
    private static final List<String> BATCH_SIZES = List.of("1", "2-3", "4-7", "8-15", "16-31", "32-63", "64-up");

    private final String name;
    private final String key;
    private final List<MadeUpPeer> peers = new ArrayList<>();
    private final Map<String, Long> counters = new LinkedHashMap<>();
    private final Random random;

    MadeUpInterface(String name, int count) {
        this.name = name;
        this.random = new Random(name.hashCode());
        var bytes = new byte[PublicKey.LENGTH];
        random.nextBytes(bytes);
        this.key = PublicKey.of(bytes).toBase64();
        for (int i = 0; i < count; i++) peers.add(new MadeUpPeer(i, random));
        for (var counter : DeviceCounters.catalogue()) counters.put(counter.label(), 0L);
        add("udp.drop.malformed", 17);
    }

    String name() {
        return name;
    }

    List<MadeUpPeer> peers() {
        return peers;
    }

    /// A second passes.
    void step(Instant now) {
        if (peers.isEmpty()) return;
        long received = 0;
        long sent = 0;
        for (var peer : peers) {
            peer.step(random, now.toEpochMilli());
            received += peer.receivedPerSecond() / 1200;
            sent += peer.sentPerSecond() / 1200;
        }
        add("tun.read.frames", sent / 8 + 1);
        add("tun.write.packets", received);
        add("peer.tx.packets", sent + 1);
        add("peer.rx.packets", received);
        add("udp.send.datagrams", sent + 2);
        add("udp.receive.datagrams", received + 2);
        add("handshake.admitted", random.nextInt(3));
        if (random.nextInt(3) == 0) add("tun.drop.no-route", random.nextInt(40));
        if (random.nextInt(9) == 0) add("udp.receive.drop.overflow", random.nextInt(300));
        for (var kind : List.of("tun.read", "udp.receive", "udp.send")) {
            for (int i = 0; i < BATCH_SIZES.size(); i++) {
                add(kind + ".batch." + BATCH_SIZES.get(i), random.nextInt(20 + 400 / (1 + Math.abs(i - 2) * 3)));
            }
        }
    }

    private void add(String counter, long more) {
        counters.merge(counter, more, Long::sum);
    }

    /// A message for each page of peers.
    List<JsonObject> messages(Instant now) {
        int pages = Math.max(1, Math.ceilDiv(peers.size(), PAGE));
        var messages = new ArrayList<JsonObject>();
        for (int page = 0; page < pages; page++) {
            var shown = new JsonArray();
            peers.subList(page * PAGE, Math.min(peers.size(), (page + 1) * PAGE))
                    .forEach(peer -> shown.add(peer.figures()));
            messages.add(figures(now).put("page", page).put("pages", pages).put("peers", shown));
        }
        return messages;
    }

    private JsonObject figures(Instant now) {
        var all = new LinkedHashMap<String, Object>(counters);
        all.put("router.peers", (long) peers.size());
        all.put("router.peers-active", peers.stream().filter(MadeUpPeer::online).count());
        all.put(
                "peer.rx.bytes",
                peers.stream().mapToLong(MadeUpPeer::receivedBytes).sum());
        all.put("peer.tx.bytes", peers.stream().mapToLong(MadeUpPeer::sentBytes).sum());
        all.put(
                "peer.drop.replayed",
                peers.stream().mapToLong(MadeUpPeer::replayed).sum());
        return new JsonObject()
                .put("schema", MetricsVerticle.SCHEMA)
                .put("type", "interface")
                .put("time", now.toString())
                .put("interface", name)
                .put("up", !peers.isEmpty())
                .put("listenPort", peers.isEmpty() ? 0 : 51820)
                .put("fwmark", 0)
                .put("mtu", 1420)
                .put("publicKey", key)
                .put("peerCount", peers.size())
                .put("counters", new JsonObject(all))
                .put(
                        "offloads",
                        new JsonObject()
                                .put("tun-tso", "on")
                                .put("udp-gso", "on")
                                .put("udp-gro", "off: the kernel has no UDP_GRO"))
                .put(
                        "pools",
                        new JsonArray()
                                .add(pool("tun-read", "packet-1", 8))
                                .add(pool("udp-receive", "packet-1", 4))
                                .add(pool("send", "packet-1", 6))
                                .add(pool("send", "packet-2", 6)));
    }

    private JsonObject pool(String pool, String loop, int size) {
        return new JsonObject()
                .put("name", pool)
                .put("loop", loop)
                .put("size", size)
                .put("free", size - random.nextInt(size / 2));
    }

    JsonObject event(Random chance, Instant now) {
        var peer = peers.get(chance.nextInt(peers.size()));
        var event = new JsonObject()
                .put("schema", MetricsVerticle.SCHEMA)
                .put("time", now.toString())
                .put("interface", name)
                .put("publicKey", peer.key());
        if (!peer.name().isEmpty()) event.put("peer", peer.name());
        return switch (chance.nextInt(4)) {
            case 0 -> event.put("type", "rekeyed").put("role", "initiator").put("rttMicroseconds", 23_400);
            case 1 -> event.put("type", "peer-online").put("endpoint", peer.endpoint());
            case 2 ->
                event.put("type", "handshake-failed").put("reason", "no-answer").put("attempts", 18);
            default ->
                event.put("type", "endpoint-changed")
                        .put("from", peer.endpoint())
                        .put("to", "198.51.100.7:4242");
        };
    }
}
