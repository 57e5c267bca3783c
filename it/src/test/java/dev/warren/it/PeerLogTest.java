package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.A6;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static dev.warren.it.Pair.OUTER_A4;
import static dev.warren.it.Pair.OUTER_B4;
import static dev.warren.it.Pair.PORT_A;
import static dev.warren.it.Pair.PORT_B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the log says of peers: at info who comes and goes, by the name that the file gives, at debug why nobody does.
@Tag("netns")
@OnlyWarren("wireguard-go says it in its own words")
class PeerLogTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private final Keys keyA = Keys.generate();
    private final Keys keyB = Keys.generate();

    @Test
    void whoComesAndGoesIsSaidByName() throws IOException {
        var a = lab.host("a");
        var b = lab.host("b");
        Pair.connect(lab, a, b, 1500);
        Files.writeString(a.file("/run/warren.conf"), """
                warren.interfaces.wg0 {
                  private-key = "%s"
                  listen-port = %d
                  addresses = ["%s/24"]
                  peers.laptop { public-key = "%s", endpoint = "%s:%d", allowed-ips = ["%s/32"] }
                }
                """.formatted(
                        keyA.privateKey(), PORT_A, A4, keyB.publicKey(), OUTER_B4, PORT_B, B4));
        a.run("chmod", "600", "/run/warren.conf");
        var command = new ArrayList<>(Router.Maker.UNDER_TEST.command());
        command.addAll(List.of("run", "/run/warren.conf"));
        var run = a.spawn(command.toArray(String[]::new));
        said(run, "(wg0) Started: port " + PORT_A + ", 1 peer");
        Pair.serve(b, keyB, keyA);
        Ping.untilAnswered(a, B4, SOON);
        var peer = "(wg0) peer laptop (" + shortened(keyB) + "): ";
        said(run, peer + "online, endpoint " + OUTER_B4 + ":" + PORT_B);
        Ping.all(a, B4, 50, 100);
        a.run("ip", "link", "set", "wg0", "down");
        said(run, peer + "offline, ");
        a.signal("TERM", a.processes(" run ").getLast());
        assertEquals(0, run.await(SOON).code());
        assertTrue(run.errors().contains("(wg0) Stopping"), run::errors);
        assertFalse(run.errors().contains("initiation"), run::errors);
        assertTrue(run.errors().lines().count() < 15, run::errors);
    }

    @Test
    void whyNobodyComesIsSaidAtDebug() throws IOException {
        var pair = Pair.unconfigured(lab);
        var log = pair.warren.program();
        // The other side has a key for us that is not ours.
        Pair.introduceTo(pair.other, Keys.generate(), A4, A6, Pair.endpointA(Outer.V4), null);
        pair.up();
        pair.b.attempt("ping", "-c", "1", "-W", "1", A4);
        said(log, "Handshake message from " + OUTER_B4 + ":" + PORT_B + " is for another public key than ours (MAC1)");
        // It has the right one, and we do not know it.
        pair.other.wg().set("peer", pair.other.wg().onlyPeer().publicKey(), "remove");
        Pair.introduceTo(pair.other, pair.keyA, A4, A6, Pair.endpointA(Outer.V4), Keys.random());
        pair.b.attempt("ping", "-c", "1", "-W", "1", A4);
        said(log, "no peer has the public key " + pair.keyB.publicKey());
        // We know it, and the preshared keys differ: seen by who is answered, and by who gets no packet.
        var psk = Keys.random();
        Pair.introduceTo(pair.warren, pair.keyB, B4, B6, Pair.endpointB(Outer.V4), psk);
        pair.a.attempt("ping", "-c", "1", "-W", "1", B4);
        var peer = "peer(" + shortened(pair.keyB) + "): ";
        said(log, peer + "Response does not authenticate: do the preshared keys differ?");
        pair.warren.wg().set("peer", pair.keyB.publicKey(), "remove");
        Pair.introduceTo(pair.warren, pair.keyB, B4, B6, null, psk);
        pair.b.spawn("ping", "-n", "-q", "-w", "25", A4);
        said(log, peer + "No packet follows our responses");
        for (var secret : List.of(pair.keyA.privateKey(), pair.keyA.privateHex(), psk)) {
            assertFalse(log.errors().contains(secret) || log.output().contains(secret), "a key in the log");
        }
    }

    @Test
    void aRepeatedInitiationIsSaidAtDebug() throws IOException {
        var pair = Pair.unconfigured(lab);
        Pair.introduceTo(pair.warren, pair.keyB, B4, B6, null, null);
        try (var relay = new Relay(pair.a, OUTER_A4, new InetSocketAddress(OUTER_A4, PORT_A))) {
            var front = OUTER_A4 + ":" + relay.address().getPort();
            Pair.introduceTo(pair.other, pair.keyA, A4, A6, front, null);
            pair.up();
            Ping.untilAnswered(pair.b, A4, SOON);
            var first = relay.seen().getFirst();
            try (var elsewhere = pair.b.udp(OUTER_B4, 0)) {
                Poll.until(() -> "it is said: " + pair.warren.program().errors(), SOON, () -> {
                    Forgery.send(elsewhere, new InetSocketAddress(OUTER_A4, PORT_A), first.bytes());
                    return pair.warren.program().errors().contains("Initiation has a replayed timestamp");
                });
            }
        }
    }

    @Test
    void strangersCannotFillTheLog() throws IOException {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        var log = pair.warren.program();
        long before = log.errors().lines().count();
        long start = System.nanoTime();
        var forgery = new Forgery(start);
        try (var attacker = pair.b.udp(OUTER_B4, 0)) {
            for (int i = 0; i < 20_000; i++) {
                Forgery.send(attacker, new InetSocketAddress(OUTER_A4, PORT_A), forgery.typed(1, 148));
                if (i % 100 == 0) java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            }
        }
        said(log, "more were not logged");
        long seconds = (System.nanoTime() - start) / 1_000_000_000 + 2;
        long lines = log.errors().lines().count() - before;
        assertTrue(lines <= 10 * seconds + 20, () -> lines + " lines in " + seconds + " s: " + log.errors());
    }

    private static void said(Program program, String what) {
        Poll.until(() -> "it says '" + what + "': " + program.errors(), SOON, () -> program.errors()
                .contains(what));
    }

    private static String shortened(Keys keys) {
        return keys.publicKey().substring(0, 4) + "…" + keys.publicKey().substring(39, 43);
    }
}
