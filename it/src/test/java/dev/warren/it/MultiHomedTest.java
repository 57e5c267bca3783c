package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A host with two uplinks, each with a routing table of its own for what leaves from its address. The peer is reached
/// through the first by default, and writes to the address of the second.
@Tag("netns")
class MultiHomedTest {
    /// Longer than it takes until a change of routes is looked at.
    private static final Duration A_WHILE = Duration.ofMillis(600);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @ParameterizedTest
    @EnumSource(Pair.Outer.class)
    @OnlyWarren("wireguard-go goes on using the address that is gone")
    void theAnswerLeavesFromTheAddressThatWasWrittenTo(Pair.Outer outer) {
        boolean v4 = outer == Pair.Outer.V4;
        var family = v4 ? "-4" : "-6";
        var gateway1 = v4 ? "192.168.7.2" : "fd07::2";
        var first = v4 ? "192.168.7.1" : "fd07::1";
        var second = v4 ? "192.168.8.1" : "fd08::1";
        var gateway2 = v4 ? "192.168.8.2" : "fd08::2";
        var peer = v4 ? "192.168.100.2" : "fd64::2";
        int bits = v4 ? 32 : 128;
        int net = v4 ? 24 : 64;

        var pair = Pair.unconfigured(lab);
        lab.cable(pair.a, "eth1", pair.b, "eth1");
        pair.a.address("eth1", second + "/" + net);
        pair.b.address("eth1", gateway2 + "/" + net);
        pair.b.address("lo", peer + "/" + bits);
        pair.a.run("ip", family, "route", "add", peer, "via", gateway1);
        pair.a.run("ip", family, "route", "add", "default", "via", gateway2, "dev", "eth1", "table", "8");
        pair.a.run("ip", family, "rule", "add", "from", second, "lookup", "8");
        for (var address : new String[] {first, second}) {
            var device = address.equals(first) ? "eth0" : "eth1";
            pair.b.run("ip", family, "route", "add", address + "/" + bits, "dev", device, "src", peer);
        }
        Pair.introduceTo(pair.warren, pair.keyB, B4, B6, null, null);
        var written = v4 ? second + ":51820" : "[" + second + "]:51820";
        Pair.introduceTo(pair.other, pair.keyA, A4, Pair.A6, written, null);
        pair.up();

        Ping.once(pair.b, A4);
        assertEquals(written, seen(pair));
        Ping.once(pair.a, B4);
        assertEquals(written, seen(pair));

        // Routes that lead elsewhere come and go; nothing is heard from the peer meanwhile.
        for (int i = 0; i < 3; i++) {
            var elsewhere = v4 ? "203.0.113." + 16 * i + "/28" : "2001:db8:" + i + "::/48";
            pair.a.run("ip", family, "route", "add", elsewhere, "via", gateway1);
            Poll.holds("the peer hears nothing", A_WHILE, () -> seen(pair).equals(written));
            Ping.once(pair.a, B4);
            assertEquals(written, seen(pair), "sent from another address");
            pair.a.run("ip", family, "route", "del", elsewhere, "via", gateway1);
        }

        pair.a.run("ip", family, "address", "del", second + "/" + net, "dev", "eth1");
        Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(5));
        assertEquals(v4 ? first + ":51820" : "[" + first + "]:51820", seen(pair), "no way back");
        Ping.once(pair.b, A4);
    }

    /// Where the peer heard us last.
    private static String seen(Pair pair) {
        return pair.other.wg().onlyPeer().endpoint();
    }
}
