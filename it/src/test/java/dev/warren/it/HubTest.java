package dev.warren.it;

import static dev.warren.it.Router.Maker.UNDER_TEST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.warren.it.Pair.Outer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A hub whose kernel forwards between peers of one interface. A TUN would tell the peers of a shorter way, which they
/// do not have; the kernel's WireGuard device does not.
@Tag("netns")
class HubTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    @OnlyWarren("wireguard-go leaves the interface as the kernel makes a TUN")
    void noRedirectsAndNoLinkLocalAddress() {
        var hub = lab.host("hub");
        var b = lab.host("b");
        Pair.connect(lab, hub, b, 1500);
        for (var each : List.of("all", "default")) {
            hub.sysctl("net.ipv4.conf." + each + ".send_redirects", "1");
            hub.sysctl("net.ipv6.conf." + each + ".forwarding", "1");
        }
        hub.sysctl("net.ipv4.ip_forward", "1");
        hub.sysctl("net.ipv4.icmp_ratelimit", "0");

        var keys = Keys.generate();
        var keysB = Keys.generate();
        Pair.serve(b, keysB, keys);
        var all = "10.9.0.0/24,fd09::/64";
        new Wg(b, "wg0").set("peer", keys.publicKey(), "allowed-ips", all);
        var router = Router.start(hub, UNDER_TEST, "wg0");
        var wg = router.wg();
        wg.set("private-key", wg.file(keys.privateKey() + "\n").toString(), "listen-port", "" + Pair.PORT_A);
        Pair.introduceTo(router, keysB, Pair.B4, Pair.B6, Pair.endpointB(Outer.V4), null);
        wg.set("peer", Keys.generate().publicKey(), "allowed-ips", "10.9.0.3/32,fd09::3/128");
        Pair.up(hub, Pair.A4, Pair.A6);
        assertFalse(addresses(hub).contains("fe80:"), () -> addresses(hub));
        Ping.untilAnswered(hub, Pair.B4, LIMIT);
        Ping.untilAnswered(b, Pair.A6, LIMIT);

        // Each of these leaves the hub by the interface it came in by.
        for (var target : List.of("10.9.0.3", "fd09::3")) {
            b.attempt("ping", "-n", "-c", "5", "-i", "0.2", "-W", "1", target);
        }
        Poll.until(() -> counters(hub), LIMIT, () -> counter(hub, "IpForwDatagrams") >= 5);
        Poll.until(() -> counters(hub), LIMIT, () -> counter(hub, "Ip6OutForwDatagrams") >= 5);
        assertEquals(0, counter(hub, "IcmpOutRedirects"), () -> counters(hub));
        assertEquals(0, counter(hub, "Icmp6OutRedirects"), () -> counters(hub));

        // The kernel makes its settings anew in each namespace.
        hub.run("ip", "netns", "add", "away");
        hub.run("ip", "link", "set", "wg0", "netns", "away");
        hub.run("ip", "netns", "exec", "away", "ip", "link", "set", "wg0", "netns", "1");
        Poll.until(() -> settings(hub), LIMIT, () -> settings(hub).equals("0 1"));
        hub.up("wg0");
        assertFalse(addresses(hub).contains("fe80:"), () -> addresses(hub));
    }

    private static String settings(Host host) {
        return host.run(
                        "sh",
                        "-c",
                        "echo $(sysctl -n net.ipv4.conf.wg0.send_redirects net.ipv6.conf.wg0.addr_gen_mode)")
                .out()
                .strip();
    }

    private static String addresses(Host host) {
        return host.run("ip", "-6", "address", "show", "dev", "wg0").out();
    }

    private static String counters(Host host) {
        return host.run("nstat", "-asz").out();
    }

    private static long counter(Host host, String name) {
        return counters(host)
                .lines()
                .map(line -> line.split("\\s+"))
                .filter(fields -> fields[0].equals(name))
                .mapToLong(fields -> Long.parseLong(fields[1]))
                .findFirst()
                .orElseThrow();
    }
}
