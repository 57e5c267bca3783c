package dev.warren.crypto.peer;

import static dev.warren.crypto.Protocol.MILLISECOND;
import static dev.warren.crypto.peer.TwoPeers.packet;
import static dev.warren.crypto.peer.TwoPeers.seconds;
import static dev.warren.crypto.peer.Wire.Kind.INITIATION;
import static dev.warren.crypto.peer.Wire.Kind.KEEPALIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerTimeTest {
    @Test
    void initiatorRekeysAfter120SecondsOnSending() {
        try (var net = TwoPeers.connected(1)) {
            net.advance(seconds(118.9));
            net.a().send(packet(1));
            net.advance(seconds(0.05));
            assertEquals(1, net.wire().count(INITIATION));
            net.advance(seconds(0.2));
            net.a().send(packet(2));
            net.advance(seconds(0.1));
            assertEquals(2, net.wire().count(INITIATION));
            assertEquals(3, net.b().delivered.size());
        }
    }

    @Test
    void responderDoesNotRekeyOnSending() {
        try (var net = TwoPeers.connected(2)) {
            net.advance(seconds(150));
            net.b().send(packet(1));
            net.advance(seconds(0.1));
            assertEquals(1, net.wire().count(INITIATION));
            assertEquals(1, net.a().delivered.size());
        }
    }

    @Test
    void initiatorRekeysOnceAfter165SecondsOnReceiving() {
        try (var net = TwoPeers.connected(3)) {
            net.link().drop(s -> s.kind() == Wire.Kind.RESPONSE);
            net.advance(seconds(163));
            net.b().send(packet(1));
            net.advance(seconds(0.1));
            assertEquals(1, net.wire().count(INITIATION));
            net.advance(seconds(2));
            net.b().send(packet(2), packet(3));
            net.advance(seconds(0.1));
            assertEquals(2, net.wire().count(INITIATION));
            assertEquals("a", net.wire().last(INITIATION).from());
            net.b().send(packet(4));
            net.advance(seconds(0.1));
            assertEquals(2, net.wire().count(INITIATION));
        }
    }

    @Test
    void anAlmostExpiredSessionIsRekeyedAndNothingIsLost() {
        for (boolean byInitiator : new boolean[] {true, false}) {
            try (var net = TwoPeers.connected(21)) {
                net.link().dataDelay(seconds(3));
                var from = byInitiator ? net.a() : net.b();
                var to = net.other(from);
                int before = to.delivered.size();
                net.advance(seconds(177));
                from.send(packet(1));
                assertEquals(1, from.peer.stagedPackets());
                net.advance(seconds(4));
                assertEquals(before + 1, to.delivered.size());
                assertEquals(2, net.wire().count(INITIATION));
            }
        }
    }

    @Test
    void noPacketIsLostWheneverItIsSentInTheLifeOfASession() {
        for (double at = 100; at < 200; at += 1.37) {
            for (boolean byInitiator : new boolean[] {true, false}) {
                try (var net = TwoPeers.connected(21)) {
                    net.link().dataDelay(seconds(3));
                    var from = byInitiator ? net.a() : net.b();
                    int before = net.other(from).delivered.size();
                    net.advance(seconds(at));
                    from.send(packet(1));
                    net.advance(seconds(5));
                    assertEquals(before + 1, net.other(from).delivered.size(), "at " + at + " s");
                }
            }
        }
    }

    @Test
    void afterASuspendOf10MinutesTheFirstPacketBeginsAHandshake() {
        for (boolean byInitiator : new boolean[] {true, false}) {
            try (var net = TwoPeers.connected(30)) {
                var from = byInitiator ? net.a() : net.b();
                int before = net.other(from).delivered.size();
                net.jump(seconds(600));
                from.send(packet(1));
                assertEquals(2, net.wire().count(INITIATION));
                net.advance(seconds(0.1));
                assertEquals(before + 1, net.other(from).delivered.size());
            }
        }
    }

    @Test
    void afterASuspendPersistentKeepaliveBringsTheSessionBack() {
        try (var net = TwoPeers.connected(30)) {
            net.a().peer.persistentKeepalive(25, net.now());
            net.advance(seconds(30));
            net.jump(seconds(600));
            net.a().settle();
            assertEquals(net.now(), net.wire().last(INITIATION).at(), "within one tick");
            net.advance(seconds(0.1));
            net.b().send(packet(1));
            net.advance(seconds(0.1));
            assertEquals(1, net.a().delivered.size());
        }
    }

    @Test
    void aHandshakeUnderWaySurvivesTheWipingOfOldKeys() {
        try (var net = TwoPeers.connected(30)) {
            net.link().delay(100 * MILLISECOND, 0);
            net.advance(seconds(538.93));
            net.a().send(packet(1)); // 540 s after the session, between initiation and response, old keys go
            net.advance(seconds(1));
            assertEquals(2, net.b().delivered.size());
            assertEquals(1, net.a().events(PeerEvent.KeysZeroed.class).size());
        }
    }

    @Test
    void aClockThatGoesBackDoesNoHarm() {
        try (var net = TwoPeers.connected(31)) {
            net.advance(seconds(30));
            for (int i = 0; i < 5; i++) {
                net.jump(-seconds(5));
                net.a().send(packet(i));
                net.b().send(packet(i));
                net.a().peer.forceHandshake(net.now());
                net.advance(seconds(2));
            }
            net.advance(seconds(10));
            net.a().send(packet(9));
            net.advance(seconds(1));
            assertEquals(7, net.b().delivered.size());
            assertEquals(5, net.a().delivered.size());
        }
    }

    @Test
    void anyTimesWhatsoeverAreNoException() {
        for (long seed = 0; seed < 6; seed++) {
            var random = new Random(seed);
            try (var net = TwoPeers.seeded(seed)) {
                net.a().peer.persistentKeepalive(1 + random.nextInt(100), 0);
                for (int i = 0; i < 100; i++) {
                    net.jump(Math.max(-net.now(), random.nextLong(-seconds(20), seconds(200))));
                    (random.nextBoolean() ? net.a() : net.b()).send(packet(i));
                    net.advance(random.nextLong(seconds(2)));
                    assertTrue(net.a().peer.nextDeadline() >= 0 && net.b().peer.nextDeadline() >= 0, "seed " + seed);
                }
            }
        }
    }

    @Test
    void idlePeersAreSilent() {
        try (var net = TwoPeers.connected(32)) {
            net.a().send(packet(1));
            net.b().send(packet(2));
            net.advance(seconds(30));
            long before = net.wire().count(KEEPALIVE);
            assertTrue(before <= 2, before + " keepalives after one exchange");
            net.advance(seconds(600));
            assertEquals(before, net.wire().count(KEEPALIVE));
            assertEquals(1, net.wire().count(INITIATION));
        }
    }

    @Test
    void onePacketReceivedGivesAKeepaliveAfter10Seconds() {
        try (var net = TwoPeers.connected(33)) {
            net.advance(seconds(60));
            long already = net.wire().count(KEEPALIVE);
            long start = net.now();
            net.a().send(packet(1));
            net.advance(seconds(30));
            assertEquals(already + 1, net.wire().count(KEEPALIVE));
            var keepalive = net.wire().last(KEEPALIVE);
            assertEquals("b", keepalive.from());
            assertEquals(start + seconds(10) + 5 * MILLISECOND, keepalive.at());
            assertEquals(1, net.wire().count(INITIATION), "the keepalive told a that all is well");
        }
    }

    @Test
    void persistentKeepaliveOfAnIdlePeerComesEvery25Seconds() {
        try (var net = TwoPeers.seeded(34)) {
            net.a().peer.persistentKeepalive(25, 0);
            net.advance(seconds(600));
            long last = 0;
            for (var sighting : net.wire().all(s -> s.from().equals("a"))) {
                assertTrue(sighting.at() - last <= seconds(25), "silent for " + (sighting.at() - last));
                last = sighting.at();
            }
            assertTrue(last > seconds(575));
            long count = net.wire().count(KEEPALIVE, "a");
            assertTrue(count >= 24 && count <= 24 + net.wire().count(INITIATION), count + " keepalives");
            assertEquals(0, net.wire().count(KEEPALIVE, "b"), "keepalives are not answered");
            net.a().peer.persistentKeepalive(0, net.now());
            net.advance(seconds(100));
            assertEquals(count, net.wire().count(KEEPALIVE, "a"));
        }
    }

    @Test
    void persistentKeepaliveIsNotSentWhileThereIsTraffic() {
        try (var net = TwoPeers.connected(34)) {
            net.a().peer.persistentKeepalive(25, net.now());
            long before = net.wire().count(KEEPALIVE, "a");
            net.stream(net.a(), seconds(5), seconds(600), TwoPeers::packet);
            net.advance(seconds(590));
            long confirmations = net.wire().count(INITIATION) - 1;
            assertEquals(before + confirmations, net.wire().count(KEEPALIVE, "a"));
        }
    }

    @Test
    void persistentKeepaliveBeginsAHandshakeByItselfAndNeverGivesUp() {
        try (var net = TwoPeers.seeded(34)) {
            net.link().dropAll();
            net.a().peer.persistentKeepalive(25, 0);
            net.advance(seconds(1000));
            assertTrue(net.wire().count(INITIATION) > 100);
            net.link().dropNothing();
            net.advance(seconds(31));
            assertEquals(1, net.a().events(PeerEvent.SessionEstablished.class).size());
        }
    }

    @Test
    void dataWithoutAnyAnswerBringsANewHandshakeAfter15Seconds() {
        try (var net = TwoPeers.connected(4)) {
            net.advance(seconds(20));
            net.link().drop(s -> s.from().equals("b"));
            long start = net.now();
            net.a().send(packet(1));
            net.advance(seconds(16));
            long after = net.wire().last(INITIATION).at() - start;
            assertTrue(after >= seconds(15) && after < seconds(15.334), "after " + after);
            assertEquals(1, net.a().events(PeerEvent.PathInDoubt.class).size());
        }
    }

    @Test
    void keysAreWipedAfterThreeLifetimesWithoutNewOnes() {
        try (var net = TwoPeers.connected(5)) {
            net.advance(seconds(538));
            assertFalse(net.a().peer.keypairs().isEmpty());
            net.advance(seconds(2));
            for (var node : new PeerNode[] {net.a(), net.b()}) {
                assertTrue(node.peer.keypairs().isEmpty());
                assertEquals(1, node.events(PeerEvent.KeysZeroed.class).size());
                assertEquals(0, node.indices.size());
                assertTrue(node.peer.idle());
                assertEquals(Long.MAX_VALUE, node.peer.nextDeadline());
            }
            net.a().send(packet(1));
            net.advance(seconds(1));
            assertEquals(2, net.b().delivered.size());
        }
    }

    @Test
    void streamsOf24HoursInBothDirectionsHaveNoGap() {
        try (var net = TwoPeers.seeded(24)) {
            soak(net, seconds(24 * 3600));
            long sent = 24 * 3600;
            assertEquals(sent, net.a().keptDelivered);
            assertEquals(sent, net.b().keptDelivered);
            assertTrue(net.a().longestGap <= seconds(1.1), "gap " + net.a().longestGap);
            assertTrue(net.b().longestGap <= seconds(1.1), "gap " + net.b().longestGap);
            long handshakes = net.wire().count(INITIATION);
            assertTrue(handshakes >= 715 && handshakes <= 721, handshakes + " handshakes in 720 x 120 s");
        }
    }

    @Test
    void aBadLinkMakesNoGapsLongerThanItsOwn() {
        for (long seed = 0; seed < 3; seed++) {
            try (var net = TwoPeers.seeded(seed)) {
                net.link().loss(0.05).duplication(0.02).delay(30 * MILLISECOND, 40 * MILLISECOND);
                soak(net, seconds(4 * 3600));
                for (var node : new PeerNode[] {net.a(), net.b()}) {
                    assertTrue(node.longestGap < seconds(8), "gap " + node.longestGap + " seed " + seed);
                    double share = node.keptDelivered / (4 * 3600.0);
                    assertTrue(share > 0.93 && share < 0.97, "arrived " + share + " seed " + seed);
                    double loss = node.peer.lossEstimate();
                    assertTrue(loss > 0.01 && loss < 0.12, "estimated " + loss + " seed " + seed);
                    assertTrue(node.indices.size() <= 4, node.indices.size() + " indices");
                }
            }
        }
    }

    private static void soak(TwoPeers net, long duration) {
        net.wire().forgetData();
        net.a().keep = false;
        net.b().keep = false;
        net.stream(net.a(), seconds(1), duration, TwoPeers::packet);
        net.stream(net.b(), seconds(1), duration, TwoPeers::packet);
        net.advance(duration + seconds(7));
    }
}
