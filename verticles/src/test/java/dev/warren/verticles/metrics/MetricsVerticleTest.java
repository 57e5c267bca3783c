package dev.warren.verticles.metrics;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Offload;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.counters.PeerCounter;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.loop.PoolLevel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsVerticleTest {
    private final Vertx vertx = Vertx.vertx();
    private final Peers device = new Peers();
    private final LinkedBlockingQueue<JsonObject> messages = new LinkedBlockingQueue<>();

    /// A device with as many peers as a test wants; peer i is online if i is even, and receives 1000 bytes a snapshot.
    private static final class Peers implements DeviceControl {
        final AtomicInteger snapshots = new AtomicInteger();
        volatile int count = 3;

        @Override
        public String name() {
            return "wg0";
        }

        @Override
        public Future<Void> update(DeviceUpdate update, Origin origin) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<DeviceStatus> status() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<Map<String, Long>> counters() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<DeviceSnapshot> snapshot(int offset, int limit) {
            int nth = snapshots.incrementAndGet();
            var peers = new ArrayList<PeerSnapshot>();
            for (int i = offset; i < Math.min(count, offset + limit); i++) peers.add(peer(i, nth));
            return Future.succeededFuture(new DeviceSnapshot(
                    "wg0",
                    true,
                    key(-1),
                    51820,
                    0,
                    1420,
                    List.of("10.8.0.1/24"),
                    List.of(new Offload("udp-gso", null), new Offload("udp-gro", "not asked for")),
                    List.of(new PoolLevel("tun-read", "packet-1", 4, 3)),
                    Map.of("peer.rx.bytes", 7L),
                    count,
                    peers));
        }

        @SuppressWarnings("EnumOrdinal")
        private static PeerSnapshot peer(int i, int nth) {
            var counts = new long[PeerCounter.values().length];
            counts[PeerCounter.RX_BYTES.ordinal()] = 1000L * nth;
            counts[PeerCounter.DROP_REPLAYED.ordinal()] = 5;
            return new PeerSnapshot(
                    "peer" + i,
                    key(i),
                    null,
                    List.of(),
                    true,
                    i % 2 == 0,
                    1_700_000_000_000L,
                    2_000_000,
                    3_000_000,
                    4,
                    0,
                    new PeerSnapshot.Counts(counts));
        }

        private static PublicKey key(int i) {
            var bytes = new byte[PublicKey.LENGTH];
            bytes[0] = (byte) i;
            bytes[1] = (byte) (i >> 8);
            return PublicKey.of(bytes);
        }
    }

    @BeforeEach
    void deploy() throws Exception {
        var options = new MetricsVerticle.Options("1.2.3", "relay-1", Duration.ofMillis(100), 500);
        vertx.deployVerticle(new MetricsVerticle(() -> List.of(device), options))
                .await(10, SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, SECONDS);
    }

    private JsonObject next(String type) throws InterruptedException {
        while (true) {
            var message = messages.poll(10, SECONDS);
            assertNotNull(message, "nothing was published within 10 s");
            if (message.getString("type").equals(type)) return message;
        }
    }

    private void listen() {
        vertx.eventBus().<JsonObject>consumer(Addresses.METRICS, message -> messages.add(message.body()));
    }

    private JsonObject status(JsonObject request) throws Exception {
        return vertx.eventBus()
                .<JsonObject>request(Addresses.STATUS, request)
                .await(10, SECONDS)
                .body();
    }

    @Test
    void nothingIsCollectedWithoutAConsumer() throws Exception {
        var consumer =
                vertx.eventBus().<JsonObject>consumer(Addresses.METRICS, message -> messages.add(message.body()));
        next("interface");
        consumer.unregister().await(10, SECONDS);
        Thread.sleep(300); // a round that had begun
        int before = device.snapshots.get();
        Thread.sleep(500);
        assertEquals(before, device.snapshots.get());
        listen();
        next("interface");
    }

    @Test
    void aConsumerGetsTheRouterAndEachInterface() throws Exception {
        listen();
        var router = next("router");
        assertEquals(1, router.getInteger("schema"));
        assertEquals("1.2.3", router.getString("version"));
        assertEquals("relay-1", router.getString("node"));
        assertEquals(List.of("wg0"), router.getJsonArray("interfaces").getList());
        var first = next("interface");
        assertEquals("wg0", first.getString("interface"));
        assertEquals(51820, first.getInteger("listenPort"));
        assertEquals(7L, first.getJsonObject("counters").getLong("peer.rx.bytes"));
        var peer = first.getJsonArray("peers").getJsonObject(0);
        assertEquals("peer0", peer.getString("name"));
        assertTrue(peer.getBoolean("online"));
        assertEquals(2000, peer.getInteger("handshakeRttMicroseconds"));
        assertEquals(3000, peer.getInteger("rttMicroseconds"));
        assertEquals(4, peer.getInteger("stagedPackets"));
        assertEquals(List.of("10.8.0.1/24"), first.getJsonArray("addresses").getList());
        assertEquals("on", first.getJsonObject("offloads").getString("udp-gso"));
        assertEquals("off: not asked for", first.getJsonObject("offloads").getString("udp-gro"));
        assertEquals(
                "{\"name\":\"tun-read\",\"loop\":\"packet-1\",\"size\":4,\"free\":3}",
                first.getJsonArray("pools").getJsonObject(0).encode());
        assertEquals(5, peer.getJsonObject("drops").getInteger("peer.drop.replayed"));
        assertEquals(1, peer.getJsonObject("drops").size(), "what is zero is left out");
    }

    @Test
    void sinksOfEventsAreOfTheRouter() throws Exception {
        listen();
        assertFalse(next("router").containsKey("eventSinks"));
        EventSink audit = () -> new EventSink.Counts("audit", 10, 2, 1, 3);
        var options = new MetricsVerticle.Options("1.2.3", "other", Duration.ofMillis(100), 500);
        vertx.deployVerticle(new MetricsVerticle(() -> List.of(device), List.of(audit), options))
                .await(10, SECONDS);
        JsonObject router;
        do router = next("router");
        while (router.getString("node").equals("relay-1"));
        assertEquals(
                "[{\"sink\":\"audit\",\"delivered\":10,\"lost\":2,\"failures\":1,\"waiting\":3}]",
                router.getJsonArray("eventSinks").encode());
    }

    @Test
    void ratesAreThoseBetweenTwoPublications() throws Exception {
        listen();
        JsonObject first;
        var second = next("interface");
        double seconds;
        do { // on a busy machine one round may come late, and the next at once
            first = second;
            second = next("interface");
            seconds = Duration.between(time(first), time(second)).toMillis() / 1000.0;
        } while (seconds < 0.05);
        long rate = second.getJsonArray("peers").getJsonObject(0).getLong("receivedBytesPerSecond");
        // A message has its time some moments before or after its figures.
        assertEquals(1000, rate * seconds, 900, rate + " bytes/s in " + seconds + " s");
    }

    private static Instant time(JsonObject message) {
        return Instant.parse(message.getString("time"));
    }

    @Test
    void peersAreSortedOverAllPages() throws Exception {
        device.count = 2300;
        var request = new JsonObject().put("sort", "-name").put("offset", 1).put("limit", 2);
        var reply = status(request).getJsonArray("interfaces").getJsonObject(0);
        assertEquals(2300, reply.getInteger("peerCount"));
        var peers = reply.getJsonArray("peers");
        assertEquals(2, peers.size());
        assertEquals("peer998", peers.getJsonObject(0).getString("name"));
        assertEquals("peer997", peers.getJsonObject(1).getString("name"));
        var refused = assertThrows(ReplyException.class, () -> status(new JsonObject().put("sort", "colour")));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("sort is one of drops, lastHandshake"));
    }

    @Test
    void manyPeersComeInPages() throws Exception {
        device.count = 1200;
        listen();
        while (next("interface").getInteger("page") != 2) {}
        var seen = new ArrayList<String>();
        for (int page = 0; page < 3; page++) {
            var message = next("interface");
            assertEquals(page, message.getInteger("page"));
            assertEquals(3, message.getInteger("pages"));
            assertEquals(1200, message.getInteger("peerCount"));
            message.getJsonArray("peers").forEach(peer -> seen.add(((JsonObject) peer).getString("name")));
        }
        assertEquals(1200, seen.stream().distinct().count());
        assertEquals(1200, seen.size());
    }

    @Test
    void aRequestIsRepliedWithAllOrOnePeer() throws Exception {
        var all = status(new JsonObject().putNull("offset").putNull("limit").putNull("peer"));
        assertEquals(
                3,
                all.getJsonArray("interfaces")
                        .getJsonObject(0)
                        .getJsonArray("peers")
                        .size());
        assertTrue(all.getJsonObject("process").getLong("heapBytes") > 0);
        device.count = 1200;
        var one = status(new JsonObject().put("interface", "wg0").put("peer", "peer1100"));
        var peers = one.getJsonArray("interfaces").getJsonObject(0).getJsonArray("peers");
        assertEquals(1, peers.size());
        assertEquals("peer1100", peers.getJsonObject(0).getString("name"));
        var key = peers.getJsonObject(0).getString("publicKey");
        assertEquals(
                "peer1100",
                status(new JsonObject().put("peer", key))
                        .getJsonArray("interfaces")
                        .getJsonObject(0)
                        .getJsonArray("peers")
                        .getJsonObject(0)
                        .getString("name"));
    }

    @Test
    void aRequestForWhatIsNotThereFails() {
        for (var request : List.of(
                new JsonObject().put("interface", "wg7"),
                new JsonObject().put("peer", "nobody"),
                new JsonObject().put("interface", 7))) {
            var failure = assertThrows(ReplyException.class, () -> status(request));
            assertTrue(failure.failureCode() == 404 || failure.failureCode() == 400, failure.getMessage());
        }
    }

    @Test
    void theLoadOfEachLoopIsToldWhileSomebodyListens() throws Exception {
        listen();
        JsonObject control;
        do {
            var loops = next("router").getJsonArray("loops");
            control = loops.isEmpty() ? new JsonObject() : loops.getJsonObject(0);
        } while (!control.containsKey("busy"));
        assertEquals("control", control.getString("name"));
        assertTrue(control.getDouble("busy") >= 0 && control.getDouble("busy") <= 1, control.encode());
        assertTrue(control.getLong("lagMicroseconds") >= 0, control.encode());
        assertTrue(control.getLong("longestTurnMicroseconds") >= control.getLong("lagMicroseconds"), control.encode());
    }

    @Test
    void aLoopThatIsHeldUpHasALongTurn() throws Exception {
        listen();
        while (next("router").getJsonArray("loops").isEmpty()) {} // probes are sent from the second round on
        var loops = EventLoops.of(vertx);
        var held = new CountDownLatch(1);
        loops.management().runOnContext(_ -> {
            long until = System.nanoTime() + MILLISECONDS.toNanos(300);
            while (System.nanoTime() < until) Thread.onSpinWait();
            held.countDown();
        });
        assertTrue(held.await(10, SECONDS));
        long longest = 0;
        for (int i = 0; i < 20 && longest < 100_000; i++) {
            for (var each : next("router").getJsonArray("loops")) {
                longest = Math.max(longest, ((JsonObject) each).getLong("longestTurnMicroseconds", 0L));
            }
        }
        assertTrue(longest >= 100_000, longest + " us");
    }
}
