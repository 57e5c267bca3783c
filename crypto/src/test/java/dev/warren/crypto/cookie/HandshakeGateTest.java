package dev.warren.crypto.cookie;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.ResponseMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandshakeGateTest {
    private static final byte[] HERE = {10, 0, 0, 1};
    private static final int PORT = 51820;

    private final SecureRandom random = new SecureRandom();
    private final Suite suite = Suite.open(Suite.Choice.AUTO);
    private final StaticIdentity identity = new StaticIdentity(PrivateKey.generate(random), suite);
    private final HandshakeGate gate = new HandshakeGate(suite, identity, random);
    private final CookieGenerator generator = new CookieGenerator(suite, identity.publicKey());
    private final byte[] reply = new byte[64];
    private long now = Protocol.SECOND;

    @AfterEach
    void close() {
        gate.close();
        generator.close();
        identity.close();
        suite.close();
    }

    @Test
    void messagesWithMac1PassWithoutLoad() {
        for (int i = 0; i < 100; i++) {
            assertEquals(Verdict.OK, admit(initiation(), HERE, PORT));
            assertEquals(Verdict.OK, admit(response(), HERE, PORT));
        }
    }

    //
    @Test
    void aWrongMac1IsRefusedOnBothKindsOfMessages() {
        for (var message : new byte[][] {initiation(), response()}) {
            for (int at = 4; at < message.length - 16; at++) {
                var forged = message.clone();
                forged[at] ^= 1;
                assertEquals(Verdict.MAC1_INVALID, admit(forged, HERE, PORT));
            }
        }
        gate.load(true);
        var unsigned = InitiationMessage.create(1);
        assertEquals(Verdict.MAC1_INVALID, admit(unsigned, HERE, PORT));
        assertArrayEquals(new byte[64], reply);
    }

    @Test
    void whatIsNoHandshakeMessageIsMalformed() {
        for (int length : new int[] {0, 1, 4, 31, 32, 63, 65, 91, 93, 147, 149, 4096}) {
            for (int type = 0; type < 6; type++) {
                var message = new byte[length];
                if (length > 0) {
                    message[0] = (byte) type;
                }
                assertEquals(Verdict.MALFORMED, admit(message, HERE, PORT));
            }
        }
    }

    //
    @Test
    void underLoadACookieOpensTheWay() {
        gate.load(true);
        busy(HERE);
        var first = initiation();
        assertEquals(Verdict.COOKIE_SENT, admit(first, HERE, PORT));
        assertEquals(Verdict.OK, generator.consumeReply(reply.clone(), now));
        assertEquals(Verdict.OK, admit(initiation(), HERE, PORT));
        assertEquals(Verdict.OK, admit(response(), HERE, PORT));
        // The one without the cookie still does not.
        assertEquals(Verdict.COOKIE_SENT, admit(first, HERE, PORT));
        gate.load(false);
        assertEquals(Verdict.OK, admit(first, HERE, PORT));
    }

    //
    @Test
    void aCookieIsBoundToAddressAndPort() {
        gate.load(true);
        byte[] v6 = new byte[16];
        v6[0] = 0x20;
        byte[] other = v6.clone();
        other[15] = 1;
        byte[] next = {10, 0, 0, 2};
        busy(HERE);
        busy(next);
        busy(v6);
        for (var address : new byte[][] {HERE, v6}) {
            admit(initiation(), address, PORT);
            assertEquals(Verdict.OK, generator.consumeReply(reply.clone(), now));
            var signed = initiation();
            assertEquals(Verdict.OK, admit(signed, address, PORT));
            assertEquals(Verdict.COOKIE_SENT, admit(signed, address, PORT + 1));
            assertEquals(Verdict.COOKIE_SENT, admit(signed, address, PORT ^ 0x100));
            assertEquals(Verdict.COOKIE_SENT, admit(signed, address == HERE ? next : other, PORT));
        }
    }

    // No nonce comes twice under a key, and from two of them nobody sees how many replies were between.
    @Test
    void noncesOfCookieRepliesRevealNoCounter() {
        gate.load(true);
        busy(HERE);
        var nonces = new HashSet<ByteBuffer>();
        int counting = 0;
        long before = 0;
        for (int i = 0; i < 50; i++) {
            assertEquals(Verdict.COOKIE_SENT, admit(initiation(), HERE, PORT));
            var nonce =
                    ByteBuffer.wrap(reply.clone(), CookieReplyMessage.NONCE, 24).slice();
            nonces.add(nonce);
            long last = nonce.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(16);
            if (Math.abs(last - before) < 1 << 20) {
                counting++;
            }
            before = last;
        }
        assertEquals(50, nonces.size());
        assertEquals(0, counting);
    }

    @Test
    void aCookieLivesTwoMinutesAndItsReceiverStopsFiveSecondsEarlier() {
        gate.load(true);
        busy(HERE);
        admit(initiation(), HERE, PORT);
        assertEquals(Verdict.OK, generator.consumeReply(reply.clone(), now));
        long start = now;
        now = start + Protocol.COOKIE_SECRET_MAX_AGE - Protocol.COOKIE_SECRET_LATENCY - 1;
        assertEquals(Verdict.OK, admit(initiation(), HERE, PORT));
        now = start + Protocol.COOKIE_SECRET_MAX_AGE - Protocol.COOKIE_SECRET_LATENCY;
        assertArrayEquals(
                new byte[16], Arrays.copyOfRange(initiation(), InitiationMessage.MAC2, InitiationMessage.LENGTH));
        now = start + Protocol.COOKIE_SECRET_MAX_AGE;
        busy(HERE);
        assertArrayEquals(
                new byte[16], Arrays.copyOfRange(initiation(), InitiationMessage.MAC2, InitiationMessage.LENGTH));
        assertEquals(Verdict.COOKIE_SENT, admit(initiation(), HERE, PORT));
        assertEquals(Verdict.OK, generator.consumeReply(reply.clone(), now));
        assertEquals(Verdict.OK, admit(initiation(), HERE, PORT));
    }

    @Test
    void theSecretBehindCookiesChangesEveryTwoMinutes() {
        gate.load(true);
        busy(HERE);
        admit(initiation(), HERE, PORT);
        now += Protocol.COOKIE_SECRET_MAX_AGE - 1;
        busy(HERE);
        var late = new CookieGenerator(suite, identity.publicKey());
        var message = InitiationMessage.create(1);
        late.sign(message, now);
        assertEquals(Verdict.COOKIE_SENT, admit(message, HERE, PORT));
        assertEquals(Verdict.OK, late.consumeReply(reply.clone(), now));
        late.sign(message, now);
        assertEquals(Verdict.OK, admit(message, HERE, PORT));
        now += 1;
        late.sign(message, now);
        assertEquals(Verdict.COOKIE_SENT, admit(message, HERE, PORT));
        late.close();
    }

    //
    @Test
    void aCookieReplyCountsOnceAndForTheLastMessageOnly() {
        gate.load(true);
        assertEquals(Verdict.COOKIE_INVALID, generator.consumeReply(replyTo(7), now));
        busy(HERE);
        admit(initiation(), HERE, PORT);
        var genuine = reply.clone();
        for (int at = 8; at < 64; at++) {
            var forged = genuine.clone();
            forged[at] ^= 1;
            assertEquals(Verdict.COOKIE_INVALID, generator.consumeReply(forged, now));
        }
        assertEquals(Verdict.MALFORMED, generator.consumeReply(new byte[63], now));
        assertEquals(Verdict.OK, generator.consumeReply(genuine, now));
        assertEquals(Verdict.COOKIE_INVALID, generator.consumeReply(genuine, now));
        // The receiver index is that of the message it answers.
        assertEquals(0x55, genuine[4]);
    }

    //
    @Test
    void aCookieDoesNotLiftTheLimitOfItsSource() {
        gate.load(true);
        busy(HERE);
        admit(initiation(), HERE, PORT);
        assertEquals(Verdict.OK, generator.consumeReply(reply.clone(), now));
        int admitted = 0;
        for (int i = 0; i < 10_000; i++, now += Protocol.MILLISECOND) {
            var verdict = admit(initiation(), HERE, PORT);
            assertTrue(verdict == Verdict.OK || verdict == Verdict.RATE_LIMITED);
            admitted += verdict == Verdict.OK ? 1 : 0;
        }
        assertTrue(admitted >= 200 && admitted <= 200 + 5, "in ten seconds: " + admitted);
    }

    // under load senders without a cookie cost few DH, however many they are, and one with a cookie gets through.
    @Test
    void aFloodFromEverywhereAdmitsASourceWithACookie() {
        var meter = new LoadMeter(2000);
        var sources = new Random(9);
        var flood = InitiationMessage.create(1);
        new CookieGenerator(suite, identity.publicKey()).sign(flood, now);
        int handshakes = 0;
        boolean through = false;
        long start = now;
        for (int i = 0; i < 20_000; i++, now += Protocol.SECOND / 200_000) {
            var source = new byte[4];
            sources.nextBytes(source);
            gate.load(meter.underLoad(now));
            if (admit(flood, source, sources.nextInt(65536)) == Verdict.OK) {
                handshakes++;
                meter.spent(1, now);
            }
            if (i % 2000 == 1999 && !through) {
                var verdict = admit(initiation(), HERE, PORT);
                if (verdict == Verdict.COOKIE_SENT) {
                    assertEquals(Verdict.OK, generator.consumeReply(reply.clone(), now));
                }
                through = verdict == Verdict.OK;
            }
        }
        assertTrue(through);
        int newcomers = Protocol.WITHOUT_COOKIE_BURST + Protocol.WITHOUT_COOKIE_PER_SECOND / 10;
        assertTrue(handshakes < 2000 * 0.11 + 2000 * 0.1 + newcomers, "in " + (now - start) + " ns: " + handshakes);
    }

    //
    @Test
    void aFloodFromOneSourceDoesNotCostOthersTheTimeOfACookie() {
        gate.load(true);
        var flood = initiation();
        int passed = 0;
        int replies = 0;
        for (int i = 0; i < 20_000; i++, now += Protocol.SECOND / 20_000) {
            switch (admit(flood, HERE, PORT)) {
                case OK -> passed++;
                case COOKIE_SENT -> replies++;
                case RATE_LIMITED -> {}
                case null, default -> throw new AssertionError();
            }
            if (i % 1000 == 500) {
                assertEquals(Verdict.OK, admit(initiation(), new byte[] {10, 0, 1, (byte) (i / 1000)}, PORT));
            }
        }
        assertTrue(passed >= Protocol.SOURCE_MESSAGES_PER_SECOND, "passed: " + passed);
        assertTrue(passed <= Protocol.SOURCE_MESSAGES_PER_SECOND + Protocol.SOURCE_BURST, "passed: " + passed);
        // Another port of the same address gets a cookie reply.
        while (admit(flood, HERE, PORT) == Verdict.OK) {
            passed++;
        }
        assertEquals(Verdict.COOKIE_SENT, admit(initiation(), HERE, PORT + 1));
        int most = Protocol.SOURCE_COOKIES_PER_SECOND + Protocol.SOURCE_COOKIES_BURST;
        assertTrue(replies >= Protocol.SOURCE_COOKIES_PER_SECOND && replies <= most, "replies: " + replies);
    }

    //
    @Test
    void newSourcesShareABudgetAndTheOthersGetACookieReply() {
        gate.load(true);
        var sources = new Random(10);
        var flood = initiation();
        int passed = 0;
        for (int i = 0; i < 200_000; i++, now += Protocol.SECOND / 200_000) {
            var source = new byte[4];
            sources.nextBytes(source);
            var verdict = admit(flood, source, PORT);
            if (verdict == Verdict.OK) {
                passed++;
            } else {
                assertEquals(Verdict.COOKIE_SENT, verdict);
            }
        }
        int most = Protocol.WITHOUT_COOKIE_PER_SECOND + Protocol.WITHOUT_COOKIE_BURST;
        assertTrue(passed >= Protocol.WITHOUT_COOKIE_PER_SECOND && passed <= most, "passed: " + passed);
    }

    @Test
    void aChangedStaticKeyMakesOldMac1Invalid() {
        var old = initiation();
        try (var changed = new StaticIdentity(PrivateKey.generate(random), suite)) {
            gate.identity(changed);
            assertEquals(Verdict.MAC1_INVALID, admit(old, HERE, PORT));
            var message = InitiationMessage.create(1);
            var signer = new CookieGenerator(suite, changed.publicKey());
            signer.sign(message, now);
            assertEquals(Verdict.OK, admit(message, HERE, PORT));
            gate.load(true);
            assertEquals(Verdict.OK, admit(message, HERE, PORT));
            while (admit(message, HERE, PORT) == Verdict.OK) {
                now++;
            }
            assertEquals(Verdict.COOKIE_SENT, admit(message, HERE, PORT));
            assertEquals(Verdict.OK, signer.consumeReply(reply.clone(), now));
        }
    }

    @Test
    void twoCookieRepliesAreNeverAlike() {
        gate.load(true);
        busy(HERE);
        var message = initiation();
        admit(message, HERE, PORT);
        var first = reply.clone();
        admit(message, HERE, PORT);
        assertFalse(Arrays.equals(first, reply));
        assertNotEquals(0, reply[0]);
        assertThrows(IllegalArgumentException.class, () -> gate.admit(message, new byte[5], 1, now, reply));
    }

    /// Uses up what the source may do without a cookie.
    private void busy(byte[] source) {
        var message = InitiationMessage.create(1);
        new CookieGenerator(suite, identity.publicKey()).sign(message, now);
        for (int i = 0; i < Protocol.SOURCE_BURST; i++) {
            assertEquals(Verdict.OK, admit(message, source, PORT));
        }
    }

    private byte[] replyTo(int receiver) {
        var other = new byte[64];
        dev.warren.crypto.wire.CookieReplyMessage.begin(other, receiver);
        return other;
    }

    private Verdict admit(byte[] message, byte[] address, int port) {
        return gate.admit(message, address, port, now, reply);
    }

    private byte[] initiation() {
        var message = InitiationMessage.create(0x55);
        generator.sign(message, now);
        return message;
    }

    private byte[] response() {
        var message = ResponseMessage.create(0x55, 0x66);
        generator.sign(message, now);
        return message;
    }
}
