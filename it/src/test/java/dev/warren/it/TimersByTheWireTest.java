package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.OUTER_B4;
import static dev.warren.it.Pair.PORT_B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import dev.warren.it.Relay.Datagram;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The protocol's timers in real time, seen from the cable. These wait for minutes and use no time of the processor, so
/// they run side by side and beside all other classes, two minutes and a half in all.
@Tag("netns")
@Execution(ExecutionMode.CONCURRENT)
class TimersByTheWireTest {
    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @ParameterizedTest(name = "as {0}")
    @EnumSource(Role.class)
    void aRekeyUnderTrafficLosesNothing(Role role) {
        var pair = Pair.ready(lab, Outer.V4, role);
        pair.speakFirst(role);
        long first = pair.warren.wg().onlyPeer().latestHandshake();
        // Steady two-way traffic over the rekey at 120 s, and a slow TCP stream that would show a stall.
        var first4 = role == Role.INITIATOR ? pair.a : pair.b;
        var pings = first4.spawn(
                "ping", "-n", "-q", "-i", "0.05", "-c", "2520", "-W", "2", role == Role.INITIATOR ? B4 : A4);
        var tcp = first4 == pair.a
                ? Iperf.tcpAtRate(pair.a, pair.b, B4, 126, "2M")
                : Iperf.tcpAtRate(pair.b, pair.a, A4, 126, "2M");
        System.out.println("126 s as " + role + ": " + tcp);
        var summary = pings.await(Duration.ofSeconds(20)).out();
        System.out.println(summary);
        assertTrue(summary.contains(" 2520 received"), summary);
        assertTrue(tcp.slowestInterval() > 0.5e6, () -> "the stream stalled: " + tcp);
        long last = pair.warren.wg().onlyPeer().latestHandshake();
        assertTrue(last - first >= 119 && last - first <= 126, () -> "rekey after " + (last - first) + " s");
        assertTrue(Math.abs(last - pair.other.wg().onlyPeer().latestHandshake()) <= 1, "the two sides disagree");
    }

    @Test
    void anUnansweredInitiationIsRepeatedEveryFiveSecondsThenGivenUp() throws IOException {
        var pair = Pair.unconfigured(lab);
        var silent = pair.b.udp(OUTER_B4, 40000);
        silent.configureBlocking(false);
        Pair.introduceTo(pair.warren, pair.keyB, B4, Pair.B6, OUTER_B4 + ":40000", null);
        pair.up();
        // More packets while the handshake is in flight must not make more initiations.
        var pings = pair.a.spawn("ping", "-n", "-q", "-i", "0.2", "-w", "4", B4);
        var times = new ArrayList<Long>();
        var indices = new java.util.HashSet<Integer>();
        var buffer = ByteBuffer.allocate(2000).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        long start = System.nanoTime();
        Poll.holds("only initiations come, one at a time", Duration.ofSeconds(113), () -> {
            if (!received(silent, buffer)) return true;
            times.add(System.nanoTime());
            indices.add(buffer.getInt(4));
            return buffer.limit() == 148
                    && buffer.getInt(0) == 1
                    && buffer.getLong(132) == 0
                    && buffer.getLong(140) == 0;
        });
        assertTrue(!pings.running());
        for (int i = 1; i < times.size(); i++) {
            double gap = (times.get(i) - times.get(i - 1)) / 1e9;
            // 5 s and up to a third; and some for a machine with other things to do.
            assertTrue(gap > 4.98 && gap < 5.6, () -> "the gap was " + gap + " s; all: " + seconds(times, start));
        }
        assertTrue(
                times.size() >= 19 && times.size() <= 20,
                () -> times.size() + " initiations: " + seconds(times, start));
        assertEquals(times.size(), indices.size(), "a sender index was used twice");
        long last = (times.getLast() - start) / 1_000_000;
        assertTrue(last < 104_000, () -> "the last came after " + last + " ms");
        // A new packet begins anew.
        Ping.run(pair.a, B4, 1, 56, "-W", "0.2");
        Poll.until("a new packet makes a new initiation", Duration.ofSeconds(1), () -> received(silent, buffer));
    }

