package dev.warren.app.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.app.cli.StatusClient;
import dev.warren.app.cli.Terminal;
import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.uapi.UapiSocket;
import dev.warren.verticles.uapi.UapiVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `warren status`, `events` and `explain` at a real control socket of a device with more peers than a page has.
@Timeout(60)
class StatusCommandsTest {
    private static final int PEERS = 1500;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ByteArrayOutputStream wrong = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(said, true, UTF_8);
    private final PrintStream err = new PrintStream(wrong, true, UTF_8);

    @SuppressWarnings("NullAway.Init")
    private Vertx vertx;

    @SuppressWarnings("NullAway.Init")
    private String deployment;

    private static final class ManyPeers implements DeviceControl {
        @Override
        public String name() {
            return "wg7";
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
        public Future<DeviceSnapshot> snapshot(int offset, int limit) {
            var peers = new ArrayList<PeerSnapshot>();
            for (int i = offset; i < Math.min(PEERS, offset + limit); i++) {
                var key = new byte[PublicKey.LENGTH];
                key[0] = (byte) i;
                key[1] = (byte) (i >> 8);
                peers.add(new PeerSnapshot(
                        "peer" + i,
                        PublicKey.of(key),
                        null,
                        List.of(IpPrefix.of(new byte[] {10, 0, (byte) (i >> 8), (byte) i}, 32)),
                        false,
                        i == 1400,
                        0,
                        -1,
                        -1,
                        0,
                        0,
                        PeerSnapshot.Counts.NONE));
            }
            return Future.succeededFuture(new DeviceSnapshot(
                    "wg7",
                    true,
                    PublicKey.of(new byte[32]),
                    51820,
                    0,
                    1420,
                    List.of(),
                    List.of(),
                    List.of(),
                    Map.of(),
                    PEERS,
                    peers));
        }

        @Override
        public Future<Map<String, Long>> counters() {
            return Future.succeededFuture(Map.of());
        }
    }

    @BeforeEach
    void serve() throws Exception {
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
        var socket = UapiSocket.listen(directory, "wg7");
        deployment = vertx.deployVerticle(
                        new UapiVerticle(Future.succeededFuture(new ManyPeers()), socket, UapiVerticle.Limits.usual()))
                .await(10, SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, SECONDS);
    }

    private int status(String... arguments) {
        return new CommandLine(new StatusCommand(directory, out, err, () -> Terminal.NONE)).execute(arguments);
    }

    @Test
    void allPeersAreListedOnlineFirst() {
        assertEquals(0, status("wg7"), wrong::toString);
        var lines = said.toString(UTF_8).lines().toList();
        assertEquals("interface: wg7, up, listening port 51820, peers 1500, online 1", lines.get(0));
        assertEquals(PEERS + 2, lines.size());
        assertTrue(lines.get(2).startsWith("  peer1400  online "), lines.get(2));
        assertFalse(said.toString(UTF_8).contains("\033"), "no colours where there is no terminal");
    }

    @Test
    void withoutAnInterfaceThoseThatAnswerAreShown() throws Exception {
        Files.writeString(directory.resolve("dead0.sock"), "nobody listens");
        assertEquals(0, status("--json"), wrong::toString);
        var json = new JsonObject(said.toString(UTF_8));
        assertEquals("wg7", json.getString("interface"));
        assertEquals(PEERS, json.getJsonArray("peers").size());
    }

    @Test
    void nobodyToAskIsExitCodeOne() throws Exception {
        assertEquals(1, status("wg8"));
        assertTrue(wrong.toString(UTF_8).contains("cannot ask the router of wg8"), wrong::toString);
        assertEquals(2, status("a/b"));
        vertx.undeploy(deployment).await(10, SECONDS);
        assertEquals(1, status());
        assertTrue(wrong.toString(UTF_8).contains("no router answers"), wrong::toString);
        assertEquals("", said.toString(UTF_8));
    }

    @Test
    void watchingPrintsItAgainWithRates() {
        var view = new StatusView(new StatusClient(directory), out, err, Terminal.NONE, Duration.ofMillis(1));
        assertEquals(0, view.show("wg7", StatusTable.Order.RATE, false, 2));
        var text = said.toString(UTF_8);
        assertEquals(2, text.lines().filter(line -> line.contains("RECEIVES")).count());
        assertTrue(text.contains("0 B/s"), text.substring(0, 300));
        said.reset();
        view = new StatusView(new StatusClient(directory), out, err, new Terminal(true, true), Duration.ofMillis(1));
        assertEquals(0, view.show("wg7", StatusTable.Order.RATE, false, 2));
        text = said.toString(UTF_8);
        assertTrue(text.startsWith("\033[2J\033[H"), "drawn in place of the last one");
        assertTrue(text.contains("and 1460 more"), "as much as a screen has");
    }

    @Test
    void anAddressIsExplained() {
        var command = new CommandLine(new ExplainCommand(directory, out, err));
        assertEquals(0, command.execute("wg7", "10.0.5.120"), wrong::toString);
        assertTrue(said.toString(UTF_8).startsWith("address: 10.0.5.120, owned by 10.0.5.120/32\npeer: peer1400  "));
        assertEquals(0, command.execute("wg7", "192.0.2.1"));
        assertTrue(said.toString(UTF_8).contains("192.0.2.1, which no peer owns"), said::toString);
        assertEquals(0, command.execute("wg7", "peer3"));
        assertEquals(2, command.execute("wg7", "nobody"));
        assertEquals(1, command.execute("wg8", "peer3"));
    }

    @Test
    void eventsAreStreamedUntilTheRouterEnds() throws Exception {
        // The command blocks this thread: a timer publishes once it listens, and then the router ends.
        var event = new JsonObject()
                .put("interface", "wg7")
                .put("time", "2026-11-29T10:00:00.123Z")
                .put("type", "peer-online")
                .put("peer", "laptop")
                .put("publicKey", "k")
                .put("endpoint", "192.0.2.7:51820");
        vertx.setPeriodic(20, timer -> vertx.eventBus()
                .<JsonObject>publisher(Addresses.EVENTS)
                .write(event)
                .onSuccess(_ -> {
                    vertx.cancelTimer(timer);
                    vertx.setTimer(100, _ -> vertx.undeploy(deployment));
                }));
        assertEquals(1, new CommandLine(new EventsCommand(directory, out, err)).execute("wg7"));
        assertTrue(said.toString(UTF_8).contains("  wg7  laptop  online at 192.0.2.7:51820\n"), said::toString);
        assertTrue(wrong.toString(UTF_8).contains("hung up"), wrong::toString);
    }
}
