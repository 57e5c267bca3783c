package dev.warren.crypto.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.ResponseMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Two ends on different libraries: what one computes the other has to understand.
class HandshakeTest {
    private static final long WALL = 1_700_000_000_123_456_789L;
    private static final long NOW = 5 * Protocol.SECOND;

    private static final String[] LOW_ORDER = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
    };

    private final SecureRandom random = new SecureRandom();
    private final Suite suiteA = Suite.open(Suite.Choice.AUTO);
    private final Suite suiteB = Suite.open(Suite.Choice.JDK);
    private final StaticIdentity identityA = new StaticIdentity(PrivateKey.generate(random), suiteA);
    private final StaticIdentity identityB = new StaticIdentity(PrivateKey.generate(random), suiteB);
    private final Handshake a = new Handshake(suiteA, identityA, identityB.publicKey(), random);
    private final Handshake b = new Handshake(suiteB, identityB, identityA.publicKey(), random);

    @AfterEach
    void nothingIsLeftBehind() {
        a.close();
        b.close();
        assertEquals(0, suiteA.handshakeCells().taken());
        assertEquals(0, suiteB.handshakeCells().taken());
        assertEquals(0, suiteA.keyCells().taken());
        assertEquals(0, suiteB.keyCells().taken());
        suiteA.close();
        suiteB.close();
    }

    @Test
    void aHandshakeDerivesTheSameKeysOnBothSides() {
        shakeHands(WALL, NOW);
        shakeHands(WALL + Protocol.SECOND, NOW + Protocol.SECOND);
    }

    //
    @Test
    void aChangedPresharedKeyCountsFromTheNextHandshakeOn() {
        shakeHands(WALL, NOW);
        try (var psk = PresharedKey.generate(random)) {
            a.presharedKey(psk);
            var initiation = initiate(WALL + Protocol.SECOND);
            assertEquals(Verdict.OK, consume(initiation, NOW + Protocol.SECOND));
            var response = Objects.requireNonNull(b.createResponse(2));
            assertEquals(Verdict.PSK_MISMATCH, a.consumeResponse(response));
            b.presharedKey(psk);
        }
        shakeHands(WALL + 2 * Protocol.SECOND, NOW + 2 * Protocol.SECOND);
        a.presharedKey(null);
        b.presharedKey(PresharedKey.zero());
        shakeHands(WALL + 3 * Protocol.SECOND, NOW + 3 * Protocol.SECOND);
    }

    //
    @Test
    void aReplayedInitiationIsRefused() {
        var initiation = initiate(WALL);
        assertEquals(Verdict.OK, consume(initiation, NOW));
        var stamp = b.lastTimestamp();
        assertEquals(Verdict.OLD_TIMESTAMP, consume(initiation, NOW + Protocol.SECOND));
        assertEquals(Handshake.State.INITIATION_CONSUMED, b.state());
        assertArrayEquals(stamp, b.lastTimestamp());
        assertNotNull(b.createResponse(1));
    }

    // what was seen before a sleep or a restart is remembered, and an administrator can forget it.
    @Test
    void aRememberedTimestampRefusesOlderOnesUntilItIsReset() {
        var initiation = initiate(WALL);
        assertEquals(Verdict.OK, consume(initiation, NOW));
        var stamp = b.lastTimestamp();
        try (var woken = new Handshake(suiteB, identityB, identityA.publicKey(), random)) {
            woken.restoreTimestamp(stamp);
            assertEquals(Verdict.OLD_TIMESTAMP, consume(woken, initiation, NOW));
            woken.restoreTimestamp(new byte[12]);
            assertEquals(Verdict.OK, consume(woken, initiation, NOW));
        }
    }

    //
    @Test
    void ownTimestampsNeverGoBack() {
        assertEquals(Verdict.OK, consume(initiate(WALL), NOW));
        assertEquals(Verdict.OK, consume(initiate(WALL), NOW + Protocol.SECOND));
        assertEquals(Verdict.OK, consume(initiate(WALL - 3600 * Protocol.SECOND), NOW + 2 * Protocol.SECOND));
    }

    @Test
    void initiationsOfOnePeerAreAcceptedFiftyTimesASecond() {
        long now = NOW;
        int taken = 0;
        for (int i = 0; i < 500; i++, now += 2 * Protocol.MILLISECOND) {
            var verdict = consume(initiate(WALL + i * 100 * Protocol.MILLISECOND), now);
            taken += verdict == Verdict.OK ? 1 : 0;
            assertTrue(verdict == Verdict.OK || verdict == Verdict.INITIATION_FLOOD);
        }
        assertEquals(50, taken);
    }

    private ResponderDh responderDh(byte[] initiation) {
        try (var received = Objects.requireNonNull(ReceivedInitiation.read(suiteB, identityB, initiation))) {
            return Objects.requireNonNull(
                    ResponderDh.make(suiteA, random, received.ephemeral(), identityA.publicKey()));
        }
    }

    @Test
    void aResponseTakesDiffieHellmansComputedElsewhere() {
        var initiation = initiate(WALL);
        assertEquals(Verdict.OK, consume(initiation, NOW));
        try (var dh = responderDh(initiation)) {
            var response = b.createResponse(2, dh);
            assertThrows(IllegalStateException.class, () -> b.createResponse(2, dh), "once");
            assertEquals(Handshake.State.RESPONSE_CREATED, b.state());
            assertEquals(Verdict.OK, a.consumeResponse(response));
        }
        same(a.deriveSession(), b.deriveSession());
    }

    @Test
    void diffieHellmansOfAnotherInitiationAreRefusedAndChangeNothing() {
        var first = initiate(WALL);
        assertEquals(Verdict.OK, consume(first, NOW));
        try (var late = responderDh(first)) {
            assertEquals(Verdict.OK, consume(initiate(WALL + Protocol.SECOND), NOW + Protocol.SECOND));
            assertFalse(b.expects(late));
            assertThrows(IllegalStateException.class, () -> b.createResponse(2, late));
            assertEquals(Handshake.State.INITIATION_CONSUMED, b.state());
            var response = Objects.requireNonNull(b.createResponse(3));
            assertEquals(Verdict.OK, a.consumeResponse(response));
            assertThrows(IllegalStateException.class, () -> b.createResponse(4, late));
            assertEquals(Handshake.State.RESPONSE_CONSUMED, a.state());
        }
        same(a.deriveSession(), b.deriveSession());
    }

    //
    @Test
    void diffieHellmansWithALowOrderPointFail() {
        for (var point : LOW_ORDER) {
            var bytes = HexFormat.of().parseHex(point);
            assertNull(ResponderDh.make(suiteA, random, bytes, identityB.publicKey()), point);
            assertNull(ResponderDh.make(suiteB, random, identityA.publicKey().bytes(), PublicKey.of(bytes)), point);
        }
    }

    //
    @Test
    void thousandForgedResponsesDoNotHarmTheGenuineOne() {
        assertEquals(Verdict.OK, consume(initiate(WALL), NOW));
        var genuine = Objects.requireNonNull(b.createResponse(77));
        for (int i = 0; i < 1000; i++) {
            var forged = genuine.clone();
            forged[12 + i % 48] ^= (byte) (1 + i % 255);
            assertEquals(Verdict.PSK_MISMATCH, a.consumeResponse(forged));
        }
        var otherReceiver = genuine.clone();
        otherReceiver[8] ^= 1;
        assertEquals(Verdict.UNEXPECTED_RESPONSE, a.consumeResponse(otherReceiver));
        assertEquals(Handshake.State.INITIATION_CREATED, a.state());
        assertEquals(Verdict.OK, a.consumeResponse(genuine));
        assertEquals(Verdict.UNEXPECTED_RESPONSE, a.consumeResponse(genuine));
        same(a.deriveSession(), b.deriveSession());
    }

    //
    @Test
    void forgedInitiationsChangeNothing() {
        assertEquals(Verdict.OK, consume(initiate(WALL), NOW));
        var next = initiate(WALL + Protocol.SECOND);
        for (int at = InitiationMessage.TIMESTAMP; at < InitiationMessage.MAC1; at++) {
            var forged = next.clone();
            forged[at] ^= 0x40;
            assertEquals(Verdict.DECRYPT_FAILED, consume(forged, NOW + Protocol.SECOND));
        }
        for (int at = InitiationMessage.EPHEMERAL; at < InitiationMessage.TIMESTAMP; at++) {
            var forged = next.clone();
            forged[at] ^= 0x40;
            // The top bit of a point is ignored by X25519, but it is hashed.
            assertNull(ReceivedInitiation.read(suiteB, identityB, forged));
        }
        assertEquals(Handshake.State.INITIATION_CONSUMED, b.state());
        assertEquals(Verdict.OK, consume(next, NOW + Protocol.SECOND));
    }

    @Test
    void anInitiationContainsTheStaticKeyOfItsSender() {
        try (var received = Objects.requireNonNull(ReceivedInitiation.read(suiteB, identityB, initiate(WALL)))) {
            assertEquals(identityA.publicKey(), received.remoteStatic());
            assertEquals(0x01020304, received.senderIndex());
        }
    }

    @Test
    void anInitiationForAnotherKeyIsNotRead() {
        assertNull(ReceivedInitiation.read(suiteA, identityA, initiate(WALL)));
        assertNull(ReceivedInitiation.read(suiteB, identityB, new byte[147]));
        assertNull(ReceivedInitiation.read(suiteB, identityB, new byte[148]));
    }

    @Test
    void theInitiationOfAnotherPeerIsRefused() {
        try (var other = new StaticIdentity(PrivateKey.generate(random), suiteA);
                var unrelated = new Handshake(suiteB, identityB, other.publicKey(), random)) {
            assertEquals(Verdict.DECRYPT_FAILED, consume(unrelated, initiate(WALL), NOW));
        }
    }

    @Test
    void anInitiationReadBeforeTheKeyChangedIsRefused() {
        var initiation = initiate(WALL);
        try (var changed = new StaticIdentity(PrivateKey.generate(random), suiteB);
                var received = Objects.requireNonNull(ReceivedInitiation.read(suiteB, identityB, initiation))) {
            b.identity(changed);
            assertEquals(Verdict.DECRYPT_FAILED, b.consumeInitiation(received, NOW));
        }
    }

    @Test
    void aChangedStaticKeyMakesANewHandshake() {
        shakeHands(WALL, NOW);
        try (var changed = new StaticIdentity(PrivateKey.generate(random), suiteA);
                var newB = new Handshake(suiteB, identityB, changed.publicKey(), random)) {
            a.identity(changed);
            assertEquals(Verdict.OK, consume(newB, initiate(WALL + Protocol.SECOND), NOW));
            assertEquals(Verdict.OK, a.consumeResponse(Objects.requireNonNull(newB.createResponse(9))));
            same(a.deriveSession(), newB.deriveSession());
        }
    }

    //
    @Test
    void lowOrderPointsAreRefusedByBothRoles() {
        for (var hex : LOW_ORDER) {
            var point = HexFormat.of().parseHex(hex);
            for (var suite : new Suite[] {suiteA, suiteB}) {
                var identity = suite == suiteA ? identityA : identityB;
                // es and ss of the initiator: a configured peer.
                try (var handshake = new Handshake(suite, identity, PublicKey.of(point), random)) {
                    assertNull(handshake.createInitiation(1, WALL));
                    assertEquals(Handshake.State.NONE, handshake.state());
                }
                // es of the responder.
                var initiation = InitiationMessage.create(1);
                System.arraycopy(point, 0, initiation, InitiationMessage.EPHEMERAL, 32);
                assertNull(ReceivedInitiation.read(suite, identity, initiation));
            }
        }
    }

    // both Diffie-Hellmans of the initiator with the ephemeral key of the response.
    @Test
    void aResponseWithALowOrderPointChangesNothing() {
        assertEquals(Verdict.OK, consume(initiate(WALL), NOW));
        var genuine = Objects.requireNonNull(b.createResponse(5));
        for (var hex : LOW_ORDER) {
            var response = genuine.clone();
            System.arraycopy(HexFormat.of().parseHex(hex), 0, response, ResponseMessage.EPHEMERAL, 32);
            assertEquals(Verdict.LOW_ORDER_POINT, a.consumeResponse(response));
            assertEquals(Handshake.State.INITIATION_CREATED, a.state());
        }
        assertEquals(Verdict.OK, a.consumeResponse(genuine));
    }

    //
    @Test
    void nothingOfAFinishedHandshakeStaysInMemory() {
        var cells = suiteA.handshakeCells();
        var initiation = initiate(WALL);
        assertEquals(Verdict.OK, consume(initiation, NOW));
        assertEquals(Verdict.OK, a.consumeResponse(Objects.requireNonNull(b.createResponse(3))));
        var before = a.inFlight();
        assertFalse(allZero(before));
        var keysA = a.deriveSession();
        try (var keysB = b.deriveSession()) {
            assertTrue(allZero(a.inFlight()));
            assertTrue(allZero(b.inFlight()));
            var send = keysA.sendKey();
            assertFalse(allZero(send));
            keysA.close();
            assertTrue(allZero(send));
            assertThrows(IllegalStateException.class, keysA::sendKey);
            assertFalse(allZero(keysB.sendKey()));
        }
        assertEquals(1, cells.taken());
        assertThrows(IllegalStateException.class, a::deriveSession);
        assertThrows(IllegalStateException.class, () -> b.createResponse(4));
    }

    private void shakeHands(long wall, long now) {
        assertEquals(Verdict.OK, consume(initiate(wall), now));
        assertEquals(0x01020304, b.remoteIndex());
        var response = Objects.requireNonNull(b.createResponse(0x0A0B0C0D));
        assertEquals(Verdict.OK, a.consumeResponse(response));
        assertEquals(0x0A0B0C0D, a.remoteIndex());
        same(a.deriveSession(), b.deriveSession());
    }

    private static void same(SessionKeys one, SessionKeys two) {
        try (one;
                two) {
            assertArrayEquals(bytes(one.sendKey()), bytes(two.receiveKey()));
            assertArrayEquals(bytes(one.receiveKey()), bytes(two.sendKey()));
            assertFalse(HexFormat.of()
                    .formatHex(bytes(one.sendKey()))
                    .equals(HexFormat.of().formatHex(bytes(one.receiveKey()))));
            assertTrue(one.initiator());
            assertFalse(two.initiator());
            assertEquals(one.localIndex(), two.remoteIndex());
            assertEquals(two.localIndex(), one.remoteIndex());
        }
    }

    private byte[] initiate(long wall) {
        return Objects.requireNonNull(a.createInitiation(0x01020304, wall));
    }

    private Verdict consume(byte[] initiation, long now) {
        return consume(b, initiation, now);
    }

    private Verdict consume(Handshake responder, byte[] initiation, long now) {
        try (var received = Objects.requireNonNull(ReceivedInitiation.read(suiteB, identityB, initiation))) {
            return responder.consumeInitiation(received, now);
        }
    }

    private static byte[] bytes(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_BYTE);
    }

    private static boolean allZero(MemorySegment segment) {
        for (byte b : bytes(segment)) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
