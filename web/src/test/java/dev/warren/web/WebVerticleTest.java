package dev.warren.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Offload;
import dev.warren.io.counters.Counter;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.counters.DeviceCounters;
import dev.warren.verticles.counters.PeerCounter;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.PoolLevel;
import dev.warren.verticles.metrics.MetricsVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebVerticleTest {
    private static final List<Offload> OFFLOADS =
            List.of(new Offload("udp-gso", null), new Offload("udp-gro", "not asked for"));
    private static final List<PoolLevel> POOLS = List.of(new PoolLevel("tun-read", "packet-1", 4, 3));

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Interface device = new Interface();
    private final WebVerticle web = new WebVerticle(() -> List.of(device), WebOptions.loopback("1.2.3", 0));

    private static final class Interface implements DeviceControl {
        volatile boolean silent;
        volatile int port = 51820;
        volatile int peers = 2;

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
            if (silent) return Promise.<DeviceSnapshot>promise().future();
            Map<String, Long> counters = new LinkedHashMap<>();
            long value = 100;
            for (var counter : DeviceCounters.catalogue()) counters.put(counter.label(), value++);
            var page = new ArrayList<PeerSnapshot>();
            for (int i = offset; i < Math.min(peers, offset + limit); i++) page.add(peer(i));
            return Future.succeededFuture(new DeviceSnapshot(
                    "wg0", true, key(0xffff), port, 0, 1420, List.of(), OFFLOADS, POOLS, counters, peers, page));
        }

        @SuppressWarnings("EnumOrdinal")
        private static PeerSnapshot peer(int i) {
            var counts = new long[PeerCounter.values().length];
            counts[PeerCounter.RX_BYTES.ordinal()] = 1000L + i;
            counts[PeerCounter.DROP_REPLAYED.ordinal()] = 3;
            return new PeerSnapshot(
                    i == 0 ? "laptop \"x\"\n" : null,
                    key(i),
                    null,
                    List.of(),
                    true,
                    true,
                    1_700_000_000_000L,
                    -1,
                    -1,
                    0,
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
        vertx.deployVerticle(new MetricsVerticle(() -> List.of(device), MetricsVerticle.Options.standard("1.2.3")))
                .await(10, SECONDS);
        vertx.deployVerticle(web).await(10, SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        vertx.close().await(10, SECONDS);
    }

    private HttpResponse<String> fetch(WebVerticle from, String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + from.port() + path))
                .timeout(PATIENCE);
        if (headers.length > 0) request.headers(headers);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void everyCounterOfTheCatalogueIsExported() throws Exception {
        var text = fetch(web, "/metrics").body();
        for (Counter counter : DeviceCounters.catalogue()) {
            var label = counter.label();
            var name = "warren_" + label.replace('.', '_').replace('-', '_') + (counter.gauge() ? "" : "_total");
            int batch = label.indexOf(".batch.");
            var expected = label.contains(".drop.")
                    ? "warren_drop_packets_total{interface=\"wg0\",reason=\"" + label + "\"} "
                    : batch > 0
                            ? "warren_batches_total{interface=\"wg0\",path=\"%s\",size=\"%s\"} "
                                    .formatted(label.substring(0, batch), label.substring(batch + ".batch.".length()))
                            : name + "{interface=\"wg0\"} ";
            assertTrue(text.contains(expected), expected + " is not in\n" + text);
        }
    }

    @Test
    void loopsPoolsAndOffloadsAreExported() throws Exception {
        var text = fetch(web, "/metrics").body();
        for (var expected : List.of(
                "warren_loop_cpu_seconds_total{loop=\"control\"} ",
                "warren_loop_wait_seconds{loop=\"control\"} ",
                "warren_pool_free{interface=\"wg0\",loop=\"packet-1\",pool=\"tun-read\"} 3.0",
                "warren_pool_size{interface=\"wg0\",loop=\"packet-1\",pool=\"tun-read\"} 4.0",
                "warren_offload_enabled{interface=\"wg0\",offload=\"udp-gro\"} 0.0",
                "warren_offload_enabled{interface=\"wg0\",offload=\"udp-gso\"} 1.0")) {
            assertTrue(text.contains(expected), expected + " is not in\n" + text);
        }
    }

    @Test
    void peersAreNamedAndTheirNamesAreEscaped() throws Exception {
        var text = fetch(web, "/metrics").body();
        assertTrue(
                text.contains("warren_peer_receive_bytes_total{interface=\"wg0\",peer=\"laptop \\\"x\\\"\\n\","), text);
        assertTrue(text.contains("reason=\"peer.drop.replayed\"} 3"), text);
    }

    @Test
    void sinksOfEventsAreToldApart() throws Exception {
        var counts = List.of(
                new EventSink.Counts("audit", 10, 2, 1, 3),
                new EventSink.Counts("hooks.example.org#2", Long.MAX_VALUE, 0, 0, 0));
        List<EventSink> sinks =
                counts.stream().map(each -> (EventSink) () -> each).toList();
        var other = new WebVerticle(() -> List.of(device), sinks, WebOptions.loopback("1.2.3", 0));
        vertx.deployVerticle(other).await(10, SECONDS);
        var text = fetch(other, "/metrics").body();
        for (var line : List.of(
                "warren_event_sink_delivered_events_total{sink=\"audit\"} 10.0",
                "warren_event_sink_lost_events_total{sink=\"audit\"} 2.0",
                "warren_event_sink_failures_total{sink=\"audit\"} 1.0",
                "warren_event_sink_waiting_events{sink=\"audit\"} 3.0",
                "warren_event_sink_lost_events_total{sink=\"hooks.example.org#2\"} 0.0"))
            assertTrue(text.lines().anyMatch(line::equals), line + " is not in\n" + text);
        assertFalse(fetch(web, "/metrics").body().contains("event_sink"));
        var document = Files.readString(Path.of("../docs/METRICS.md"));
        text.lines()
                .filter(line -> line.startsWith("# HELP warren_event_sink_"))
                .map(line -> line.split(" ")[2])
                .forEach(series -> assertTrue(document.contains("| `" + series + "` |"), series));
    }

    @Test
    void ofManyPeersTheBusiestAreToldApart() throws Exception {
        device.peers = 2500;
        var lines = fetch(web, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("warren_peer_receive_bytes_total"))
                .toList();
        assertEquals(50, lines.size());
        assertTrue(lines.stream().anyMatch(line -> line.endsWith(" 3499.0")), lines.getFirst());
    }

    @Test
    void everyScrapeIsOfNow() throws Exception {
        device.port = 1111;
        assertTrue(fetch(web, "/metrics").body().contains("warren_interface_listen_port{interface=\"wg0\"} 1111.0"));
        device.port = 2222;
        assertTrue(fetch(web, "/metrics").body().contains("warren_interface_listen_port{interface=\"wg0\"} 2222.0"));
    }

    @Test
    void openMetricsIsThereForWhoAsksForIt() throws Exception {
        var answer = fetch(web, "/metrics", "Accept", "application/openmetrics-text;version=1.0.0");
        assertTrue(answer.headers().firstValue("content-type").orElse("").startsWith("application/openmetrics-text"));
        assertTrue(answer.body().endsWith("# EOF\n"));
        assertFalse(fetch(web, "/metrics").body().contains("# EOF"));
    }

    @Test
    void readyIsOnlyWhoseSocketsAreOpenAndWhoseActorsReply() throws Exception {
        assertEquals(200, fetch(web, "/health/live").statusCode());
        assertEquals(200, fetch(web, "/health/ready").statusCode());
        device.port = 0;
        var closed = fetch(web, "/health/ready");
        assertEquals(503, closed.statusCode());
        assertTrue(closed.body().contains("sockets are closed"), closed.body());
        device.silent = true;
        assertEquals(503, fetch(web, "/health/ready").statusCode());
        assertEquals(200, fetch(web, "/health/live").statusCode());
    }

    @Test
    void statusAndPeersAreJson() throws Exception {
        device.peers = 250;
        var status = new JsonObject(fetch(web, "/api/status").body());
        assertEquals("1.2.3", status.getString("version"));
        var page = new JsonObject(
                fetch(web, "/api/interfaces/wg0/peers?offset=200&limit=100").body());
        var only = page.getJsonArray("interfaces").getJsonObject(0);
        assertEquals(50, only.getJsonArray("peers").size());
        assertEquals(250, only.getInteger("peerCount"));
        assertEquals(404, fetch(web, "/api/interfaces/wg9/peers").statusCode());
        assertEquals(400, fetch(web, "/api/interfaces/wg0/peers?limit=many").statusCode());
        assertEquals(400, fetch(web, "/api/interfaces/wg0/peers?sort=colour").statusCode());
        var busiest = new JsonObject(fetch(web, "/api/interfaces/wg0/peers?sort=-receivedBytes&limit=1")
                .body());
        assertEquals(
                1000 + device.peers - 1,
                busiest.getJsonArray("interfaces")
                        .getJsonObject(0)
                        .getJsonArray("peers")
                        .getJsonObject(0)
                        .getInteger("receivedBytes"));
    }

    @Test
    void eventsAreStreamedAndTheLastOnesComeFirst() throws Exception {
        vertx.eventBus()
                .publish(
                        Addresses.EVENTS,
                        new JsonObject().put("type", "peer-online").put("n", 1));
        var lines = new ArrayList<String>();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + web.port() + "/api/events"))
                .timeout(PATIENCE)
                .build();
        var stream = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (var reader = new BufferedReader(new InputStreamReader(stream.body(), US_ASCII))) {
            while (lines.stream().noneMatch(line -> line.contains("\"n\":1"))) lines.add(reader.readLine());
            vertx.eventBus()
                    .publish(
                            Addresses.EVENTS,
                            new JsonObject().put("type", "peer-offline").put("n", 2));
            while (lines.stream().noneMatch(line -> line.contains("\"n\":2"))) lines.add(reader.readLine());
        }
        assertTrue(lines.contains("event: peer-offline"), lines.toString());
    }

    /// DNS rebinding: a page of evil.example that a browser on this host shows, whose name has become 127.0.0.1.
    @Test
    void aPageOfAnotherSiteMayNotLook() throws Exception {
        assertTrue(raw("GET /metrics HTTP/1.1\r\nHost: evil.example:" + web.port() + "\r\n")
                .startsWith("HTTP/1.1 403"));
        assertTrue(raw("GET / HTTP/1.1\r\nHost: evil.example:" + web.port() + "\r\n")
                .startsWith("HTTP/1.1 403"));
        assertTrue(raw("GET /metrics HTTP/1.1\r\nHost: 127.evil.example:" + web.port() + "\r\n")
                .startsWith("HTTP/1.1 403"));
        assertTrue(raw("GET /metrics HTTP/1.1\r\nHost: localhost:" + web.port() + "\r\n")
                .startsWith("HTTP/1.1 200"));
    }

    private String raw(String request) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), web.port());
                OutputStream out = socket.getOutputStream()) {
            socket.setSoTimeout(10_000);
            out.write((request + "Connection: close\r\n\r\n").getBytes(US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))
                    .lines()
                    .collect(Collectors.joining("\n"));
        }
    }

    @Test
    void withATokenOnlyWhoShowsItMayLook() throws Exception {
        var options = new WebOptions(
                "1.2.3", "127.0.0.1", 0, new AccessToken("s3cret".getBytes(US_ASCII)), null, null, 1000, 50);
        var guarded = new WebVerticle(() -> List.of(device), options);
        vertx.deployVerticle(guarded).await(10, SECONDS);
        assertEquals(401, fetch(guarded, "/metrics").statusCode());
        assertEquals(
                401, fetch(guarded, "/metrics", "Authorization", "Bearer s3cre").statusCode());
        assertEquals(
                200,
                fetch(guarded, "/metrics", "Authorization", "Bearer s3cret").statusCode());
        assertFalse(options.toString().contains("s3cret"));
    }

    @Test
    void withoutATokenOnlyLoopbackIsServed() {
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> new WebOptions("1.2.3", "0.0.0.0", 0, null, null, null, 1000, 50));
        assertTrue(String.valueOf(refused.getMessage()).contains("token"), refused.getMessage());
    }

    @Test
    void nothingCanBeChanged() throws Exception {
        for (var method : List.of("POST", "PUT", "DELETE", "PATCH")) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + web.port() + "/api/status"))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .timeout(PATIENCE)
                    .build();
            assertEquals(
                    405,
                    client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode(),
                    method);
        }
    }
}
