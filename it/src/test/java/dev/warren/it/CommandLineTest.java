package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.A6;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What only Warren has: its commands and its configuration file.
@Tag("netns")
@OnlyWarren("wireguard-go has no commands")
class CommandLineTest {
    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void keysAreThoseOfWg() {
        var host = lab.host("a");
        for (int i = 0; i < 3; i++) {
            var key = warren(host, "genkey").orFail().out();
            assertTrue(key.matches("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\n"), key);
            var bytes = Base64.getDecoder().decode(key.strip());
            assertEquals(0, bytes[0] & 7, "not clamped");
            assertEquals(64, bytes[31] & 192, "not clamped");
            assertEquals(
                    host.feed(key, "wg", "pubkey").out(),
                    feed(host, key, "pubkey").out());
        }
        assertNotEquals(warren(host, "genkey").out(), warren(host, "genkey").out());
        assertEquals(
                32,
                Base64.getDecoder().decode(warren(host, "genpsk").orFail().out().strip()).length);
        for (var bad : List.of("", "x\n", "AAAA\n", "!".repeat(44) + "\n")) {
            var refused = host.attempt(
                    Host.PATIENCE,
                    Map.of(),
                    "sh",
                    "-c",
                    "printf '%s' '" + bad + "' | " + Router.underTest() + " pubkey");
            assertNotEquals(0, refused.code(), refused::toString);
            assertFalse(refused.err().isBlank(), "refuses without a word");
        }
    }

