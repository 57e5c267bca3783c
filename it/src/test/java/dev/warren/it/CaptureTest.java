package dev.warren.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// `warren capture` of a tunnel with a real peer, read by tcpdump.
@Tag("netns")
@OnlyWarren("wireguard-go has no commands")
class CaptureTest {
    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void tcpdumpShowsThePingInsideAndTheDatagramsOutside() throws IOException {
        var psk = Keys.random();
        var pair = Pair.unconfigured(lab);
        pair.introduce(Pair.Outer.V4, Pair.Role.INITIATOR, psk);
        pair.up();
        var plain = capture(pair.a, "-w /run/plain.pcapng --peer " + pair.keyB.publicKey());
        var wire = capture(pair.a, "--wire -w /run/wire.pcapng");
        Ping.all(pair.a, Pair.B4, 3, 56);
        Ping.all(pair.a, Pair.B6, 1, 56);
        end(pair.a, plain);
        end(pair.a, wire);

        var inside = tcpdump(pair.a, "/run/plain.pcapng");
        for (var line : List.of(
                "IP 10.9.0.1 > 10.9.0.2: ICMP echo request",
                "IP 10.9.0.2 > 10.9.0.1: ICMP echo reply",
                "IP6 fd09::1 > fd09::2: ICMP6, echo request",
                "IP6 fd09::2 > fd09::1: ICMP6, echo reply")) {
            assertTrue(inside.contains(line), inside);
        }
        var outside = tcpdump(pair.a, "/run/wire.pcapng");
        var sent = "IP 192.168.7.1.51820 > 192.168.7.2.51821: UDP, length ";
        var received = "IP 192.168.7.2.51821 > 192.168.7.1.51820: UDP, length ";
        assertTrue(outside.contains("192.168.7.2.51821: UDP, length 148"), "the initiation: " + outside);
        for (var line : List.of(received + 92, sent + 128, received + 128)) {
            assertTrue(outside.contains(line), line + " in " + outside);
        }
        assertFalse(tcpdump(pair.a, "/run/wire.pcapng", "-v").contains("bad"), "checksums are right");
        for (var file : List.of("/run/plain.pcapng", "/run/wire.pcapng")) {
            assertEquals(
                    PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(pair.a.file(file)));
            for (var key : List.of(pair.keyA.privateKey(), pair.keyB.privateKey(), psk)) {
                assertHasNot(pair.a.file(file), key);
            }
        }
        var tidy = pair.a.attempt("sh", "-c", Router.underTest() + " capture wg0 --seconds 1 -w /run/plain.pcapng");
        assertEquals(2, tidy.code());
        assertTrue(tidy.err().contains("/run/plain.pcapng is there already"), tidy.err());
        var forced = pair.a
                .attempt("sh", "-c", Router.underTest() + " capture wg0 --seconds 1 --force -w /run/plain.pcapng")
                .orFail();
        assertTrue(forced.err().contains("0 packets captured, 0 left out"), forced.err());
        assertEquals("", tcpdump(pair.a, "/run/plain.pcapng"));
    }

    @Test
    void aCaptureGoesThroughAPipeOverIpv6Outside() {
        var pair = Pair.ready(lab, Pair.Outer.V6, Pair.Role.RESPONDER);
        var pipe = pair.a.spawn(
                Map.of(), "sh", "-c", Router.underTest() + " capture wg0 --wire -w - | tcpdump -n -l -v -r -");
        Poll.until(() -> "it has begun: " + pipe.errors(), Host.PATIENCE, () -> pipe.errors()
                .contains("capturing"));
        pair.speakFirst(Pair.Role.RESPONDER);
        Poll.until(() -> "tcpdump: " + pipe.output() + pipe.errors(), Duration.ofSeconds(10), () -> pipe.output()
                .contains("fd07::2.51821 > fd07::1.51820: [udp sum ok] UDP, length 148"));
        Poll.until(() -> "tcpdump: " + pipe.output(), Duration.ofSeconds(10), () -> pipe.output()
                .contains("fd07::1.51820 > fd07::2.51821: [udp sum ok] UDP, length 92"));
    }

    @Test
    void aRouterThatEndsLeavesAFileThatCanBeRead() {
        var pair = Pair.ready(lab, Pair.Outer.V4, Pair.Role.INITIATOR);
        var capture = capture(pair.a, "-w /run/cut.pcapng");
        Ping.all(pair.a, Pair.B4, 2, 56);
        Poll.until(
                "packets are in the file",
                Duration.ofSeconds(10),
                () -> pair.a.file("/run/cut.pcapng").toFile().length() > 600);
        pair.a.run("ip", "link", "del", "wg0");
        assertEquals(1, capture.await(Host.PATIENCE).code());
        assertTrue(capture.errors().contains("the router hung up: the file ends there"), capture.errors());
        assertTrue(tcpdump(pair.a, "/run/cut.pcapng").contains("ICMP echo reply"));
    }

    /// Starts a capture and returns when it has begun.
    private static Program capture(Host host, String arguments) {
        var program = host.spawn(Map.of(), "sh", "-c", "exec " + Router.underTest() + " capture wg0 " + arguments);
        Poll.until(() -> "it has begun: " + program.errors(), Host.PATIENCE, () -> program.errors()
                .contains("capturing"));
        return program;
    }

    /// Ends it as Ctrl-C does.
    private static void end(Host host, Program capture) {
        var file = capture.command().getLast().replaceAll(".*-w (\\S+).*", "$1");
        host.processes(file).forEach(process -> {
            if (host.alive(process)) host.attempt("kill", "-INT", "" + process);
        });
        var result = capture.await(Host.PATIENCE);
        assertEquals(0, result.code(), result::toString);
        assertTrue(result.err().contains(" packets captured, 0 left out"), result.err());
    }

    private static String tcpdump(Host host, String file, String... options) {
        return host.run("sh", "-c", "tcpdump -n " + String.join(" ", options) + " -r " + file)
                .out();
    }

    private static void assertHasNot(Path file, String key) throws IOException {
        var text = new String(Files.readAllBytes(file), ISO_8859_1);
        assertFalse(text.contains(key), "a key as text");
        assertFalse(text.contains(new String(Base64.getDecoder().decode(key), ISO_8859_1)), "a key");
        assertFalse(text.contains(Keys.hex(key)), "a key in hex");
    }
}
