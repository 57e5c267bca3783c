package dev.warren.crypto.peer;

import static dev.warren.crypto.Protocol.MILLISECOND;
import static dev.warren.crypto.peer.TwoPeers.packet;
import static dev.warren.crypto.peer.TwoPeers.seconds;
import static dev.warren.crypto.peer.Wire.Kind.COOKIE;
import static dev.warren.crypto.peer.Wire.Kind.DATA;
import static dev.warren.crypto.peer.Wire.Kind.INITIATION;
import static dev.warren.crypto.peer.Wire.Kind.KEEPALIVE;
import static dev.warren.crypto.peer.Wire.Kind.RESPONSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Verdict;
import dev.warren.crypto.cookie.CookieGenerator;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.noise.Handshake;
import dev.warren.crypto.wire.ResponseMessage;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerHandshakeTest {
    @Test
    void aStagedPacketBeginsAHandshakeAndIsTheFirstDatagramOfTheSession() {
        try (var net = TwoPeers.seeded(1)) {
            net.a().send(packet(42));
            assertEquals(1, net.a().peer.stagedPackets());
            net.advance(seconds(1));
            assertEquals(1, net.wire().count(INITIATION));
            assertEquals(1, net.wire().count(RESPONSE));
            assertEquals(1, net.wire().count(DATA));
            assertEquals(0, net.wire().count(KEEPALIVE));
            assertEquals(42, TwoPeers.idOf(net.b().delivered.getFirst()));
            assertEquals(10 * MILLISECOND, net.a().peer.handshakeRtt());
            assertEquals(10 * MILLISECOND, net.b().peer.handshakeRtt(), "response to first datagram");
            assertEquals(10 * MILLISECOND, net.a().peer.lastHandshake());
            assertEquals(15 * MILLISECOND, net.b().peer.lastHandshake());
            assertTrue(net.a()
                    .events(PeerEvent.SessionEstablished.class)
                    .getFirst()
                    .initiator());
            assertFalse(net.b()
                    .events(PeerEvent.SessionEstablished.class)
                    .getFirst()
                    .initiator());
        }
    }

    @Test
    void initiatorConfirmsWithAKeepaliveWhenNothingIsStaged() {
        try (var net = TwoPeers.seeded(2)) {
            net.a().peer.forceHandshake(0);
            net.advance(seconds(1));
            assertEquals(1, net.wire().count(KEEPALIVE, "a"));
            assertEquals(0, net.wire().count(KEEPALIVE, "b"));
            net.b().send(packet(1));
            net.advance(seconds(1));
            assertEquals(1, net.a().delivered.size());
            assertEquals(1, net.wire().count(INITIATION));
        }
    }

    @Test
    void unansweredInitiationIsRetransmittedThenGivenUp() {
        try (var net = TwoPeers.seeded(7)) {
            net.link().dropAll();
            net.a().send(packet(1));
            net.advance(seconds(120));
            assertEquals(20, net.wire().count(INITIATION)); // first try, 19 retries: kernel timers.c
            assertEquals(0, net.a().peer.stagedPackets());
            var givenUp = net.a().events(PeerEvent.HandshakeGivenUp.class).getFirst();
            assertEquals(20, givenUp.attempts());
            assertEquals(1, givenUp.dropped());
            assertEquals(19, net.a().events(PeerEvent.PathInDoubt.class).size());
            assertTrue(net.a().peer.idle()); // nothing is left that would be worth nine minutes
            assertEquals(0, net.a().indices.size());
        }
    }

    @Test
    void manyPacketsWithoutASessionGiveOneInitiationPer5SecondsAndAtMost128AreStaged() {
        try (var net = TwoPeers.seeded(36)) {
            net.link().dropAll();
            net.stream(net.a(), 10 * MILLISECOND, seconds(10), TwoPeers::packet);
            net.advance(seconds(10));
            var times = net.wire().times(INITIATION);
            assertEquals(2, times.size());
            assertTrue(times.get(1) - times.get(0) >= seconds(5));
            assertEquals(128, net.a().peer.stagedPackets());
            assertEquals(1000 - 128, net.a().dropped(Verdict.STAGED_OVERFLOW));
            net.link().dropNothing();
            net.advance(seconds(1));
            assertEquals(128, net.b().delivered.size());
            for (int i = 0; i < 128; i++) {
                assertEquals(1000 - 128 + i, TwoPeers.idOf(net.b().delivered.get(i)));
            }
        }
    }

    @Test
    void forgedResponsesDoNotConsumeTheHandshake() {
        try (var net = TwoPeers.seeded(17)) {
            net.link().drop(s -> s.kind() == RESPONSE);
            net.a().send(packet(1));
            net.advance(seconds(1));
            byte[] genuine = net.wire().last(RESPONSE).bytes();
            var random = new Random(17);
            for (int i = 0; i < 1000; i++) {
                byte[] forged = genuine.clone();
                forged[random.nextInt(ResponseMessage.RECEIVER, ResponseMessage.MAC1)] ^= (byte) (1 + i % 255);
                assertFalse(net.a().peer.receiveResponse(forged, net.now()) == Verdict.OK, "seed 17 try " + i);
            }
            net.advance(seconds(3.9));
            assertEquals(Verdict.OK, net.a().peer.receiveResponse(genuine, net.now()));
            net.advance(seconds(0.05));
            assertEquals(1, net.b().delivered.size());
            assertEquals(1, net.wire().count(INITIATION));
            assertEquals(Verdict.UNEXPECTED_RESPONSE, net.a().peer.receiveResponse(genuine, net.now()));
        }
    }

    @Test
    void aLostResponseMakesTheInitiatorRetransmit() {
        try (var net = TwoPeers.seeded(5)) {
            net.link().drop(s -> s.kind() == RESPONSE && s.at() < seconds(4));
            net.a().send(packet(1));
            net.advance(seconds(6));
            assertEquals(2, net.wire().count(INITIATION));
            assertEquals(1, net.b().delivered.size());
        }
    }

    @Test
    void aLostFirstDatagramDoesNotKeepTheResponderSilent() {
        try (var net = TwoPeers.seeded(6)) {
            net.link().drop(s -> s.at() < seconds(1) && (s.kind() == DATA || s.kind() == KEEPALIVE));
            net.a().send(packet(1));
            net.advance(seconds(1));
            net.b().send(packet(2)); // b has only an unconfirmed session, and answered less than 5 s ago
            net.advance(seconds(5.5));
            assertEquals(1, net.a().delivered.size());
        }
    }

    @Test
    void aNewPresharedKeyIsForTheNextHandshakeAndTheSessionStays() {
        try (var net = TwoPeers.connected(18);
                var psk = PresharedKey.generate(new SeededRandom(1))) {
            net.a().peer.presharedKey(psk);
            net.a().send(packet(1));
            net.b().send(packet(2));
            net.advance(seconds(6));
            assertEquals(2, net.b().delivered.size(), "the session goes on");
            assertEquals(1, net.a().delivered.size());

            net.a().peer.forceHandshake(net.now());
            net.advance(seconds(30));
            assertEquals(1, net.a().events(PeerEvent.SessionEstablished.class).size(), "only one side has the key");
            assertTrue(net.a().dropped(Verdict.PSK_MISMATCH) > 0);

            net.b().peer.presharedKey(psk);
            net.advance(seconds(6));
            assertEquals(2, net.a().events(PeerEvent.SessionEstablished.class).size());
            net.a().send(packet(3));
            net.advance(seconds(1));
            assertEquals(3, net.b().delivered.size());
        }
    }

    @Test
    void simultaneousHandshakesEndInOneSessionWithinASecond() {
        for (long seed = 0; seed < 150; seed++) {
            var random = new Random(seed);
            try (var net = TwoPeers.seeded(seed)) {
                net.link().delay(5 * MILLISECOND, 1 + random.nextLong(20 * MILLISECOND));
                net.a().answerAfter = random.nextInt(3) * MILLISECOND;
                net.b().answerAfter = random.nextInt(3) * MILLISECOND;
                net.at(random.nextLong(15 * MILLISECOND), () -> net.a().send(packet(1)));
                net.at(random.nextLong(15 * MILLISECOND), () -> net.b().send(packet(2)));
                net.advance(seconds(1));
                var where = "seed " + seed;
                assertEquals(1, net.a().delivered.size(), where);
                assertEquals(1, net.b().delivered.size(), where);
                var ofA = net.a().peer.keypairs().current();
                var ofB = net.b().peer.keypairs().current();
                assertNotNull(ofA, where);
                assertNotNull(ofB, where);
                assertEquals(ofA.localIndex(), ofB.remoteIndex(), where);
                assertEquals(ofB.localIndex(), ofA.remoteIndex(), where);
                assertTrue(ofA.initiator() != ofB.initiator(), where);
            }
        }
    }

    @Test
    void simultaneousRekeysLoseNothing() {
        for (long seed = 0; seed < 60; seed++) {
            var random = new Random(seed);
            try (var net = TwoPeers.connected(seed)) {
                net.link().delay(random.nextLong(1, 30) * MILLISECOND, 0);
                net.a().answerAfter = random.nextInt(9) * MILLISECOND;
                net.b().answerAfter = random.nextInt(9) * MILLISECOND;
                net.advance(seconds(60));
                for (int i = 0; i < 100; i++) {
                    long at = net.now() + i * 3 * MILLISECOND;
                    net.at(at, () -> net.a().send(packet(1)));
                    net.at(at, () -> net.b().send(packet(1)));
                }
                net.at(
                        net.now() + random.nextLong(40 * MILLISECOND),
                        () -> net.a().peer.forceHandshake(net.now()));
                net.at(
                        net.now() + random.nextLong(40 * MILLISECOND),
                        () -> net.b().peer.forceHandshake(net.now()));
                net.advance(seconds(2));
                assertEquals(101, net.b().delivered.size(), "seed " + seed);
                assertEquals(100, net.a().delivered.size(), "seed " + seed);
            }
        }
    }

    @Test
    void bothSidesUnderLoadConvergeThroughCookies() {
        try (var net = TwoPeers.seeded(23)) {
            net.a().crowd();
            net.b().crowd();
            net.a().send(packet(1));
            net.b().send(packet(2));
            net.advance(seconds(1));
            assertTrue(net.wire().count(COOKIE) >= 2);
            net.advance(seconds(10));
            assertEquals(1, net.a().delivered.size());
            assertEquals(1, net.b().delivered.size());
        }
    }

    @Test
    void oneWayFloodOf10MinutesNeedsExactly5Handshakes() {
        try (var net = TwoPeers.seeded(35)) {
            net.wire().forgetData();
            net.stream(net.a(), 100 * MILLISECOND, seconds(599), TwoPeers::packet);
            net.advance(seconds(600));
            assertEquals(5, net.wire().count(INITIATION));
            assertEquals(5, net.wire().count(RESPONSE));
            assertEquals(5990, net.b().delivered.size());
        }
    }

    @Test
    void aRestartedPeerMakesAHandshakeWithItsFirstPacket() {
        try (var net = TwoPeers.connected(39)) {
            net.b().restart();
            net.b().send(packet(5));
            net.advance(seconds(0.1));
            assertEquals(1, net.a().delivered.size());
            net.a().send(packet(6));
            net.advance(seconds(0.1));
            assertEquals(2, net.b().delivered.size());
        }
    }

    @Test
    void dataToAPeerThatIsJustStartingArrivesWithin6Seconds() {
        try (var net = TwoPeers.seeded(39)) {
            net.link().drop(s -> s.at() < seconds(1));
            net.a().send(packet(1));
            net.advance(seconds(6));
            assertEquals(1, net.b().delivered.size());
        }
    }

    @Test
    void dataToAPeerThatForgotTheSessionBringsAHandshakeAfter15Seconds() {
        try (var net = TwoPeers.connected(39)) {
            net.advance(seconds(20));
            net.b().restart();
            long start = net.now();
            net.a().send(packet(1));
            net.advance(seconds(14.9));
            assertEquals(1, net.wire().count(INITIATION));
            net.advance(seconds(0.6));
            assertEquals(2, net.wire().count(INITIATION));
            assertTrue(net.wire().last(INITIATION).at() - start < seconds(15.334));
            net.a().send(packet(2));
            net.advance(seconds(0.1));
            assertEquals(2, net.b().delivered.size());
        }
    }

    // The peer that was given up is there again: the next packet tries anew, and what is staged then arrives.
    @Test
    void aPacketAfterGivingUpIsStagedAndTriedAgain() {
        try (var net = TwoPeers.connected(71)) {
            net.link().dropAll();
            net.a().send(packet(1));
            net.advance(seconds(400));
            assertTrue(net.a().peer.idle());
            net.link().dropNothing();
            net.a().send(packet(2), packet(3));
            net.advance(seconds(1));
            assertEquals(3, TwoPeers.idOf(net.b().delivered.getLast()));
            assertEquals(
                    2, TwoPeers.idOf(net.b().delivered.get(net.b().delivered.size() - 2)));
        }
    }

    @Test
    void aNewEndpointGetsARetransmittedInitiationAtOnce() {
        try (var net = TwoPeers.seeded(72)) {
            net.link().dropAll();
            net.a().peer.endpointMoved();
            net.advance(seconds(1));
            assertEquals(0, net.wire().count(INITIATION), "nobody asked for a session");
            net.a().send(packet(1));
            net.advance(seconds(2));
            net.link().dropNothing();
            net.a().peer.endpointMoved();
            net.a().settle();
            net.advance(seconds(0.5));
            assertEquals(2, net.wire().count(INITIATION));
            assertEquals(1, net.b().delivered.size());
            net.a().peer.endpointMoved();
            net.advance(seconds(6));
            assertEquals(2, net.wire().count(INITIATION), "a session that works is not replaced");
        }
    }

    @Test
    void anIndexInUseIsNeverGivenOutAgain() {
        try (var net = TwoPeers.seeded(14)) {
            var few = new Random(14);
            var source = (IndexSource) () -> few.nextInt(6);
            var node = net.a();
            node.peer.close();
            try (var pool = new StagedPool(65536);
                    var peer = new Peer(
                            net.suite(),
                            node.identity,
                            net.b().identity.publicKey(),
                            source,
                            new SeededRandom(3),
                            pool,
                            node,
                            node.counted)) {
                peer.endpointKnown(true);
                node.peer = peer;
                for (int i = 0; i < 40; i++) {
                    (i % 2 == 0 ? node : net.b()).peer.forceHandshake(net.now());
                    net.advance(seconds(6)); // the node asserts that no index is added twice
                }
                assertEquals(6, node.everyIndex.size());
            }
        }
    }

    @Test
    void initiationsOfAPeerAreTakenAtMost50TimesASecond() {
        try (var net = TwoPeers.seeded(50);
                var handshake = new Handshake(
                        net.suite(), net.a().identity, net.b().identity.publicKey(), new SeededRandom(1));
                var signer = new CookieGenerator(net.suite(), net.b().identity.publicKey())) {
            int accepted = 0;
            for (int i = 0; i < 200; i++) {
                byte[] message = handshake.createInitiation(i, net.wall() + i * 50 * MILLISECOND);
                assertNotNull(message);
                signer.sign(message, net.now());
                net.inject(net.b(), message, 51820);
                accepted += net.b().lastVerdict == Verdict.OK ? 1 : 0;
                net.advance(5 * MILLISECOND);
            }
            assertTrue(accepted > 40 && accepted <= 51, "accepted " + accepted);
            assertEquals(200 - accepted, net.b().dropped(Verdict.INITIATION_FLOOD));
            assertEquals(1, net.b().indices.size());
        }
    }

    @Test
    void aReplayedInitiationChangesNothing() {
        try (var net = TwoPeers.connected(11)) {
            byte[] old = net.wire().last(INITIATION).bytes();
            net.advance(seconds(1));
            var before = net.b().peer.keypairs().current();
            net.inject(net.b(), old, 9);
            assertEquals(Verdict.OLD_TIMESTAMP, net.b().lastVerdict);
            assertEquals(51820, net.b().endpointPort);
            assertEquals(before, net.b().peer.keypairs().current());
            assertEquals(1, net.wire().count(RESPONSE));
        }
    }

    @Test
    void aCookieReplyTouchesNothingButTheCookie() {
        try (var net = TwoPeers.seeded(57)) {
            net.b().crowd();
            net.a().send(packet(1));
            net.advance(seconds(8));
            net.b().gate.load(false);
            assertEquals(1, net.b().delivered.size());
            byte[] cookie = net.wire().last(COOKIE).bytes();
            net.link().drop(s -> s.from().equals("b"));
            net.advance(seconds(20));
            long start = net.now();
            net.a().send(packet(2));
            long rx = net.a().counted.rxBytes();
            var deadlines = new ArrayList<Long>();
            for (int i = 0; i < 150; i++) { // a flood while nothing else is heard
                long deadline = net.a().peer.nextDeadline();
                net.inject(net.a(), cookie, 1234);
                assertEquals(51820, net.a().endpointPort);
                assertEquals(deadline, net.a().peer.nextDeadline());
                deadlines.add(deadline);
                net.advance(100 * MILLISECOND);
            }
            assertEquals(rx, net.a().counted.rxBytes());
            assertEquals(150, deadlines.size());
            net.advance(seconds(1));
            long asked = net.wire().last(INITIATION).at() - start;
            assertTrue(asked >= seconds(15) && asked < seconds(15.334), "new handshake after " + asked);
        }
    }
}
