package dev.warren.app.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerStatus;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PublicKey;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.uapi.UapiSocket;
import dev.warren.verticles.uapi.UapiVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `warren reset-timestamp` at a real control socket of a device that notes what it is asked. What a router makes of it
/// is in StrangersTest.
class ResetTimestampCommandTest {
    private static final PublicKey PEER = PublicKey.of(new byte[32]);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final ConcurrentLinkedQueue<PeerUpdate> asked = new ConcurrentLinkedQueue<>();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @SuppressWarnings("NullAway.Init")
    private Vertx vertx;

    private final class OnePeer implements DeviceControl {
        @Override
        public String name() {
            return "wg7";
        }

        @Override
        public Future<Void> update(DeviceUpdate update, Origin origin) {
            asked.addAll(update.peers());
            return Future.succeededFuture();
        }

        @Override
        public Future<DeviceStatus> status() {
            var peer = new PeerStatus(PEER, null, null, 0, 0, 0, 0, 0, List.of());
            return Future.succeededFuture(new DeviceStatus(null, 51820, 0, List.of(peer)));
        }

        @Override
        public Future<DeviceSnapshot> snapshot(int offset, int limit) {
            throw new UnsupportedOperationException();
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
        vertx.deployVerticle(
                        new UapiVerticle(Future.succeededFuture(new OnePeer()), socket, UapiVerticle.Limits.usual()))
                .await(10, SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, SECONDS);
    }

    private int run(String... arguments) {
        return new CommandLine(new ResetTimestampCommand(directory, new PrintStream(said, true, UTF_8)))
                .execute(arguments);
    }

    @Test
    void aPeerIsLetInAgainAndNothingElseOfItChanges() {
        assertEquals(0, run("wg7", PEER.toBase64()), said::toString);
        assertEquals(1, asked.size());
        var update = asked.element();
        assertEquals(PEER, update.publicKey());
        assertTrue(update.resetTimestamp() && update.updateOnly() && !update.remove() && !update.replaceAllowedIps());
        assertTrue(update.allowedIps().isEmpty() && update.persistentKeepalive().isEmpty());
        assertEquals("", said.toString(UTF_8));
    }

    @Test
    void whoIsNoPeerIsSaidSo() {
        var other = new byte[32];
        other[0] = 9;
        assertEquals(1, run("wg7", PublicKey.of(other).toBase64()));
        assertTrue(said.toString(UTF_8).contains("wg7 has no peer"), said::toString);
        assertEquals(2, run("wg7", "laptop"));
        assertEquals(1, run("wg8", PEER.toBase64()));
        assertTrue(said.toString(UTF_8).contains("cannot ask the router of wg8"), said::toString);
        assertEquals(0, asked.size());
    }
}
