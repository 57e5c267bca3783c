package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What `warren run` does when the network around it changes, and after lives that ended badly.
@Tag("netns")
@OnlyWarren("wireguard-go makes no addresses and routes")
class RunUpkeepTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Keys KEY = Keys.generate();
    private static final Keys PEER = Keys.generate();

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void whatGoesWithTheLinkComesBackWithIt() throws IOException {
        var host = lab.host("a");
        var run = Router.run(host, one("wg0", "10.9.0.1/24", "fd09::1/64", "10.20.0.0/16", "fd20::/32", "::/0"));
        var before = network(host);
        assertTrue(before.contains("fd09::1/64") && before.contains("fd20::/32"), before);
        host.run("ip", "link", "set", "wg0", "down");
        host.run("ip", "link", "set", "wg0", "up");
        Poll.until(() -> "all is as before:\n" + before + network(host), SOON, () -> network(host)
                .equals(before));
        Poll.until(() -> "and that is said: " + run.errors(), SOON, () -> run.errors()
                .contains("is up again"));
        // What a person takes away stays away.
        host.run("ip", "route", "del", "10.20.0.0/16");
        host.run("ip", "address", "add", "10.30.0.1/32", "dev", "lo");
        Poll.holds("the route stays away", Duration.ofSeconds(2), () -> !network(host)
                .contains("10.20.0.0/16"));
    }

    @Test
    void anAutomaticMtuFollowsTheWayToThePeer() throws IOException {
        var host = lab.host("a");
        var other = lab.host("b");
        Pair.connect(lab, host, other, 1500);
        host.run("ip", "route", "add", "default", "via", Pair.OUTER_B4);
        var run = Router.run(host, one("wg0", "10.9.0.1/24", "0.0.0.0/0"));
        assertEquals("1420", mtu(host));
        host.run("ip", "link", "set", "eth0", "mtu", "1400");
        Poll.until(() -> "it is narrower: " + mtu(host) + run.errors(), SOON, () -> mtu(host)
                .equals("1320"));
        host.run("ip", "link", "set", "eth0", "mtu", "1500");
        Poll.until(() -> "it is wider: " + mtu(host) + run.errors(), SOON, () -> mtu(host)
                .equals("1420"));
        // What a person sets stays.
        host.run("ip", "link", "set", "wg0", "mtu", "1300");
        host.run("ip", "link", "set", "eth0", "mtu", "1400");
        Poll.holds("it stays", Duration.ofSeconds(2), () -> mtu(host).equals("1300"));
    }

    @Test
    void aKilledRouterLeavesNothingThatTheNextDoesNotRemove() throws IOException {
        var host = lab.host("a");
        host.run("ip", "rule", "add", "from", "192.0.2.7", "table", "77"); // somebody else's
        var before = network(host);
        var everything = one("wg0", "10.9.0.1/24", "fd09::1/64", "0.0.0.0/0", "::/0");
        for (int life = 0; life < 3; life++) {
            Router.run(host, everything);
            assertEquals(
                    4,
                    host.run("sh", "-c", "ip rule; ip -6 rule")
                            .out()
                            .lines()
                            .filter(l -> l.contains("proto 87"))
                            .count());
            host.signal("KILL", host.processes(" run ").getLast());
            Poll.until(
                    "it is gone",
                    SOON,
                    () -> !host.hasDevice("wg0") && host.processes(" run ").isEmpty());
        }
        assertTrue(network(host).contains("fwmark"), "a killed router cannot remove its rules");
        var run = Router.run(host, everything);
        assertTrue(run.errors().contains("killed"), run::errors);
        host.signal("TERM", host.processes(" run ").getLast());
        assertEquals(0, run.await(SOON).code());
        assertEquals(before, network(host));
        assertEquals("", host.run("find", "/run/wireguard", "-type", "s").out());
        // And one that needs none removes them too.
        Router.run(host, everything);
        host.signal("KILL", host.processes(" run ").getLast());
        Poll.until(
                "it is gone",
                SOON,
                () -> !host.hasDevice("wg0") && host.processes(" run ").isEmpty());
        Router.run(host, one("wg0", "10.9.0.1/24"));
        assertFalse(network(host).contains("fwmark"), () -> network(host));
    }

    /// The administrator has made it, and has put an address and a route of his own on it.
    @Test
    void whatIsOursOnADeviceThatPersistsDoesNotStay() throws IOException {
        var host = lab.host("a");
        host.run("ip", "tuntap", "add", "mode", "tun", "name", "wg0");
        host.run("ip", "link", "set", "wg0", "mtu", "1400", "up");
        host.address("wg0", "10.9.0.200/24", "fd55::5/64");
        host.run("ip", "route", "add", "10.77.0.0/16", "dev", "wg0");
        var before = persistent(host);
        var everything = one("wg0", "10.9.0.1/24", "fd09::1/64", "10.20.0.0/16", "0.0.0.0/0", "::/0");

        var first = Router.run(host, everything);
        assertTrue(persistent(host).contains("10.9.0.1/24") && persistent(host).contains("10.20.0.0/16"));
        assertEquals("1420", mtu(host));
        host.signal("TERM", host.processes(" run ").getLast());
        assertEquals(0, first.await(SOON).code());
        assertEquals(before, persistent(host));
        assertEquals("1400", mtu(host));

        for (int life = 0; life < 2; life++) {
            Router.run(host, everything);
            host.signal("KILL", host.processes(" run ").getLast());
            Poll.until("it is gone", SOON, () -> host.processes(" run ").isEmpty());
        }
        assertTrue(persistent(host).contains("fd09::1/64") && persistent(host).contains("fwmark"), "what was killed");
        var run = Router.run(host, one("wg0", "10.8.0.1/24", "10.30.0.0/16"));
        assertTrue(run.errors().contains("killed"), run::errors);
        assertTrue(run.errors().contains("10.9.0.200/24 too"), run::errors);
        var now = persistent(host);
        for (var gone : List.of("10.9.0.1/24", "fd09::1/64", "10.20.0.0/16", "table 518", "fwmark")) {
            assertFalse(now.contains(gone), () -> gone + " is still there:\n" + now);
        }
        for (var there : List.of("10.8.0.1/24", "10.30.0.0/16", "10.9.0.200/24", "fd55::5/64", "10.77.0.0/16")) {
            assertTrue(now.contains(there), () -> there + " is not there:\n" + now);
        }
        host.signal("TERM", host.processes(" run ").getLast());
        assertEquals(0, run.await(SOON).code());
        assertEquals(before, persistent(host));
    }

    /// What is on wg0, and the rules; without what depends on whether somebody has it open.
    private static String persistent(Host host) {
        return host.run(
                        "sh",
                        "-c",
                        "for f in -4 -6; do ip $f -o address show dev wg0; ip $f rule; ip $f route show table all dev wg0; done")
                .out()
                .replaceAll("( dead| linkdown| tentative)", "")
                .replaceAll(" pref \\w+", "")
                .lines()
                .map(String::strip)
                .filter(line -> !line.contains("fe80") && !line.contains("ff00"))
                .sorted()
                .reduce("", (all, line) -> all + line + "\n");
    }

    @Test
    void anInterfaceThatEndsDoesNotEndTheOthers() throws IOException {
        var host = lab.host("a");
        var run = Router.run(host, one("wg0", "10.9.0.1/24", "0.0.0.0/0") + one("wg1", "10.10.0.1/24"));
        Poll.until("both are there", SOON, () -> run.output().contains("Ctrl-C"));
        host.run("ip", "link", "del", "wg0");
        Poll.until(
                "its socket and its rules are gone",
                SOON,
                () -> !host.exists("/run/wireguard/wg0.sock") && !network(host).contains("fwmark"));
        Poll.holds("the other answers", Duration.ofSeconds(1), () -> new Uapi(host, "wg1").answers() && run.running());
        assertTrue(run.errors().contains("wg0"), run::errors);
        host.run("ip", "link", "del", "wg1");
        assertEquals(1, run.await(SOON).code());
    }

    @Test
    void aNetworkThatIsAnothersIsNamedAndComesWhenItIsFree() throws IOException {
        var host = lab.host("a");
        host.run("ip", "link", "add", "lan", "type", "veth", "peer", "name", "nal");
        host.address("lan", "192.168.1.5/24");
        host.up("lan");
        var run = Router.run(host, one("wg0", "10.9.0.1/24", "10.8.0.0/24", "192.168.1.0/24"));
        assertTrue(run.errors().contains("192.168.1.0/24 of peer b is on lan already"), run::errors);
        assertTrue(host.run("ip", "route", "get", "10.8.0.9").out().contains("wg0"));
        assertTrue(host.run("ip", "route", "get", "192.168.1.9").out().contains("lan"));
        host.run("ip", "link", "del", "lan");
        Poll.until("it leads here", SOON, () -> host.run("ip", "route").out().contains("192.168.1.0/24 dev wg0"));
    }

    /// Addresses, routes of all tables and rules, without what the kernel keeps for itself.
    private static String network(Host host) {
        return host.run(
                        "sh",
                        "-c",
                        "for f in -4 -6; do ip $f -o address show dev wg0 2> /dev/null; ip $f rule; ip $f route show table all; done")
                .out()
                .lines()
                .map(line -> line.replaceAll("^\\d+: wg0", "wg0")
                        .replaceAll(" pref \\w+", "")
                        .strip())
                .filter(line -> !line.contains("fe80") && !line.contains("ff00") && !line.contains("link"))
                .sorted()
                .reduce("", (all, line) -> all + line + "\n");
    }

    private static String mtu(Host host) {
        return host.read("/sys/class/net/wg0/mtu").strip();
    }

    private static String one(String name, String address, String... rest) {
        var addresses = new ArrayList<>(List.of(address));
        var allowed = new ArrayList<>(List.of(rest));
        if (!allowed.isEmpty() && allowed.getFirst().startsWith("fd09")) addresses.add(allowed.removeFirst());
        return """
                warren.interfaces.%s {
                  private-key = "%s"
                  addresses = ["%s"]
                  peers.b { public-key = "%s", endpoint = "198.18.5.2:51821", allowed-ips = ["%s"] }
                }
                """.formatted(
                        name,
                        KEY.privateKey(),
                        String.join("\", \"", addresses),
                        PEER.publicKey(),
                        allowed.isEmpty() ? "10.99.0.1/32" : String.join("\", \"", allowed));
    }
}
