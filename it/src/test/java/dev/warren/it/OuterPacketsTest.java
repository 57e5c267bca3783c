package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.A6;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static dev.warren.it.Pair.PORT_A;
import static dev.warren.it.Pair.PORT_B;
import static dev.warren.it.Router.Maker.UNDER_TEST;
import static dev.warren.it.Router.Maker.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// How the packets around the tunnel's look to routers on the way: traffic class (RFC 2474, 6040), DF, and
/// what becomes of them where a hop is narrow. Host a runs the router under test, r is a router of the
/// provider, b is at the other end.
@Tag("netns")
@OnlyWarren("wireguard-go marks nothing")
@SuppressWarnings("NullAway.Init") // the fields are set by tunnel, which every test begins with
class OuterPacketsTest {
    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private Host a;
    private Host r;
    private Host b;
    private Router router;

    private void tunnel(Outer outer, int narrow, Router.Maker other) {
        a = lab.host("a");
        r = lab.host("r");
        b = lab.host("b");
        lab.cable(a, "eth0", r, "eth0");
        lab.cable(b, "eth0", r, "eth1", narrow);
        a.address("eth0", "192.168.7.1/24", "fd07::1/64");
        r.address("eth0", "192.168.7.254/24", "fd07::fe/64");
        r.address("eth1", "192.168.8.254/24", "fd17::fe/64");
        b.address("eth0", "192.168.8.1/24", "fd17::1/64");
        r.sysctl("net.ipv4.ip_forward", "1");
        r.sysctl("net.ipv6.conf.all.forwarding", "1");
        for (var host : new Host[] {a, b}) {
            host.run("ip", "route", "add", "default", "via", host == a ? "192.168.7.254" : "192.168.8.254");
            host.run("ip", "route", "add", "default", "via", host == a ? "fd07::fe" : "fd17::fe");
        }
        var keyA = Keys.generate();
        var keyB = Keys.generate();
        router = Router.start(a, UNDER_TEST, "wg0");
        var server = Router.start(b, other, "wg0");
        identity(router, keyA, PORT_A);
        identity(server, keyB, PORT_B);
        var there = outer == Outer.V4 ? "192.168.8.1:" + PORT_B : "[fd17::1]:" + PORT_B;
        Pair.introduceTo(router, keyB, B4, B6, there, null);
        Pair.introduceTo(server, keyA, A4, A6, null, null);
        Pair.up(b, B4, B6);
        Pair.up(a, A4, A6);
    }

    private static void identity(Router router, Keys keys, int port) {
        router.wg()
                .set("private-key", router.wg().file(keys.privateKey() + "\n").toString(), "listen-port", "" + port);
    }

    private Program capture(Host host, String device, String... filter) {
        var command = new java.util.ArrayList<>(java.util.List.of("tcpdump", "-l", "-n", "-v", "-i", device));
        command.addAll(java.util.List.of(filter));
        var dump = host.spawn(command.toArray(String[]::new));
        Poll.until(
                "tcpdump listens", Duration.ofSeconds(10), () -> dump.errors().contains("listening on"));
        return dump;
    }

    /// Datagrams with this traffic class in what tcpdump said; a train of segments is one.
    private static long seen(Program dump, Outer outer, int trafficClass, String rest) {
        var mark = outer == Outer.V4 ? "(tos 0x%x,".formatted(trafficClass) : "(class 0x%02x,".formatted(trafficClass);
        return dump.output()
                .replaceAll("\n +", " ") // the second line of a packet
                .lines()
                .filter(line -> line.contains(mark) && line.contains(rest))
                .count();
    }

    @ParameterizedTest
    @EnumSource(Outer.class)
    void handshakesAreMarkedAndDataHasTheEcnFieldOfThePacketInside(Outer outer) {
        tunnel(outer, 1500, UNDER_TEST);
        var dump = capture(r, "eth0", "udp");
        Ping.all(a, B4, 3, 56);
        Ping.all(a, B4, 3, 120, "-Q", "0xba"); // EF, ECT(0); 148 bytes
        Ping.all(a, B6, 3, 248, "-Q", "0x01"); // ECT(1); 296 bytes
        Poll.until(dump::output, Duration.ofSeconds(10), () -> seen(dump, outer, 1, "UDP, length 336") >= 3);
        assertEquals(1, seen(dump, outer, 0x88, "UDP, length 148"), dump::output);
        assertEquals(1, seen(dump, outer, 0x88, "UDP, length 92"), dump::output);
        assertTrue(seen(dump, outer, 2, "UDP, length 192") >= 3, dump::output);
        assertEquals(0, seen(dump, outer, 0xba, ""), dump::output);
    }

    @ParameterizedTest
    @EnumSource(Outer.class)
    void congestionOnTheWayReachesThePacketInsideOrDropsIt(Outer outer) {
        tunnel(outer, 1500, UNDER_TEST);
        Ping.untilAnswered(a, B4, Duration.ofSeconds(10));
        r.run(
                "nft",
                "add table inet m; add chain inet m f { type filter hook forward priority -150; };"
                        + " add rule inet m f udp dport %d %s ecn set ce"
                                .formatted(PORT_B, outer == Outer.V4 ? "ip" : "ip6"));
        var dump = capture(b, "wg0", "icmp or icmp6");
        Ping.all(a, B4, 3, 56, "-Q", "0x2");
        Ping.all(a, B6, 3, 56, "-Q", "0xb9"); // EF, ECT(1)
        Poll.until(
                dump::output,
                Duration.ofSeconds(10),
                () -> dump.output().contains("tos 0x3,") && dump.output().contains("class 0xbb,"));
        assertEquals(3, seen(dump, Outer.V4, 3, "echo request"), dump::output);
        assertTrue(!Ping.answered(a, B4), "a sender that cannot hear of congestion is not stopped");
        assertTrue(b.run("sh", "-c", Router.underTest() + " stats wg0")
                .out()
                .matches("(?s).*congestion-not-ect\\s+[1-9].*"));
    }

    /// IPv6 routers never fragment, so without their ICMP only what fits gets through there, with any sender.
    @ParameterizedTest
    @CsvSource({"V4,true", "V4,false", "V6,true"})
    void largePacketsGetThroughWhereAHopIsNarrow(Outer outer, boolean icmp) {
        tunnel(outer, 1320, WIREGUARD_GO);
        if (!icmp) {
            r.run(
                    "nft",
                    "add table ip m; add chain ip m o { type filter hook output priority 0; };"
                            + " add rule ip m o ip protocol icmp drop");
        }
        Ping.untilAnswered(a, B4, Duration.ofSeconds(10));
        for (int size : new int[] {1000, 1200, 1240, 1300, 1392}) {
            // The first may be what a router's ICMP answers.
            Poll.until(
                    size + " bytes",
                    Duration.ofSeconds(10),
                    () -> Ping.run(a, B4, 1, size).received() == 1);
            Ping.all(a, B4, 3, size);
        }
        // Trains of segments, and one alone at the end.
        assertTrue(Iperf.tcp(a, b, B4, 2, false).bitsPerSecond() > 5e6);
    }

    @Test
    void routersMayFragment() {
        tunnel(Outer.V4, 1500, WIREGUARD_GO);
        var dump = capture(r, "eth0", "udp", "and", "src", "192.168.7.1");
        Ping.all(a, B4, 3, 1200);
        Poll.until(dump::output, Duration.ofSeconds(10), () -> seen(dump, Outer.V4, 0, "flags [none]") > 0);
        assertTrue(!dump.output().contains("flags [DF]"), dump::output);
    }
}
