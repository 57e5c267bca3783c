package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What leaves a host whose traffic all goes through a tunnel, when the router dies: nothing in clear, if that was
/// asked for.
@Tag("netns")
@OnlyWarren("wireguard-go makes no routes")
class KillSwitchTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String FAR4 = "203.0.113.9";
    private static final String FAR6 = "2001:db8::9";

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private Host host;
    private String before;

    @BeforeEach
    void aHostWithAWayOut() {
        host = lab.host("a");
        var gateway = lab.host("b");
        Pair.connect(lab, host, gateway, 1500);
        host.run("ip", "route", "add", "default", "via", Pair.OUTER_B4);
        host.run("ip", "-6", "route", "add", "default", "via", Pair.OUTER_B6);
        before = network();
        assertEquals("eth0", way(FAR4));
        assertEquals("eth0", way(FAR6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fwmark = 8"})
    void aRouterThatIsKilledLeavesNothingInClear(String mark) throws IOException {
        for (int life = 0; life < 3; life++) {
            run("kill-switch = on, " + mark);
            assertEquals("wg0", way(FAR4));
            assertEquals("wg0", way(FAR6));
            kill();
            assertEquals("unreachable", way(FAR4));
            assertEquals("unreachable", way(FAR6));
            assertFalse(host.attempt("ping", "-c", "1", "-W", "1", FAR4).ok());
            assertEquals("eth0", way(Pair.OUTER_B4), "the local network is no business of the tunnel");
        }
        var run = run("kill-switch = on, " + mark);
        assertEquals("wg0", way(FAR4));
        host.signal("TERM", host.processes(" run ").getLast());
        assertEquals(0, run.await(SOON).code());
        assertEquals(before, network());
    }

    @Test
    void anInterfaceThatIsTakenAwayLeavesNothingInClear() throws IOException {
        var run = run("kill-switch = on");
        host.run("ip", "link", "del", "wg0");
        assertEquals(1, run.await(SOON).code());
        assertTrue(run.errors().contains("ip rule del not fwmark"), run::errors);
        assertEquals("unreachable", way(FAR4));
        assertEquals("unreachable", way(FAR6));
        // Down is not gone, and up again all is as it was.
        run("kill-switch = on");
        host.run("ip", "link", "set", "wg0", "down");
        assertEquals("unreachable", way(FAR4));
        assertEquals("unreachable", way(FAR6));
        host.run("ip", "link", "set", "wg0", "up");
        Poll.until(
                "it leads into the tunnel again",
                SOON,
                () -> way(FAR4).equals("wg0") && way(FAR6).equals("wg0"));
        host.signal("TERM", host.processes(" run ").getLast());
        Poll.until(() -> "all is as before:\n" + before + network(), SOON, () -> network()
                .equals(before));
    }

    @Test
    void whoTurnsItOffHasItOff() throws IOException {
        run("kill-switch = on");
        kill();
        assertEquals("unreachable", way(FAR4));
        run("");
        kill();
        assertEquals("eth0", way(FAR4), "as wg-quick: the main table");
        var run = run("kill-switch = on, routes = off");
        assertEquals("eth0", way(FAR4));
        host.signal("TERM", host.processes(" run ").getLast());
        assertEquals(0, run.await(SOON).code());
        assertEquals(before, network());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2"})
    void theSettingForMarksIsAsBefore(String value) throws IOException {
        host.sysctl("net.ipv4.conf.all.src_valid_mark", value);
        run("");
        assertEquals("1", validMark());
        if (!value.equals("2")) host.signal("TERM", host.processes(" run ").getLast());
        if (value.equals("2")) {
            // Somebody else needs it now.
            host.run("ip", "rule", "add", "not", "fwmark", "77", "table", "77");
            host.signal("TERM", host.processes(" run ").getLast());
        }
        Poll.until("it is gone", SOON, () -> host.processes(" run ").isEmpty());
        assertEquals(value.equals("2") ? "1" : value, validMark());
    }

    private String validMark() {
        return host.run("sysctl", "-n", "net.ipv4.conf.all.src_valid_mark")
                .out()
                .strip();
    }

    private void kill() {
        host.signal("KILL", host.processes(" run ").getLast());
        Poll.until(
                "it is gone",
                SOON,
                () -> !host.hasDevice("wg0") && host.processes(" run ").isEmpty());
    }

    /// Which device a packet to there would leave by.
    private String way(String to) {
        var found = host.attempt("ip", "route", "get", to);
        if (!found.ok()) return "unreachable";
        var words = List.of(found.out().split("\\s+"));
        return words.getFirst().equals("unreachable") ? "unreachable" : words.get(words.indexOf("dev") + 1);
    }

    private String network() {
        return host.run("sh", "-c", "for f in -4 -6; do ip $f rule; ip $f route show table all; done")
                .out()
                .lines()
                .map(line -> line.replaceAll(" pref \\w+", "").strip())
                .filter(line -> !line.contains("fe80") && !line.contains("ff00"))
                .sorted()
                .reduce("", (all, line) -> all + line + "\n");
    }

    private Program run(String settings) throws IOException {
        return Router.run(host, """
                warren.interfaces.wg0 {
                  private-key = "%s"
                  addresses = ["10.9.0.1/24", "fd09::1/64"]
                  %s
                  peers.b { public-key = "%s", endpoint = "198.18.5.2:51821", allowed-ips = ["0.0.0.0/0", "::/0"] }
                }
                """.formatted(
                        Keys.generate().privateKey(), settings, Keys.generate().publicKey()));
    }
}
