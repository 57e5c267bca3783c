package dev.warren.it;

import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// iperf3 through the tunnel, both ways, all four family combinations. No stall, and no loss at modest rates.
@Tag("netns")
class TransferTest {
    /// Far below what any machine does; a stall of half a second shows all the same.
    private static final double FLOOR = 5e6;

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @ParameterizedTest(name = "outer {0}, as {1}")
    @CsvSource({"V4,INITIATOR", "V6,RESPONDER"})
    void tcpFlowsAndModestUdpLosesNothing(Outer outer, Role role) {
        var pair = Pair.ready(lab, outer, role);
        pair.speakFirst(role);
        for (var inner : new String[] {B4, B6}) {
            for (boolean reverse : new boolean[] {false, true}) {
                var what = "outer " + outer + " inner " + inner + (reverse ? " b->a" : " a->b");
                var tcp = Iperf.tcp(pair.a, pair.b, inner, 1, reverse);
                System.out.println(what + " tcp " + tcp);
                assertTrue(tcp.bitsPerSecond() > FLOOR, () -> what + " is too slow: " + tcp);
                assertTrue(tcp.slowestInterval() > 0, () -> what + " stalled: " + tcp);
                var udp = Iperf.udp(pair.a, pair.b, inner, 1, reverse, "20M", 1200);
                System.out.println(what + " udp " + udp);
                assertEquals(0, missing(udp, pair), () -> what + " lost UDP datagrams: " + udp + "; " + losses(pair));
                assertTrue(udp.packets() > 1000, () -> what + " sent too little: " + udp);
            }
        }
    }

    @ParameterizedTest(name = "datagrams of {0} bytes")
    @CsvSource({"64,2M", "1372,30M", "8000,20M"})
    void udpOfEverySizePasses(int size, String rate) {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        for (boolean reverse : new boolean[] {false, true}) {
            var udp = Iperf.udp(pair.a, pair.b, B4, 1, reverse, rate, size);
            System.out.println("udp of " + size + (reverse ? " b->a " : " a->b ") + udp);
            assertEquals(0, missing(udp, pair), () -> "lost UDP datagrams: " + udp + "; " + losses(pair));
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void manyStreamsAndSmallMtuStillFlow(boolean reverse) { // no offload on the cable, small path MTU
        var pair = Pair.unconfigured(lab, 1360);
        Stream.of(pair.a, pair.b).forEach(h -> h.attempt("ethtool", "-K", "eth0", "tx", "off", "gso", "off"));
        pair.introduce(Outer.V4, Role.INITIATOR, null);
        pair.up();
        var tcp = Iperf.tcp(pair.a, pair.b, B4, 2, reverse);
        System.out.println("cable MTU 1360 " + tcp);
        assertTrue(tcp.bitsPerSecond() > FLOOR, () -> "too slow: " + tcp);
    }

    /// What is lost, less what the small socket buffers at wireguard-go's host could not hold.
    private static long missing(Iperf udp, Pair pair) {
        return Math.max(0, udp.lost() - pair.b.fullSockets());
    }

    private static String losses(Pair pair) {
        return pair.a.losses() + "; " + pair.b.losses();
    }
}
