package dev.warren.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.metrics.MetricsVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The page, its files and the stream that feeds it.
class DashboardTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Map<String, String> FILES = Map.of(
            "/", "text/html",
            "/dashboard.css", "text/css",
            "/dashboard.js", "text/javascript",
            "/counters.js", "text/javascript",
            "/stream.js", "text/javascript",
            "/uplot.css", "text/css",
            "/uplot.js", "text/javascript",
            "/icon.svg", "image/svg+xml");
    private static final Pattern REFERENCE =
            Pattern.compile("(?:src|href)=\"([^#\"][^\"]*)\"|from '([^']+)'|new Stream\\('([^']+)'");

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Interface device = new Interface();
    private final WebVerticle web = new WebVerticle(() -> List.of(device), WebOptions.loopback("1.2.3", 0));

    private static final class Interface implements DeviceControl {
        final AtomicInteger snapshots = new AtomicInteger();

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
            snapshots.incrementAndGet();
            return Future.succeededFuture(new DeviceSnapshot(
                    "wg0", true, null, 51820, 0, 1420, List.of(), List.of(), List.of(), Map.of(), 0, List.of()));
        }
    }

    @BeforeEach
    void deploy() throws Exception {
        var options = new MetricsVerticle.Options("1.2.3", "local", Duration.ofMillis(100), 500);
        vertx.deployVerticle(new MetricsVerticle(() -> List.of(device), options))
                .await(10, SECONDS);
        vertx.deployVerticle(web).await(10, SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        vertx.close().await(10, SECONDS);
    }

    private static HttpRequest request(WebVerticle from, String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + from.port() + path))
                .timeout(PATIENCE);
        if (headers.length > 0) request.headers(headers);
        return request.build();
    }

    private HttpResponse<String> fetch(WebVerticle from, String path) throws Exception {
        return client.send(request(from, path), HttpResponse.BodyHandlers.ofString());
    }

    private BufferedReader stream(WebVerticle from, String path, String... headers) throws Exception {
        var response = client.send(request(from, path, headers), HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        assertEquals(
                "text/event-stream",
                response.headers().firstValue("content-type").orElse(""));
        return new BufferedReader(new InputStreamReader(response.body(), UTF_8));
    }

    private static void readUntil(BufferedReader reader, String wanted) throws IOException {
        for (var line = reader.readLine(); line != null; line = reader.readLine()) if (line.equals(wanted)) return;
        throw new AssertionError("the stream ended before " + wanted);
    }

    @Test
    void filesHaveTheirTypesAndAPolicy() throws Exception {
        for (var file : FILES.entrySet()) {
            var response = fetch(web, file.getKey());
            var headers = response.headers();
            assertEquals(200, response.statusCode(), file.getKey());
            assertEquals(
                    file.getValue() + ";charset=utf-8",
                    headers.firstValue("content-type").orElse(""));
            assertEquals(
                    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
                            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                    headers.firstValue("content-security-policy").orElse(""));
            assertEquals("nosniff", headers.firstValue("x-content-type-options").orElse(""));
        }
    }

    @Test
    void nothingIsInline() throws Exception {
        var page = fetch(web, "/").body();
        assertFalse(Pattern.compile("<script(?![^>]* src=)").matcher(page).find(), "a script");
        assertFalse(
                Pattern.compile("<style|\\sstyle=|\\son\\w+=|javascript:")
                        .matcher(page)
                        .find(),
                "a style or handler");
        for (var script : DashboardFiles.load().keySet()) {
            if (!script.endsWith(".js") || script.equals("/uplot.js")) continue;
            var text = fetch(web, script).body();
            assertFalse(text.contains("innerHTML"), script);
        }
    }

    @Test
    void whatThePageLoadsIsServedHere() throws Exception {
        for (var path : DashboardFiles.load().keySet()) {
            if (path.startsWith("/uplot") || path.equals("/icon.svg")) continue;
            var text = fetch(web, path).body().replace("'http://www.w3.org/2000/svg'", ""); // a name
            assertFalse(text.contains("://"), path + " loads from elsewhere");
            var references = REFERENCE.matcher(text);
            while (references.find()) {
                var reference = references.group(1) != null
                        ? references.group(1)
                        : references.group(2) != null ? references.group(2) : references.group(3);
                var target = "/" + reference.replaceFirst("^\\./", "");
                var status = client.send(request(web, target), HttpResponse.BodyHandlers.ofInputStream());
                status.body().close();
                assertEquals(200, status.statusCode(), path + " loads " + reference);
            }
        }
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        for (var path : List.of(
                "/index.html",
                "/dashboard.html",
                "/uPlot.cjs.js",
                "/package-info.class",
                "/../pom.xml",
                "/api",
                "/api/")) {
            assertEquals(404, fetch(web, path).statusCode(), path);
        }
    }

    @Test
    void figuresAreCollectedOnlyWhileSomebodyReadsThem() throws Exception {
        Thread.sleep(300);
        assertEquals(0, device.snapshots.get());
        try (var first = stream(web, "/api/metrics")) {
            readUntil(first, "event: router");
            readUntil(first, "event: interface");
            try (var second = stream(web, "/api/metrics")) {
                readUntil(second, "event: interface");
            }
            // Whoever is left still reads.
            for (int i = 0; i < 5; i++) readUntil(first, "event: interface");
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int before = -1;
        for (int now = device.snapshots.get(); now != before; now = device.snapshots.get()) {
            assertTrue(System.nanoTime() < deadline, "still collecting");
            before = now;
            Thread.sleep(500);
        }
        // And again for the next one.
        try (var third = stream(web, "/api/metrics")) {
            readUntil(third, "event: interface");
        }
    }

    @Test
    void whoDoesNotReadMissesFigures() throws Exception {
        int sent = 64;
        var figures = new JsonObject().put("type", "large").put("text", "x".repeat(1 << 20));
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), web.port())) {
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("GET /api/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            assertEquals('H', socket.getInputStream().read());
            try (var reader = stream(web, "/api/metrics")) {
                // Who reads misses none.
                for (int i = 0; i < sent; i++) {
                    vertx.eventBus().publish(Addresses.METRICS, figures);
                    readUntil(reader, "event: large");
                }
            }
            int received = occurrences(rest(socket.getInputStream()), "event: large\n");
            assertTrue(received > 0 && received < sent, received + " of " + sent);
        }
    }

    private static String rest(InputStream in) throws IOException {
        var all = new ByteArrayOutputStream();
        var buffer = new byte[1 << 16];
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        try {
            for (int n = in.read(buffer); n > 0 && System.nanoTime() < end; n = in.read(buffer))
                all.write(buffer, 0, n);
        } catch (SocketTimeoutException e) {
            // That is all.
        }
        return all.toString(US_ASCII);
    }

    private static int occurrences(String text, String part) {
        int n = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) n++;
        return n;
    }

    @Test
    void thePageNeedsNoTokenAndTheFiguresDo() throws Exception {
        var options = new WebOptions(
                "1.2.3", "127.0.0.1", 0, new AccessToken("s3cret".getBytes(US_ASCII)), null, null, 1000, 50);
        var guarded = new WebVerticle(() -> List.of(device), options);
        vertx.deployVerticle(guarded).await(10, SECONDS);
        for (var path : FILES.keySet()) assertEquals(200, fetch(guarded, path).statusCode(), path);
        for (var path : List.of("/api/metrics", "/api/events", "/api/status", "/metrics", "/health/live", "/other")) {
            assertEquals(401, fetch(guarded, path).statusCode(), path);
        }
        try (var reader = stream(guarded, "/api/metrics", "Authorization", "Bearer s3cret")) {
            readUntil(reader, "event: interface");
        }
    }
}