    @Test
    void aPacketThatGetsNoAnswerIsConfirmedAfterTenSecondsAndThenThereIsSilence() throws IOException {
        var pair = Pair.unconfigured(lab);
        try (var relay = between(pair)) {
            Ping.once(pair.a, B4);
            long handshakes = relay.count(Datagram::initiation);
            // One datagram from b that nobody on a answers: a port that is open and deaf.
            var deaf = pair.a.udp(A4, 9999);
            long start = System.nanoTime();
            try (var speaker = pair.b.udp(B4, 0)) {
                speaker.send(ByteBuffer.allocate(100), new InetSocketAddress(A4, 9999));
            }
            Predicate<Datagram> ours = d -> d.fromClient() && d.keepalive() && d.nanos() > start;
            Poll.until("a keepalive answers", Duration.ofSeconds(14), () -> relay.count(ours) > 0);
            var keepalive = relay.seen().stream().filter(ours).findFirst().orElseThrow();
            double after = (keepalive.nanos() - start) / 1e9;
            assertTrue(after > 9.7 && after < 10.7, () -> "keepalive after " + after + " s");
            long seen = relay.seen().size();
            Poll.holds(
                    "both are silent",
                    Duration.ofSeconds(22),
                    () -> relay.seen().size() == seen);
            assertEquals(handshakes, relay.count(Datagram::initiation), "a handshake nobody needed");
            deaf.close();
        }
    }

    @Test
    void silenceOfFifteenSecondsAfterOurPacketMakesANewHandshake() throws IOException {
        var pair = Pair.unconfigured(lab);
        try (var relay = between(pair)) {
            Ping.once(pair.a, B4);
            Predicate<Datagram> initiation = d -> d.fromClient() && d.initiation();
            long before = relay.count(initiation);
            relay.drop(d -> !d.fromClient());
            long start = System.nanoTime();
            Ping.run(pair.a, B4, 1, 56, "-W", "0.2");
            Poll.until("a new handshake began", Duration.ofSeconds(18), () -> relay.count(initiation) > before);
            double after = (System.nanoTime() - start) / 1e9;
            assertTrue(after > 14.8 && after < 16, () -> "new handshake after " + after + " s");
            relay.drop(_ -> false);
            Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(7));
        }
    }

    @Test
    void persistentKeepalivesComeAtTheirInterval() throws IOException {
        var pair = Pair.unconfigured(lab);
        try (var relay = between(pair)) {
            pair.warren.wg().set("peer", pair.keyB.publicKey(), "persistent-keepalive", "3");
            Predicate<Datagram> keepalive = d -> d.fromClient() && d.keepalive();
            Poll.until("five keepalives", Duration.ofSeconds(20), () -> relay.count(keepalive) >= 5);
            var times =
                    relay.seen().stream().filter(keepalive).map(Datagram::nanos).toList();
            // The first is the confirmation of the handshake.
            for (int i = 2; i < 5; i++) {
                double gap = (times.get(i) - times.get(i - 1)) / 1e9;
                assertTrue(gap > 2.9 && gap < 3.4, () -> "keepalives " + gap + " s apart");
            }
            // With traffic that passes both ways none are needed.
            long before = relay.count(keepalive);
            var pings =
                    pair.a.attempt(Duration.ofSeconds(30), Map.of(), "ping", "-n", "-q", "-i", "0.5", "-w", "8", B4);
            assertTrue(pings.ok(), pings::toString);
            assertTrue(relay.count(keepalive) <= before + 1, "keepalives although there is traffic");
        }
    }

    /// The other side is reached through a relay, on the other side's own host.
    private static Relay between(Pair pair) {
        var relay = new Relay(pair.b, OUTER_B4, new InetSocketAddress(OUTER_B4, PORT_B));
        var endpoint = OUTER_B4 + ":" + relay.address().getPort();
        Pair.introduceTo(pair.warren, pair.keyB, B4, Pair.B6, endpoint, null);
        Pair.introduceTo(pair.other, pair.keyA, A4, Pair.A6, null, null);
        pair.quietUp();
        return relay;
    }

    private static boolean received(java.nio.channels.DatagramChannel channel, ByteBuffer buffer) {
        try {
            if (channel.receive(buffer.clear()) == null) return false;
            buffer.flip();
            return true;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String seconds(Iterable<Long> times, long start) {
        var text = new StringBuilder();
        for (long t : times) text.append(String.format("%.3f ", (t - start) / 1e9));
        return text.toString();
    }
}
