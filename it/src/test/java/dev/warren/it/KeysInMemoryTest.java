package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// where a router's keys lie, and that they are gone when they are replaced or removed. Its whole memory is
/// searched.
@Tag("netns")
@OnlyWarren("wireguard-go promises nothing of its memory")
class KeysInMemoryTest {
    private static final Duration SOON = Duration.ofSeconds(15);

    /// Who does the cryptography, and what it promises.
    enum BackEnd {
        AWSLC("openssl", Promise.LOCKED),
        OPENSSL("openssl", Promise.OFF_THE_HEAP), // libcrypto keeps a key of its own
        JAVA("jdk", Promise.LOCKED), // nothing of session keys: those of the provider
        BOUNCYCASTLE("jdk", Promise.NONE);

        private final String aead;
        private final Promise promise;

        BackEnd(String aead, Promise promise) {
            this.aead = aead;
            this.promise = promise;
        }

        private String x25519() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private enum Promise {
        LOCKED,
        OFF_THE_HEAP,
        NONE
    }

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @ParameterizedTest
    @EnumSource
    void keysOfTheControlSocketGo(BackEnd by) {
        var pair = Pair.unconfigured(lab, 1500, Map.of("WARREN_X25519", by.x25519(), "WARREN_AEAD", by.aead));
        var psk = Keys.random();
        pair.introduce(Pair.Outer.V4, Pair.Role.INITIATOR, psk);
        pair.up();
        Ping.once(pair.a, Pair.B4);
        var scan = new MemoryScan(pair.a, pair.warren.process());
        pair.warren.wg().wg("showconf");
        var first = pair.keyA;
        assertKept(by, scan, first.privateKey());
        assertKept(by, scan, psk);

        var second = Keys.generate();
        var wg = pair.warren.wg();
        wg.set("private-key", wg.file(second.privateKey() + "\n").toString());
        assertGone(by, scan, first.privateKey());

        Pair.introduceTo(pair.other, second, Pair.A4, Pair.A6, null, psk);
        Ping.untilAnswered(pair.a, Pair.B4, Duration.ofSeconds(30));
        assertKept(by, scan, second.privateKey());
        wg.set("private-key", "/dev/null");
        assertGone(by, scan, second.privateKey());
        wg.set("peer", pair.keyB.publicKey(), "remove");
        assertGone(by, scan, psk);
    }

    @ParameterizedTest
    @EnumSource
    void keysOfFilesLieNowhereElse(BackEnd by) throws IOException {
        var a = lab.host("a");
        var b = lab.host("b");
        Pair.connect(lab, a, b, 1500);
        var own = Keys.generate();
        var server = Keys.generate();
        var psk = Keys.random();
        Pair.serve(b, server, own);
        new Wg(b, "wg0")
                .set(
                        "peer",
                        own.publicKey(),
                        "preshared-key",
                        new Wg(b, "wg0").file(psk + "\n").toString());
        Files.writeString(a.file("/run/wg0.key"), own.privateKey() + "\n");
        Files.writeString(a.file("/run/wg0.psk"), psk + "\n");
        Files.writeString(a.file("/run/warren.conf"), """
                warren.crypto { x25519 = %s, aead = %s }
                warren.interfaces.wg0 {
                  private-key-file = "/run/wg0.key"
                  addresses = ["%s/24"]
                  peers.b {
                    public-key = "%s"
                    preshared-key-file = "/run/wg0.psk"
                    allowed-ips = ["%s/32"]
                    endpoint = "%s"
                  }
                }
                """.formatted(
                        by.x25519(), by.aead, Pair.A4, server.publicKey(), Pair.B4, Pair.endpointB(Pair.Outer.V4)));
        a.run("chmod", "600", "/run/wg0.key", "/run/wg0.psk", "/run/warren.conf");
        var program = a.spawn(
                Map.of("LOG_LEVEL", "verbose"),
                "sh",
                "-c",
                "exec " + Router.underTest() + " run --config /run/warren.conf");
        Poll.until(() -> "it answers: " + program.output() + program.errors(), Host.PATIENCE, () -> new Uapi(a, "wg0")
                .answers());
        Ping.untilAnswered(a, Pair.B4, Duration.ofSeconds(30));
        var scan = new MemoryScan(a, a.processes("run --config").getLast());
        assertKept(by, scan, own.privateKey());
        assertKept(by, scan, psk);
        new Wg(a, "wg0").set("private-key", "/dev/null", "peer", server.publicKey(), "remove");
        assertGone(by, scan, own.privateKey());
        assertGone(by, scan, psk);
    }

    /// Too small a limit is told, and stops nothing.
    @Test
    void whereNothingMayBeLockedItIsTold() {
        var host = lab.host("a");
        var program = host.spawn(
                Map.of("LOG_LEVEL", "verbose"),
                "setpriv",
                "--bounding-set",
                "-ipc_lock",
                "sh",
                "-c",
                "ulimit -l 0; exec " + Router.underTest() + " -f wg0");
        Poll.until(() -> "it answers: " + program.errors(), Host.PATIENCE, () -> new Uapi(host, "wg0").answers());
        var said = program.output() + program.errors();
        assertEquals(
                1,
                said.lines()
                        .filter(line -> line.contains("Keys may be swapped out"))
                        .count(),
                said);
    }

    // That there is one at all shows that the search finds something.
    private static void assertKept(BackEnd by, MemoryScan scan, String key) {
        var copies = scan.copies(key);
        assertFalse(copies.isEmpty(), "the search finds a key in use");
        switch (by.promise) {
            case LOCKED ->
                assertEquals(
                        List.of(),
                        copies.stream().filter(copy -> !copy.locked()).toList());
            case OFF_THE_HEAP ->
                assertEquals(
                        List.of(),
                        copies.stream().filter(MemoryScan.Copy::onJavaHeap).toList());
            case NONE -> assertTrue(copies.stream().anyMatch(MemoryScan.Copy::locked), copies.toString());
        }
    }

    private static void assertGone(BackEnd by, MemoryScan scan, String key) {
        Poll.until(() -> "nothing is left of it: " + scan.copies(key), SOON, () -> scan.copies(key).stream()
                .allMatch(copy -> by.promise == Promise.NONE && copy.onJavaHeap()));
    }
}
