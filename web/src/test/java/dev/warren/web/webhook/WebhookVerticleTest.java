package dev.warren.web.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.EventType;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.EventLoops;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebhookVerticleTest {
    private static final byte[] SECRET = "a secret that both sides have".getBytes(UTF_8);
    private static final Set<EventType> ALL = EnumSet.allOf(EventType.class);

    /// So long that what is refused is no timeout.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Vertx vertx = Vertx.vertx(EventLoops.options(1));
    private final EventLoops loops = EventLoops.of(vertx);
    /// The server has a Vert.x of its own, as it is another program.
    private final Vertx elsewhere = Vertx.vertx();

    private final List<JsonObject> taken = new CopyOnWriteArrayList<>();
    private final List<Integer> statuses = new CopyOnWriteArrayList<>();
    private volatile Consumer<HttpServerRequest> behaviour = this::take;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
        elsewhere.close().await(20, SECONDS);
    }

    private HttpServer serve(int port, HttpServerOptions options) throws Exception {
        return elsewhere
                .createHttpServer(options)
                .requestHandler(request -> {
                    most.accumulateAndGet(open.incrementAndGet(), Math::max);
                    behaviour.accept(request);
                })
                .listen(port, "127.0.0.1")
                .await(20, SECONDS);
    }

    private HttpServer serve() throws Exception {
        return serve(0, new HttpServerOptions());
    }

    /// Checks the signature with the JDK's HMAC, and keeps what was posted.
    private void take(HttpServerRequest request) {
        request.body().onSuccess(body -> answer(request, check(request, body) ? 200 : 401, body));
    }

    private void answer(HttpServerRequest request, int status, @Nullable Buffer body) {
        open.decrementAndGet();
        if (status == 200 && body != null) taken.add(body.toJsonObject());
        statuses.add(status);
        request.response().setStatusCode(status).end("thank you");
    }

    private static boolean check(HttpServerRequest request, Buffer body) {
        try {
            var timestamp = request.getHeader("Warren-Timestamp");
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
            mac.update((timestamp + ".").getBytes(UTF_8));
            var right = "v1=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes()));
            return right.equals(request.getHeader("Warren-Signature"))
                    && Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) < 30
                    && "application/json".equals(request.getHeader("Content-Type"))
                    && request.method().name().equals("POST")
                    && request.uri().equals("/hook?x=1");
        } catch (Exception e) {
            return false;
        }
    }

    private WebhookVerticle deploy(String url, @Nullable Buffer authorities, Set<EventType> events) throws Exception {
        return deploy(url, authorities, events, Duration.ofSeconds(3));
    }

    private WebhookVerticle deploy(String url, @Nullable Buffer authorities, Set<EventType> events, Duration timeout)
            throws Exception {
        var options = new WebhookOptions(
                "hook",
                "node-1",
                URI.create(url),
                events,
                authorities,
                timeout,
                Duration.ofMillis(20),
                Duration.ofMillis(200));
        var verticle = new WebhookVerticle(options, SECRET);
        loops.deploy(verticle).await(20, SECONDS);
        return verticle;
    }

    private WebhookVerticle deploy(HttpServer server) throws Exception {
        return deploy("http://127.0.0.1:" + server.actualPort() + "/hook?x=1", null, ALL);
    }

    private void publish(int from, int to) {
        for (int i = from; i < to; i++) publish(EventType.PEER_ONLINE, i);
    }

    private void publish(EventType type, int number) {
        vertx.eventBus()
                .publish(
                        Addresses.EVENTS,
                        new JsonObject().put("type", type.label()).put("number", number));
    }

    private EventSink.Counts counts(WebhookVerticle verticle) {
        Promise<EventSink.Counts> read = Promise.promise();
        loops.management().runOnContext(_ -> read.complete(verticle.counts()));
        return read.future().await();
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        for (long end = System.nanoTime() + SECONDS.toNanos(20); System.nanoTime() < end; Thread.sleep(10))
            if (condition.getAsBoolean()) return;
        throw new AssertionError("not within 20 s");
    }

    private List<Integer> numbers() {
        var numbers = new ArrayList<Integer>();
        for (var body : taken)
            for (var event : body.getJsonArray("events")) numbers.add(((JsonObject) event).getInteger("number"));
        return numbers;
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void eventsArriveSignedInTheirOrderAndOneRequestAtATime() throws Exception {
        var hook = deploy(serve());
        publish(0, 900);
        until(() -> numbers().size() == 900);
        assertEquals(range(0, 900), numbers());
        assertEquals(1, most.get());
        assertTrue(
                taken.stream().allMatch(body -> body.getJsonArray("events").size() <= WebhookVerticle.MOST_TOGETHER));
        assertEquals(1, taken.getFirst().getInteger("schema"));
        assertEquals("node-1", taken.getFirst().getString("node"));
        assertFalse(taken.getFirst().containsKey("missed"));
        until(() -> counts(hook).equals(new EventSink.Counts("hook", 900, 0, 0, 0)));
    }

    @Test
    void onlyWhatIsAskedForIsPosted() throws Exception {
        var server = serve();
        deploy("http://localhost:" + server.actualPort() + "/hook?x=1", null, Set.of(EventType.REKEYED));
        publish(0, 10);
        publish(EventType.REKEYED, 10);
        until(() -> numbers().equals(List.of(10)));
    }

    @Test
    void aServerThatFailsIsAskedAgainUntilItTakesTheSame() throws Exception {
        var failing = new ArrayList<Consumer<HttpServerRequest>>(List.of(
                request -> answer(request, 500, null),
                request -> answer(request, 503, null),
                request -> answer(request, 429, null),
                request -> request.connection().close(),
                request -> {}, // no answer at all
                request -> request.response().setChunked(true).write("half an ans")));
        // The last begins an answer and never ends it: its status was read, so the events are delivered.
        behaviour = request -> {
            if (failing.isEmpty()) take(request);
            else failing.removeFirst().accept(request);
        };
        var hook = deploy(serve());
        publish(0, 3);
        until(() -> failing.isEmpty() && counts(hook).waiting() == 0);
        publish(3, 5);
        until(() -> numbers().contains(4));
        assertEquals(List.of(500, 503, 429), statuses.subList(0, 3));
        assertEquals(range(numbers().getFirst(), 5), numbers());
        until(() -> counts(hook).equals(new EventSink.Counts("hook", 5, 0, 5, 0)));
    }

    @Test
    void whoComesBackHearsHowManyItMissed() throws Exception {
        var first = serve();
        int port = first.actualPort();
        first.close().await(20, SECONDS);
        var hook = deploy(first);
        publish(0, 1);
        until(() -> counts(hook).failures() > 1);
        publish(1, 1500);
        until(() -> counts(hook).lost() == 500);
        assertEquals(WebhookVerticle.MOST_WAITING, counts(hook).waiting());
        serve(port, new HttpServerOptions());
        until(() -> counts(hook).waiting() == 0);
        // The one that was under way, then the newest.
        var expected = new ArrayList<>(List.of(0));
        expected.addAll(range(501, 1500));
        assertEquals(expected, numbers());
        assertFalse(taken.getFirst().containsKey("missed"));
        assertEquals(500, taken.get(1).getInteger("missed"));
        assertEquals(
                500,
                taken.stream().mapToInt(body -> body.getInteger("missed", 0)).sum());
        assertEquals(1000, counts(hook).delivered());
    }

    @Test
    void whatAServerRefusesIsDroppedAndCounted() throws Exception {
        behaviour = request -> answer(request, 404, null);
        var hook = deploy(serve());
        publish(0, 1);
        until(() -> counts(hook).lost() == 1);
        // A redirection is not followed, so it is no more.
        behaviour = request -> {
            request.response().putHeader("Location", "http://127.0.0.1:1/");
            answer(request, 302, null);
        };
        publish(1, 2);
        until(() -> counts(hook).lost() == 2);
        behaviour = this::take;
        publish(2, 3);
        until(() -> numbers().equals(List.of(2)));
        assertEquals(2, taken.getFirst().getInteger("missed"));
        assertEquals(List.of(404, 302, 200), statuses);
    }

    @Test
    void aServerMayAskForAPause() throws Exception {
        var times = new CopyOnWriteArrayList<Long>();
        behaviour = request -> {
            times.add(System.nanoTime());
            if (times.size() > 1) {
                take(request);
                return;
            }
            request.response().putHeader("Retry-After", "1000");
            answer(request, 429, null);
        };
        deploy(serve());
        publish(0, 1);
        until(() -> numbers().equals(List.of(0)));
        long pause = times.get(1) - times.get(0); // 200 ms, the longest here
        assertTrue(pause >= Duration.ofMillis(190).toNanos(), pause + " ns");
    }

    @Test
    void retryAfterIsSecondsOrADate() {
        var now = Instant.parse("2026-11-29T10:00:00Z");
        assertEquals(Duration.ofMinutes(2), WebhookAnswer.pause(" 120", now));
        assertEquals(Duration.ofSeconds(90), WebhookAnswer.pause("Sun, 29 Nov 2026 10:01:30 GMT", now));
        assertEquals(Duration.ZERO, WebhookAnswer.pause("Sun, 29 Nov 2026 09:01:30 GMT", now));
        for (var wrong : new String[] {"-1", "soon", "", "99999999999"})
            assertNull(WebhookAnswer.pause(wrong, now), wrong);
        assertNull(WebhookAnswer.pause(null, now));
    }

    @Test
    void theEndWaitsForWhatIsLeftButNotForLong() throws Exception {
        behaviour = request -> {
            request.pause();
            elsewhere.setTimer(200, _ -> {
                take(request);
                request.resume();
            });
        };
        var hook = deploy(serve());
        publish(0, 250);
        assertEquals(250, counts(hook).waiting() + counts(hook).delivered());
        vertx.deploymentIDs().forEach(id -> vertx.undeploy(id).await());
        assertEquals(range(0, 250), numbers());

        behaviour = _ -> {};
        deploy(serve());
        publish(0, 1);
        until(() -> open.get() > 0);
        long before = System.nanoTime();
        vertx.deploymentIDs().forEach(id -> vertx.undeploy(id).await());
        assertTrue(System.nanoTime() - before < SECONDS.toNanos(4));
    }

    @Test
    void onlyAServerWithTheRightCertificateIsTold() throws Exception {
        var certificate = SelfSignedCertificate.create("localhost");
        var server = serve(0, new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()));
        var authority = Buffer.buffer(Files.readAllBytes(Path.of(certificate.certificatePath())));
        var url = ":" + server.actualPort() + "/hook?x=1";

        // The JDK does not know who signed it; it is not of this name; and somebody else signed it.
        var another = SelfSignedCertificate.create("localhost");
        var others = Buffer.buffer(Files.readAllBytes(Path.of(another.certificatePath())));
        var wrong = List.of(
                deploy("https://localhost" + url, null, ALL, PATIENCE),
                deploy("https://127.0.0.1" + url, authority, ALL, PATIENCE),
                deploy("https://localhost" + url, others, ALL, PATIENCE));
        publish(0, 1);
        for (var hook : wrong) until(() -> counts(hook).failures() > 1);
        assertEquals(List.of(), taken);
        vertx.deploymentIDs().forEach(id -> vertx.undeploy(id).await());

        deploy("https://localhost" + url, authority, ALL, PATIENCE);
        publish(1, 2);
        until(() -> numbers().equals(List.of(1)));
        certificate.delete();
        another.delete();
    }

    @Test
    void theSignatureIsTheHmacOfTheJdk() {
        try (var signature = new WebhookSignature("Jefe".getBytes(UTF_8))) {
            assertEquals(hmac("Jefe".getBytes(UTF_8), "17.what"), signature.of("17", "what".getBytes(UTF_8)));
            assertFalse(signature.toString().contains("Jefe"));
        }
        var key = new byte[131];
        java.util.Arrays.fill(key, (byte) 0xaa);
        var signature = new WebhookSignature(key);
        assertEquals(hmac(key, "1."), signature.of("1", new byte[0]));
        signature.close();
        assertFalse(hmac(key, "1.").equals(signature.of("1", new byte[0])), "the key is wiped");
    }

    private static String hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return "v1=" + HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
