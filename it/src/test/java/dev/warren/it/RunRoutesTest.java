package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.A6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The routes that `warren run` makes when the way to a peer and the way through it look alike: everything
/// goes into the tunnel but what carries it. The peer is a real wireguard-go, also known as
/// vpn.example.test.
@Tag("netns")
@OnlyWarren("wireguard-go makes no routes")
class RunRoutesTest {
    /// The peer and a DNS server, neither on the cable's network: they are reached by a's default route.
    private static final String FAR_B4 = "198.18.5.2";

    private static final String FAR_B6 = "fd18::5:2";
    private static final String DNS = "198.18.5.53";
    /// Behind the peer.
    private static final String INTERNET4 = "203.0.113.9";

    private static final String INTERNET6 = "2001:db8::9";

    private static final Keys KEY_A = Keys.generate();
    private static final Keys KEY_B = Keys.generate();

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private Host a;
    private Host b;

    @BeforeEach
    void aClientAndAServerFarAway() {
        a = lab.host("a");
        b = lab.host("b");
        Pair.connect(lab, a, b, 1500);
        b.address("lo", FAR_B4 + "/32", FAR_B6 + "/128", DNS + "/32");
        a.run("ip", "route", "add", "default", "via", Pair.OUTER_B4);
        a.run("ip", "-6", "route", "add", "default", "via", Pair.OUTER_B6);
        NameServer.use(a, DNS);
        Pair.serve(b, KEY_B, KEY_A);
        b.address("wg0", INTERNET4 + "/32", INTERNET6 + "/128");
    }

    @ParameterizedTest
    @EnumSource
    void aFullTunnelLeavesByTheRealDevice(Pair.Outer outer) throws IOException {
        var run = run(outer == Pair.Outer.V4 ? FAR_B4 : "[" + FAR_B6 + "]", "0.0.0.0/0", "::/0");
        tunnelled();
        assertEquals(2, rules().size(), () -> "rules: " + rules());
        assertTrue(a.run("ip", "route", "show", "default").out().contains("eth0"), "the default route was replaced");

        a.signal("TERM", a.processes(" run ").getLast());
        assertEquals(0, run.await(Duration.ofSeconds(10)).code());
        assertEquals(List.of(), rules());
        assertFalse(a.hasDevice("wg0"));
    }

    @Test
    void halvesOfEverythingAreEverything() throws IOException {
        run(FAR_B4, "0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1");
        tunnelled();
    }

    /// The name is asked for outside the tunnel, that cannot be there without the answer.
    @Test
    void aNameIsFoundBeforeEverythingGoesIntoTheTunnel() throws IOException {
        var run = run("vpn.example.test", "0.0.0.0/0", "::/0");
        Poll.until(() -> "it says what it waits for: " + run.errors(), Duration.ofSeconds(10), () -> run.errors()
                .contains("vpn.example.test"));
        assertEquals(List.of(), rules(), "rules without a way out");
        try (var _ = NameServer.start(b, DNS, FAR_B4)) {
            Poll.until(() -> "the name is found: " + run.errors(), Duration.ofSeconds(30), () -> rules().size() == 2);
        }
        tunnelled();
    }

    /// Its name leads to where it is not; who does not answer is looked for again.
    @Test
    void aPeerThatMovedIsFoundByItsName() throws IOException {
        try (var names = NameServer.start(b, DNS, "198.18.5.4")) {
            var run = run("vpn.example.test", INTERNET4 + "/32", INTERNET6 + "/128");
            Poll.until(() -> "the name is found: " + run.errors(), Duration.ofSeconds(10), () -> run.errors()
                    .contains("vpn.example.test:51821 is"));
            names.answer(FAR_B4);
            Ping.untilAnswered(a, INTERNET4, Duration.ofSeconds(45));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {FAR_B4, "vpn.example.test"})
    void aPeerMayBeInTheNetworkBehindIt(String endpoint) throws IOException {
        b.address("wg0", "198.19.0.9/32");
        try (var _ = NameServer.start(b, DNS, FAR_B4)) {
            run(endpoint, "198.18.0.0/15", INTERNET4 + "/32", INTERNET6 + "/128");
            Ping.untilAnswered(a, "198.19.0.9", Duration.ofSeconds(20));
        }
        tunnelled();
        assertFalse(a.run("ip", "route", "show", "table", "main").out().contains("198.18.0.0/15"), "a loop");
    }

    /// Pings get through, and the cable carries each of them once.
    private void tunnelled() {
        for (var behind : List.of(INTERNET4, INTERNET6)) {
            Ping.untilAnswered(a, behind, Duration.ofSeconds(20));
            long before = a.transmitted("eth0");
            int sent = Ping.run(a, behind, 20, 1000).sent();
            long outside = a.transmitted("eth0") - before;
            assertTrue(outside > sent * 1000 && outside < sent * 1200 + 3000, () -> "bytes on the cable: " + outside);
        }
    }

    /// The rules that lead everything without our mark to a table of its own, of both families.
    private List<String> rules() {
        var rules = new ArrayList<String>();
        for (var family : List.of("-4", "-6")) {
            a.run("ip", family, "rule")
                    .out()
                    .lines()
                    .filter(rule -> rule.contains("fwmark"))
                    .forEach(rules::add);
        }
        return rules;
    }

    private Program run(String endpoint, String... allowedIps) throws IOException {
        Files.writeString(a.file("/run/warren.conf"), """
                warren.interfaces.wg0 {
                  private-key = "%s"
                  addresses = ["%s/32", "%s/128"]
                  peers.b {
                    public-key = "%s"
                    endpoint = "%s:51821"
                    allowed-ips = ["%s"]
                  }
                }
                """.formatted(
                        KEY_A.privateKey(), A4, A6, KEY_B.publicKey(), endpoint, String.join("\", \"", allowedIps)));
        a.run("chmod", "600", "/run/warren.conf");
        var command = new ArrayList<>(Router.Maker.UNDER_TEST.command());
        command.addAll(List.of("run", "--config", "/run/warren.conf"));
        var run = a.spawn(command.toArray(String[]::new));
        Poll.until(
                () -> "wg0 is up: " + run.output() + run.errors(), Host.PATIENCE, () -> new Uapi(a, "wg0").answers());
        return run;
    }
}
