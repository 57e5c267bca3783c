package dev.warren.cluster.bus;

import static dev.warren.cluster.bus.BusLab.ask;
import static dev.warren.cluster.bus.BusLab.eventually;
import static dev.warren.cluster.bus.BusLab.finds;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who does not get onto the event bus.
@Timeout(120)
class BusTlsTest {
    private static BusCertificates fleet;
    private static BusCertificates foreign;

    private final Vertx vertx = Vertx.vertx();
    private BusLab lab;

    @BeforeAll
    static void certificates(@TempDir Path directory) throws Exception {
        fleet = BusCertificates.make(directory, "fleet");
        foreign = BusCertificates.make(directory, "foreign");
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        lab = new BusLab(directory, fleet);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, SECONDS);
        lab.close();
    }

    private NetClientOptions client(String protocol) {
        return new NetClientOptions()
                .setSsl(true)
                .setHostnameVerificationAlgorithm("")
                .setTrustAll(true)
                .setEnabledSecureTransportProtocols(Set.of(protocol))
                .setConnectTimeout(5000);
    }

    private static PemKeyCertOptions pem(BusCertificates of) {
        return new PemKeyCertOptions()
                .setCertPath(of.certificate().toString())
                .setKeyPath(of.key().toString());
    }

    /// Whether a ping of the event bus is answered, by which one that is let in is told from one that is not: with
    /// TLS 1.3 a client is refused only after its own handshake has ended.
    private boolean letIn(NetClientOptions options, int port) throws Exception {
        var ping = Buffer.buffer();
        // version, system codec of a ping, send, address, no reply address, sender, no headers (4: their length alone)
        ping.appendByte((byte) 1).appendByte((byte) 1).appendByte((byte) 0);
        ping.appendInt(1)
                .appendString("x")
                .appendInt(0)
                .appendInt(1)
                .appendString("y")
                .appendInt(4);
        var message = Buffer.buffer().appendInt(ping.length()).appendBuffer(ping);
        var client = vertx.createNetClient(options);
        try {
            return client.connect(port, "127.0.0.1")
                    .compose(socket -> {
                        Promise<Boolean> ended = Promise.promise();
                        socket.handler(_ -> ended.tryComplete(true));
                        socket.closeHandler(_ -> ended.tryComplete(false));
                        socket.write(message);
                        return ended.future();
                    })
                    .otherwise(_ -> false)
                    .await(10, SECONDS);
        } finally {
            client.close().await(10, SECONDS);
        }
    }

    @Test
    void onlyTls13WithACertificateOfTheFleetIsLetIn() throws Exception {
        int port = lab.node().port();
        var authority = new PemTrustOptions().addCertPath(fleet.authority().toString());
        var right =
                client("TLSv1.3").setTrustAll(false).setTrustOptions(authority).setKeyCertOptions(pem(fleet));
        assertTrue(letIn(right, port), "a certificate of the fleet");
        assertFalse(letIn(client("TLSv1.3"), port), "no certificate");
        assertFalse(letIn(client("TLSv1.3").setKeyCertOptions(pem(foreign)), port), "of a foreign authority");
        assertFalse(letIn(client("TLSv1.2").setKeyCertOptions(pem(fleet)), port), "TLS 1.2");
        assertFalse(letIn(new NetClientOptions().setConnectTimeout(5000), port), "plain text");
        assertTrue(letIn(right, port), "the others have broken nothing");
    }

    @Test
    void whoSaysNothingIsClosed() throws Exception {
        int port = lab.node().port();
        try (var silent = new Socket(InetAddress.getLoopbackAddress(), port)) {
            silent.setSoTimeout(20_000);
            assertEquals(-1, silent.getInputStream().read());
        } catch (IOException reset) {
            assertTrue(String.valueOf(reset.getMessage()).contains("reset"), reset.toString());
        }
    }

    /// It got into ZooKeeper somehow, and listens where the fleet's messages would go.
    @Test
    void aNodeWithAForeignCertificateGetsNoMessageAndBringsNone() throws Exception {
        var a = lab.node();
        var b = lab.node();
        a.reply("service");
        finds(b, "service", a);
        var stranger = BusNode.start(lab.zooKeeper.address(), foreign, 0);
        try {
            stranger.reply("bait");
            eventually("they see each other", () -> a.sees(stranger) && stranger.sees(a, b));
            assertEquals("", ask(a, "bait"));
            assertEquals("", ask(stranger, "service"));
            assertEquals(Set.of(b.id()), Set.copyOf(a.reached));
            assertEquals(Set.of(), Set.copyOf(stranger.reached));
            finds(b, "service", a);
        } finally {
            stranger.close();
        }
    }
}
