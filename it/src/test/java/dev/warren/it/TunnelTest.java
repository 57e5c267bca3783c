package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.A6;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A tunnel to wireguard-go, in both roles and all families, and what fits through it.
@Tag("netns")
class TunnelTest {
    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @ParameterizedTest(name = "outer {0}, as {1}")
    @CsvSource({"V4,INITIATOR", "V4,RESPONDER", "V6,INITIATOR", "V6,RESPONDER"})
    void bothFamiliesPassOverEitherFamily(Outer outer, Role role) {
        var pair = Pair.ready(lab, outer, role);
        pair.speakFirst(role);
        Ping.all(pair.a, B4, 5, 56);
        Ping.all(pair.a, B6, 5, 56);
        Ping.all(pair.b, A4, 5, 56);
        Ping.all(pair.b, A6, 5, 56);
        // All sizes around the padding block, and a packet of exactly the MTU.
        for (int size : new int[] {0, 1, 3, 4, 15, 16, 1391, 1392}) Ping.all(pair.a, B4, 1, size, "-M", "do");
        // In fragments.
        Ping.all(pair.a, B4, 1, 65000);
        Ping.all(pair.b, A4, 1, 65000);
        Ping.all(pair.a, B6, 1, 65000);
        Ping.all(pair.b, A6, 1, 65000);
    }

    @ParameterizedTest(name = "inner MTU {0}, cable MTU {1}, outer {2}")
    @CsvSource({
        "1280,1500,V4",
        "1280,1500,V6",
        "1420,1500,V6",
        "1500,1500,V4",
        "1500,1500,V6",
        "9000,9100,V4",
        "9000,9100,V6"
    })
    void wholePacketsOfAnyMtuPass(int mtu, int cable, Outer outer) {
        var pair = Pair.unconfigured(lab, cable);
        pair.introduce(outer, Role.INITIATOR, null);
        pair.a.run("ip", "link", "set", "wg0", "mtu", "" + mtu);
        pair.b.run("ip", "link", "set", "wg0", "mtu", "" + mtu);
        pair.up();
        for (int size : new int[] {56, mtu - 29, mtu - 28}) {
            Ping.all(pair.a, B4, 2, size, "-M", "do");
            Ping.all(pair.b, A4, 2, size, "-M", "do");
            Ping.all(pair.a, B6, 2, size - 20, "-M", "do");
            Ping.all(pair.b, A6, 2, size - 20, "-M", "do");
        }
        Ping.all(pair.a, B4, 1, 65000);
        Ping.all(pair.b, A6, 1, 65000);
    }

    @Test
    void paddingNeverMakesAPacketTooLongForTheCable() {
        var pair = Pair.ready(lab, Outer.V6, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        // 1416 bytes would be padded to 1424; with 80 bytes around them they would not fit in 1500.
        long before = packets(pair);
        Ping.all(pair.a, B4, 10, 1416 - 28);
        long sent = packets(pair) - before;
        assertTrue(sent >= 10 && sent < 15, () -> sent + " packets on the cable for 10 pings");
    }

    private static long packets(Pair pair) {
        return Long.parseLong(
                pair.a.read("/sys/class/net/eth0/statistics/tx_packets").strip());
    }

    @Test
    void theMtuMayChangeWhileItRuns() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        assertEquals("1420", pair.a.read("/sys/class/net/wg0/mtu").strip());
        for (int mtu : new int[] {1300, 68, 1280, 576, 65535, 1420}) {
            pair.a.run("ip", "link", "set", "wg0", "mtu", "" + mtu);
            Ping.all(pair.a, B4, 2, 16);
        }
        Ping.all(pair.a, B4, 2, 1392, "-M", "do");
        Ping.all(pair.b, A4, 2, 1392, "-M", "do");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aPresharedKeyMustBeTheSameOnBothSides(Role role) {
        var pair = Pair.unconfigured(lab);
        var psk = Keys.random();
        pair.introduce(Outer.V4, role, psk);
        var wrong = pair.other.wg().file(Keys.random() + "\n").toString();
        pair.other.wg().set("peer", pair.keyA.publicKey(), "preshared-key", wrong);
        pair.up();
        var first = role == Role.INITIATOR ? pair.a : pair.b;
        assertFalse(Ping.answered(first, role == Role.INITIATOR ? B4 : A4), "answered with different preshared keys");
        assertEquals(0, pair.warren.wg().onlyPeer().latestHandshake());

        var right = pair.other.wg().file(psk + "\n").toString();
        pair.other.wg().set("peer", pair.keyA.publicKey(), "preshared-key", right);
        // The next attempt comes 5 s after the first.
        Ping.untilAnswered(first, role == Role.INITIATOR ? B4 : A4, Duration.ofSeconds(8));
        Ping.once(pair.b, A4);
        assertEquals(psk, pair.warren.wg().onlyPeer().presharedKey());
    }

    @Test
    void persistentKeepaliveSpeaksFirstAndThenEverySecond() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.warren.wg().set("peer", pair.keyB.publicKey(), "persistent-keepalive", "1");
        Poll.until("the keepalive made a handshake", Duration.ofSeconds(3), () -> handshakes(pair) > 0);
        long before = pair.other.wg().onlyPeer().received();
        var took = Poll.until(
                "three keepalives arrived",
                Duration.ofSeconds(6),
                () -> pair.other.wg().onlyPeer().received() >= before + 3 * 32);
        assertTrue(took.toMillis() > 1800, "three keepalives in only " + took);
        Ping.once(pair.b, A4);
        pair.warren.wg().set("peer", pair.keyB.publicKey(), "persistent-keepalive", "off");
        assertEquals("off", pair.warren.wg().onlyPeer().keepalive());
    }

    @Test
    void packetsBeforeTheHandshakeAreKeptAndThenDelivered() {
        var pair = Pair.unconfigured(lab);
        pair.introduce(Outer.V4, Role.INITIATOR, null);
        Pair.up(pair.b, B4, B6);
        Pair.upAtOnce(pair.a, A4, A6);
        // The very first packets, sent faster than the handshake is done; perhaps before our router has heard from the
        // kernel that its link is up.
        Ping.all(pair.a, B4, 10, 1000, "-l", "10");
    }

    private static long handshakes(Pair pair) {
        return pair.warren.wg().onlyPeer().latestHandshake();
    }
}
