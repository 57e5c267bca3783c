package dev.warren.verticles.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.key.JavaX25519;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.io.tun.MemoryTun;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.DeviceLab;
import dev.warren.verticles.device.Device;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.metrics.MetricsVerticle;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The example, twice in one Vert.x: TUNs in memory, sockets of the kernel between them.
class EmbeddedTest {
    private final Vertx vertx = Vertx.vertx(EventLoops.options(2));
    private final EventLoops loops = EventLoops.of(vertx);
    private final SecureRandom random = new SecureRandom();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, UTF_8);

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, SECONDS);
    }

    @Test
    void theExampleCarriesAPacketAndPrintsTheHandshake() throws Exception {
        var keyA = PrivateKey.generate(random); // the configuration closes it
        var keyB = PrivateKey.generate(random);
        var tunA = new MemoryTun("memA", 1420);
        var tunB = new MemoryTun("memB", 1420);
        try (var x25519 = new JavaX25519()) {
            var publicA = keyA.publicKey(x25519);
            var publicB = keyB.publicKey(x25519);

            var whereB = IpPrefix.parse("10.0.0.2/32");
            var a = new Embedded(
                    tunA,
                    Device.Options.standard(loops.device(0, 1)),
                    Embedded.configuration(keyA, 0, Embedded.peer(publicB, null, whereB)),
                    out);
            var idA = vertx.deployVerticle(a).await(10, SECONDS);
            int port;
            try (var status = a.status().await(10, SECONDS)) {
                port = status.listenPort();
            }

            var endpointA = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            var whereA = IpPrefix.parse("10.0.0.1/32");
            var b = new Embedded(
                    tunB,
                    Device.Options.standard(loops.device(1, 1)),
                    Embedded.configuration(keyB, 0, Embedded.peer(publicA, endpointA, whereA)),
                    out);
            var idB = vertx.deployVerticle(b).await(10, SECONDS);

            var watcher = new Watcher(out);
            vertx.deployVerticle(watcher).await(10, SECONDS);
            var options = new MetricsVerticle.Options("example", "here", Duration.ofMillis(100), 500);
            vertx.deployVerticle(new MetricsVerticle(() -> List.of(a.device(), b.device()), options))
                    .await(10, SECONDS);

            var there = DeviceLab.packet("10.0.0.2", "10.0.0.1", 10);
            tunB.inject(there);
            assertArrayEquals(there, tunA.written().poll(10, SECONDS));
            var back = DeviceLab.packet("10.0.0.1", "10.0.0.2", 10);
            tunA.inject(back);
            assertArrayEquals(back, tunB.written().poll(10, SECONDS));

            printed("memB, peer " + publicA.toBase64().substring(0, 8) + ": handshake, attempt 1");
            printed("memB, peer " + publicA.toBase64().substring(0, 8) + ": session, ");
            printed("memA, peer " + publicB.toBase64().substring(0, 8) + ": session, it began");

            printed("memA peer-online " + publicB.toBase64());
            printed("memB peer-online " + publicA.toBase64());
            // A packet of 38 bytes is 48 with padding and 32 of header and tag; the initiation was 148.
            printed("memA received " + (148 + 80) + " bytes from " + publicB.toBase64());
            var peer = watcher.ask("memA", publicB.toBase64()).await(10, SECONDS);
            assertEquals(List.of("10.0.0.2/32"), peer.getJsonArray("allowedIps").getList());
            assertTrue(peer.getBoolean("online"));

            vertx.undeploy(idA).await(10, SECONDS);
            vertx.undeploy(idB).await(10, SECONDS);
        }
        assertThrows(IllegalStateException.class, keyA::isZero, "the key is not closed");
        assertThrows(IllegalStateException.class, keyB::isZero, "the key is not closed");
        tunA.inject(DeviceLab.packet("10.0.0.1", "10.0.0.2", 10));
        assertEquals(0, tunA.waiting(), "the TUN is not closed");
    }

    private void printed(String line) {
        DeviceLab.eventually(line, () -> printed.toString(UTF_8).contains(line));
    }
}
