package dev.warren.verticles.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.uapi.UapiParser;
import dev.warren.verticles.VertxUnit;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.metrics.SnapshotJson;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.unit.TestContext;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A real socket, a fake device.
@Timeout(60)
@SuppressWarnings("NullAway.Init")
@ExtendWith(VertxUnit.class)
class UapiVerticleTest {
    @TempDir
    Path directory;

    private final FakeDevice device = new FakeDevice();
    private Vertx vertx;
    private UapiVerticle verticle;
    private String deployment;
    private Path path;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(5, TimeUnit.SECONDS);
    }

    private void serve(UapiVerticle.Limits limits) throws Exception {
        serve(Future.succeededFuture(device), limits);
    }

    private void serve(Future<DeviceControl> starting, UapiVerticle.Limits limits) throws Exception {
        var socket = UapiSocket.listen(directory, "fake0");
        path = socket.path();
        verticle = new UapiVerticle(starting, socket, limits);
        deployment = vertx.deployVerticle(verticle).await(5, TimeUnit.SECONDS);
    }

    private void serve() throws Exception {
        serve(UapiVerticle.Limits.usual());
    }

    @Test
    void getAnswersAndTheConnectionStaysOpen() throws Exception {
        serve();
        try (var client = new Client(path)) {
            assertEquals("listen_port=51820\nerrno=0\n\n", client.ask("get=1\n\n"));
            assertEquals("listen_port=51820\nerrno=0\n\n", client.ask("get=1\n\n"));
        }
    }

    @Test
    void whoConnectsBeforeTheDeviceHasStartedWaitsForIt() throws Exception {
        Promise<DeviceControl> starting = Promise.promise();
        serve(starting.future(), UapiVerticle.Limits.usual());
        try (var client = new Client(path)) {
            client.send("get=1\n\n");
            Thread.sleep(100);
            assertEquals(0, verticle.clients());
            starting.complete(device);
            assertEquals("listen_port=51820\nerrno=0\n\n", client.reply());
        }
    }

    @Test
    void requestsSentAtOnceAreAnsweredInOrder() throws Exception {
        serve();
        try (var client = new Client(path)) {
            client.send("get=1\n\nset=1\nlisten_port=7\n\nstats=1\n\nget=1\n\n");
            assertEquals("listen_port=51820\nerrno=0\n\n", client.reply());
            assertEquals("errno=0\n\n", client.reply());
            assertEquals("drops.replayed=3\nrx.packets=7\nerrno=0\n\n", client.reply());
            assertEquals("listen_port=51820\nerrno=0\n\n", client.reply());
            assertEquals(List.of("port=7 peers=0"), List.copyOf(device.updates));
        }
    }

    @Test
    void aStatusIsALineOfJsonWithAPageOfPeers() throws Exception {
        serve();
        device.peers = 1200;
        try (var client = new Client(path)) {
            var whole = status(client.ask("status=1\n\n"));
            assertEquals(SnapshotJson.status(device.snapshot(0, 1000).result()), whole);
            assertEquals(1000, whole.getJsonArray("peers").size(), "a page is bounded");
            var page = status(client.ask("status=1\noffset=1190\nlimit=20\n\n"));
            assertEquals(1200, page.getInteger("peerCount"));
            assertEquals(10, page.getJsonArray("peers").size());
            assertEquals("peer1190", page.getJsonArray("peers").getJsonObject(0).getString("name"));
            assertEquals("errno=-22\n\n", client.ask("status=1\noffset=many\n\n"));
            assertTrue(client.ask("get=1\n\n").endsWith("errno=0\n\n"), "the connection stays open");
        }
    }

    private static JsonObject status(String reply) {
        assertTrue(reply.endsWith("\nerrno=0\n\n"), reply);
        var line = reply.substring(0, reply.length() - "\nerrno=0\n\n".length());
        assertEquals(-1, line.indexOf('\n'));
        return new JsonObject(line);
    }

    @Test
    void eventsOfTheInterfaceAreStreamedUntilTheClientGoes() throws Exception {
        serve();
        try (var client = new Client(path)) {
            client.send("get=1\n\nevents=1\n\n");
            client.reply();
            awaitClientListens();
            publish("other0", 1);
            for (int i = 2; i < 5; i++) publish("fake0", i);
            for (int i = 2; i < 5; i++) assertEquals(i, new JsonObject(client.line()).getInteger("number"));
            client.send("get=1\n\n"); // is not answered
            publish("fake0", 5);
            assertEquals(5, new JsonObject(client.line()).getInteger("number"));
        }
        eventually(() -> verticle.clients() == 0);
        assertFalse(hasListener(), "nobody listens when the client has gone");
    }

    @Test
    void aClientThatDoesNotReadMissesEvents() throws Exception {
        serve();
        try (var client = new Client(path)) {
            client.send("events=1\n\n");
            awaitClientListens();
            var padding = "x".repeat(1000);
            for (int i = 0; i < 5000; i++) {
                vertx.eventBus()
                        .publish(
                                Addresses.EVENTS,
                                new JsonObject().put("interface", "fake0").put("padding", padding));
            }
            try (var other = new Client(path)) {
                for (int i = 0; i < 10; i++) other.ask("get=1\n\n");
            }
            long seen = 0;
            long missed = 0;
            // The last ones may be missing: one more after each that is read tells of them.
            while (seen + missed < 5000) {
                vertx.eventBus()
                        .publish(
                                Addresses.EVENTS,
                                new JsonObject().put("interface", "fake0").put("extra", 1));
                var event = new JsonObject(client.line());
                missed += event.getLong("missed", 0L);
                if (!event.containsKey("extra")) seen++;
            }
            assertTrue(missed > 1000, "missed " + missed + ", seen " + seen);
        }
    }

    private void publish(String device, int number) {
        vertx.eventBus()
                .publish(
                        Addresses.EVENTS,
                        new JsonObject().put("interface", device).put("number", number));
    }

    private void awaitClientListens() {
        eventually(this::hasListener);
    }

    /// A producer's write fails when there is no consumer.
    private boolean hasListener() {
        var producer = vertx.eventBus().<JsonObject>publisher(Addresses.EVENTS);
        try {
            producer.write(new JsonObject().put("interface", "nobody")).await(5, TimeUnit.SECONDS);
            return true;
        } catch (ReplyException e) {
            return false;
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void requestsMayComeByteByByte() throws Exception {
        serve();
        try (var client = new Client(path)) {
            for (var request : List.of("stats=1\n\n", "set=1\nlisten_port=9\n\n", "get=1\n\n")) {
                for (int i = 0; i < request.length(); i++) {
                    client.send(request.substring(i, i + 1));
                }
                assertTrue(client.reply().endsWith("errno=0\n\n"));
            }
            assertEquals(List.of("port=9 peers=0"), List.copyOf(device.updates));
        }
    }

    @Test
    void errnoOfTheDeviceIsAnswered() throws Exception {
        serve();
        device.errno = -98;
        try (var client = new Client(path)) {
            assertEquals("errno=-98\n\n", client.ask("set=1\nlisten_port=7\n\n"));
        }
    }

    @Test
    void linesBeforeABadOneAreAppliedAndTheConnectionSurvives() throws Exception {
        serve();
        try (var client = new Client(path)) {
            assertEquals("errno=-22\n\n", client.ask("set=1\nlisten_port=7\nlisten_port=nonsense\n\n"));
            assertEquals(List.of("port=7 peers=0"), List.copyOf(device.updates));
            assertEquals("errno=0\n\n", client.ask("set=1\nlisten_port=8\n\n"));
        }
    }

    @Test
    void halfCloseEndsASetAndIsAnswered() throws Exception {
        serve();
        try (var client = new Client(path)) {
            client.send("set=1\nlisten_port=7\n");
            client.channel.shutdownOutput();
            assertEquals("errno=0\n\n", client.reply());
            assertTrue(client.isAtEnd());
        }
    }

    @Test
    void anythingElseIsHungUpOn() throws Exception {
        serve();
        try (var client = new Client(path)) {
            client.send("GET / HTTP/1.1\n\n");
            assertTrue(client.isAtEnd());
        }
    }

    @Test
    void aHundredThousandPeersAreSetAndTold() throws Exception {
        serve();
        device.peers = 100_000;
        try (var client = new Client(path)) {
            var request = new StringBuilder("set=1\n");
            for (int i = 0; i < 100_000; i++) {
                request.append("public_key=%064x\nallowed_ip=10.%d.%d.%d/32\n"
                        .formatted(i + 1, i >> 16, (i >> 8) & 255, i & 255));
            }
            assertEquals("errno=0\n\n", client.ask(request.append('\n').toString()));
            assertEquals(List.of("port=-1 peers=100000"), List.copyOf(device.updates));

            var reply = client.ask("get=1\n\n");
            assertEquals(
                    100_000,
                    reply.lines().filter(line -> line.startsWith("public_key=")).count());
            assertTrue(reply.endsWith("errno=0\n\n"));
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsUpNobodyAndIsDisconnected() throws Exception {
        serve(new UapiVerticle.Limits(64, TimeUnit.MILLISECONDS.toNanos(400), 250_000));
        device.peers = 20_000;
        try (var lazy = new Client(path);
                var busy = new Client(path)) {
            lazy.send("get=1\n\n");
            assertTrue(busy.ask("get=1\n\n").endsWith("errno=0\n\n"));
            eventually(() -> verticle.clients() == 1);
            assertFalse(lazy.readsToAnAnswer(), "a reply to nobody was kept");
        }
    }

    @Test
    void snapshotsAreBoundedAndWaitersGetTheirTurn() throws Exception {
        serve(new UapiVerticle.Limits(64, TimeUnit.SECONDS.toNanos(30), 20_000));
        device.peers = 20_000;
        try (var first = new Client(path)) {
            assertTrue(first.ask("get=1\n\n").endsWith("errno=0\n\n"));
            int before = device.snapshots.get();
            first.send("get=1\n\n"); // and does not read: room for one snapshot only
            try (var second = new Client(path)) {
                assertTrue(second.ask("get=1\n\n").endsWith("errno=0\n\n"));
                assertEquals(before + 2, device.snapshots.get());
            }
        }
    }

    @Test
    void halfARequestDoesNotStay() throws Exception {
        serve(new UapiVerticle.Limits(64, TimeUnit.MILLISECONDS.toNanos(300), 250_000));
        try (var client = new Client(path)) {
            client.send("set=1\nlisten_po");
            assertTrue(client.isAtEnd());
            assertEquals(List.of(), List.copyOf(device.updates));
        }
    }

    @Test
    void anIdleConnectionMayStay() throws Exception {
        serve(new UapiVerticle.Limits(64, TimeUnit.MILLISECONDS.toNanos(300), 250_000));
        try (var client = new Client(path)) {
            assertEquals("listen_port=51820\nerrno=0\n\n", client.ask("get=1\n\n"));
            try (var stalled = new Client(path)) {
                stalled.send("get=");
                assertTrue(stalled.isAtEnd()); // so that time has passed
            }
            assertEquals("listen_port=51820\nerrno=0\n\n", client.ask("get=1\n\n"));
        }
    }

    @Test
    void anEndlessLineIsRefusedAndKeepsNothing() throws Exception {
        serve();
        try (var client = new Client(path)) {
            client.send("set=1\nprivate_key=");
            var block = "a".repeat(UapiParser.MAX_LINE);
            boolean refused = false;
            try {
                for (int i = 0; i < 200 && !refused; i++) {
                    client.send(block);
                }
                client.send("\n\n");
                refused = !client.reply().equals("errno=0\n\n");
            } catch (IOException e) {
                refused = true;
            }
            assertTrue(refused);
            assertEquals(List.of(), List.copyOf(device.updates));
        }
        try (var other = new Client(path)) {
            assertEquals("listen_port=51820\nerrno=0\n\n", other.ask("get=1\n\n"));
        }
    }

    @Test
    void oneClientTooManyTakesThePlaceOfTheIdlest() throws Exception {
        serve(new UapiVerticle.Limits(4, TimeUnit.SECONDS.toNanos(30), 250_000));
        var clients = new ArrayList<Client>();
        try {
            for (int i = 0; i < 5; i++) {
                var client = new Client(path);
                clients.add(client);
                assertTrue(client.ask("get=1\n\n").endsWith("errno=0\n\n"));
            }
            assertTrue(clients.getFirst().isAtEnd());
            assertTrue(clients.get(1).ask("get=1\n\n").endsWith("errno=0\n\n"));
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
    }

    @Test
    void closingWhileRequestsAreInFlightDoesNotHang() throws Exception {
        serve();
        Promise<Void> gate = Promise.promise();
        device.gate = gate;
        device.peers = 1000;
        var clients = new ArrayList<Client>();
        for (int i = 0; i < 20; i++) {
            var client = new Client(path);
            client.send(i % 2 == 0 ? "set=1\nlisten_port=7\n\n" : "get=1\n\n");
            clients.add(client);
        }
        vertx.undeploy(deployment).await(5, TimeUnit.SECONDS);
        gate.complete();
        for (var client : clients) {
            client.isAtEnd();
            client.close();
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void startingAndStoppingUnderRequestsNeverHangs() throws Exception {
        for (int i = 0; i < 30; i++) {
            serve();
            try (var client = new Client(path)) {
                client.send("get=1\n\nget=1\n\n");
                vertx.undeploy(deployment).await(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void removingTheFileIsNoticed(TestContext context) throws Exception {
        serve();
        verticle.removed().onComplete(context.asyncAssertSuccess());
        Files.delete(path);
    }

    @Test
    void theFileOfASuccessorIsLeftAlone(TestContext context) throws Exception {
        serve();
        Files.delete(path);
        Files.writeString(path, "somebody else's");
        vertx.undeploy(deployment).onComplete(context.asyncAssertSuccess(_ -> assertTrue(Files.exists(path))));
    }

    private static void eventually(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /// A blocking client.
    private static final class Client implements AutoCloseable {
        final SocketChannel channel;
        private final StringBuilder read = new StringBuilder();

        Client(Path path) throws IOException {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(path));
        }

        void send(String text) throws IOException {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        String ask(String request) throws IOException {
            send(request);
            return reply();
        }

        /// Up to and with the empty line.
        String reply() throws IOException {
            int searched = 0;
            while (true) {
                int end = read.indexOf("\n\n", searched);
                if (end >= 0) {
                    var reply = read.substring(0, end + 2);
                    read.delete(0, end + 2);
                    return reply;
                }
                searched = Math.max(0, read.length() - 1);
                if (!more()) {
                    throw new SocketTimeoutException("hung up after: " + read);
                }
            }
        }

        /// Without its line feed.
        String line() throws IOException {
            int end;
            while ((end = read.indexOf("\n")) < 0) {
                if (!more()) throw new SocketTimeoutException("hung up after: " + read);
            }
            var line = read.substring(0, end);
            read.delete(0, end + 1);
            return line;
        }

        private boolean more() throws IOException {
            var buffer = ByteBuffer.allocate(256 * 1024);
            int n = channel.read(buffer);
            if (n > 0) {
                read.append(new String(buffer.array(), 0, n, StandardCharsets.US_ASCII));
            }
            return n > 0;
        }

        /// Waits for the other side to hang up; what it said before does not matter.
        boolean isAtEnd() {
            try {
                boolean more = true;
                while (more) {
                    more = more();
                }
                return true;
            } catch (IOException e) {
                return true; // reset
            }
        }

        /// False if the connection ended before the answer did.
        boolean readsToAnAnswer() {
            try {
                return reply().endsWith("errno=0\n\n");
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