    @Test
    void helpAndVersionAreSaid() {
        var host = lab.host("a");
        var help = warren(host, "--help").orFail().out();
        for (var word : List.of("run", "demo", "genkey", "pubkey", "genpsk", "INTERFACE", "--version")) {
            assertTrue(help.contains(word), () -> "no " + word + " in\n" + help);
        }
        assertTrue(warren(host, "--version").orFail().out().matches("(?s).*\\d+\\.\\d+.*"));
        for (var bad : List.of("--nonsense", "-x")) {
            var refused = warren(host, bad);
            assertEquals(2, refused.code(), refused::toString);
            assertFalse(refused.err().isBlank());
        }
        assertEquals(2, warren(host, "run", "--config").code());
        assertTrue(host.processes().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"V4,INITIATOR", "V6,RESPONDER"})
    void aFileBringsUpATunnel(Pair.Outer outer, Pair.Role role) throws IOException {
        var a = lab.host("a");
        var b = lab.host("b");
        Pair.connect(lab, a, b, 1500);
        var keyA = Keys.generate();
        var keyB = Keys.generate();
        var psk = Keys.random();
        var endpoint = role == Pair.Role.INITIATOR ? "endpoint = \"" + Pair.endpointB(outer) + "\"" : "";
        var run = run(a, """
                warren.interfaces {
                  tunnel {
                    private-key = "%s"
                    addresses = ["10.9.0.1/32", "fd09::1/128"]
                    listen-port = 51820
                    fwmark = 0x77
                    peers.b {
                      public-key = "%s"
                      preshared-key = "%s"
                      allowed-ips = ["10.9.0.2/32", "fd09::2/128"]
                      persistent-keepalive = 25s
                      %s
                    }
                  }
                  second { listen-port = 51900, private-key-file = "/run/second.key" }
                }
                """.formatted(keyA.privateKey(), keyB.publicKey(), psk, endpoint));
        Poll.until(
                () -> "both interfaces are up: " + run.output() + run.errors(),
                Host.PATIENCE,
                () -> new Uapi(a, "tunnel").answers() && new Uapi(a, "second").answers() && run.running());
        Poll.until(() -> "the public key is on the screen: " + run.output(), Duration.ofSeconds(10), () -> run.output()
                .contains(keyA.publicKey()));
        assertFalse((run.output() + run.errors()).contains(keyA.privateKey()), "the private key is on the screen");

        var server = Router.start(b, Router.Maker.WIREGUARD_GO, "wg0");
        server.wg()
                .set("private-key", server.wg().file(keyB.privateKey() + "\n").toString(), "listen-port", "51821");
        Pair.introduceTo(server, keyA, A4, A6, role == Pair.Role.RESPONDER ? Pair.endpointA(outer) : null, psk);
        Pair.up(b, B4, B6);
        // The routes into the tunnel come from the allowed IPs.
        if (role == Pair.Role.INITIATOR) Ping.untilAnswered(a, B4, Duration.ofSeconds(8));
        else Ping.untilAnswered(b, A4, Duration.ofSeconds(8));
        Ping.all(a, B6, 3, 1000);
        Ping.all(b, A4, 3, 1000);
        assertEquals("1420", a.read("/sys/class/net/tunnel/mtu").strip());

        // wg shows and changes it like any other.
        var wg = new Wg(a, "tunnel");
        assertEquals("0x77", wg.dump().fwmark());
        assertEquals("25", wg.onlyPeer().keepalive());
        assertEquals(psk, wg.onlyPeer().presharedKey());
        wg.set("listen-port", "51999");
        Ping.untilAnswered(a, B4, Duration.ofSeconds(2));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(a.file("/run/second.key"))));

        a.signal("TERM", a.processes(" run ").getLast());
        Poll.until(
                "interfaces, routes and sockets are gone",
                Duration.ofSeconds(4),
                () -> !a.hasDevice("tunnel") && !a.hasDevice("second") && !a.exists("/run/wireguard/tunnel.sock"));
        assertEquals(0, run.await(Duration.ofSeconds(10)).code());
        assertFalse(a.run("ip", "route").out().contains("10.9.0.2"));
    }

    @Test
    void theDefaultFileWorksOnAFreshMachine() throws IOException {
        var a = lab.host("a");
        a.run("sh", "-c", "mkdir -p /var/lib && mount -t tmpfs tmpfs /var/lib");
        var run = a.spawn(command("run"));
        Poll.until(
                () -> "wg0 is up: " + run.output() + run.errors(), Host.PATIENCE, () -> new Uapi(a, "wg0").answers());
        var key = new Wg(a, "wg0").dump().publicKey();
        Poll.until(() -> "the public key is on the screen: " + run.output(), Duration.ofSeconds(10), () -> run.output()
                .contains(key));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(a.file("/var/lib/warren/wg0.key"))));
        a.signal("INT", a.processes(" run").getLast());
        run.await(Duration.ofSeconds(10));
        assertFalse(a.hasDevice("wg0"));
        // The key is kept.
        var again = a.spawn(command("run"));
        Poll.until(() -> "wg0 is up: " + again.errors(), Host.PATIENCE, () -> new Uapi(a, "wg0").answers());
        assertEquals(key, new Wg(a, "wg0").dump().publicKey());
    }

    @Test
    void everythingWrongInAFileIsSaidAtOnceAndNothingIsDone() throws IOException {
        var a = lab.host("a");
        Files.writeString(a.file("/run/bad.conf"), """
                warren.interfaces.wg0 {
                  private-key = "short"
                  addresses = ["10.9.0.1/33"]
                  listen-port = 70000
                  lissten-port = 1
                  peers.b {
                    allowed-ips = ["10.0.0.0/8"]
                    persistent-keepalive = never
                  }
                }
                """);
        var refused = warren(a, "run", "--config", "/run/bad.conf");
        assertEquals(2, refused.code(), refused::toString);
        for (var word : List.of(
                "private-key",
                "10.9.0.1/33",
                "listen-port",
                "lissten-port",
                "public-key",
                "persistent-keepalive",
                "bad.conf")) {
            assertTrue(refused.err().contains(word), () -> "no word of " + word + ":\n" + refused.err());
        }
        assertTrue(refused.err().matches("(?s).*\\b3\\b.*\\b4\\b.*"), () -> "no line numbers:\n" + refused.err());
        assertFalse(a.hasDevice("wg0"));
        assertEquals(2, warren(a, "run", "--config", "/run/missing.conf").code());
    }

    @Test
    void theDemoShowsFiguresAndRemovesEverything() {
        var host = lab.host("a");
        var demo = host.attempt(Duration.ofSeconds(90), Map.of(), command("demo", "--seconds", "1"))
                .orFail()
                .out();
        assertTrue(demo.matches("(?s).*\\d+(\\.\\d+)? [KMG]bit/s.*"), demo);
        assertEquals("", host.run("ip", "netns", "list").out());
        assertTrue(host.processes().isEmpty(), () -> "left running: " + host.processes());
    }

    private static Program run(Host host, String configuration) throws IOException {
        Files.writeString(host.file("/run/warren.conf"), configuration);
        host.run("chmod", "600", "/run/warren.conf");
        return host.spawn(command("run", "--config", "/run/warren.conf"));
    }

    private static Program.Result warren(Host host, String... arguments) {
        return host.attempt(Host.PATIENCE, Map.of(), command(arguments));
    }

    private static Program.Result feed(Host host, String input, String... arguments) {
        return host.feed(input, command(arguments));
    }

    private static String[] command(String... arguments) {
        var all = new ArrayList<>(Router.Maker.UNDER_TEST.command());
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }
}
