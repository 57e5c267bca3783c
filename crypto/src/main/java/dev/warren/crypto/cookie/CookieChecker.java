package dev.warren.crypto.cookie;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.primitive.Blake2s;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.InitiationMessage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/// Checks MAC1 and MAC2 of messages to us and makes cookie replies (whitepaper §5.4.4 and §5.4.7). Keeps
/// nothing per source: a cookie is a MAC of address and port under a secret that changes every two
/// minutes. Confined to the thread of its Suite.
final class CookieChecker implements AutoCloseable {
    private static final byte[] NONE = new byte[Macs.LENGTH];
    private static final int COUNTER = 8;
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Suite suite;
    private final SecureRandom random;
    private final byte[] cookie = new byte[CookieReplyMessage.COOKIE_LENGTH];
    private final byte[] expected = new byte[Macs.LENGTH];
    private final byte[] source = new byte[16 + 2];
    private final byte[] nonce = new byte[CookieReplyMessage.NONCE_LENGTH];
    /// BLAKE2s states after the key block, which is the same for every message: hashing starts from them.
    private final int[] mac1State = new int[Blake2s.WORDS];
    private final int[] cookieState = new int[Blake2s.WORDS];
    private final int[] nonceState = new int[Blake2s.WORDS];
    private final byte[] count = new byte[Long.BYTES];
    private byte[] cookieKey = {};
    private boolean secretMade;
    private long secretTime;

    CookieChecker(Suite suite, PublicKey own, SecureRandom random) {
        this.suite = suite;
        this.random = random;
        own(own);
    }

    void own(PublicKey changed) {
        suite.blake2s().key(Macs.mac1Key(suite.blake2s(), changed), mac1State);
        cookieKey = Macs.cookieKey(suite.blake2s(), changed);
    }

    /// Checks MAC1 of an initiation or response in constant time.
    boolean mac1Valid(byte[] message) {
        int at = Macs.mac1At(message);
        suite.blake2s().mac(mac1State, message, 0, at, expected, 0);
        return isMac(message, at);
    }

    /// True when MAC2 was made with the current cookie of this address and port.
    boolean mac2Valid(byte[] message, byte[] address, int port, long now) {
        if (!secretMade || now - secretTime >= Protocol.COOKIE_SECRET_MAX_AGE) {
            return false;
        }
        int at = Macs.mac2At(message);
        if (Arrays.equals(message, at, at + Macs.LENGTH, NONE, 0, Macs.LENGTH)) {
            return false; // all zero: the sender has no cookie
        }
        cookieFor(address, port);
        suite.blake2s().mac(cookie, message, 0, at, expected, 0);
        return isMac(message, at);
    }

    private boolean isMac(byte[] message, int at) {
        return MessageDigest.isEqual(expected, Arrays.copyOfRange(message, at, at + Macs.LENGTH));
    }

    /// Writes the cookie reply, 64 bytes, for an initiation or response with a valid MAC1.
    void reply(byte[] message, byte[] address, int port, long now, byte[] reply) {
        if (!secretMade || now - secretTime >= Protocol.COOKIE_SECRET_MAX_AGE) {
            var secret = new byte[Blake2s.LENGTH];
            random.nextBytes(secret);
            suite.blake2s().key(secret, cookieState);
            Arrays.fill(secret, (byte) 0);
            random.nextBytes(nonce);
            random.nextBytes(secret);
            suite.blake2s().key(secret, nonceState);
            Arrays.fill(secret, (byte) 0);
            secretMade = true;
            secretTime = now;
        }
        cookieFor(address, port);
        CookieReplyMessage.begin(reply, InitiationMessage.sender(message));
        // The MAC of a counter: a nonce is never used twice under this key, and does not reveal how many
        // replies were sent.
        U64.set(count, 0, (long) U64.get(count, 0) + 1);
        suite.blake2s().mac(nonceState, count, 0, count.length, nonce, COUNTER);
        System.arraycopy(nonce, 0, reply, CookieReplyMessage.NONCE, nonce.length);
        int mac1 = Macs.mac1At(message);
        suite.aead()
                .sealX(
                        cookieKey,
                        nonce,
                        0,
                        Arrays.copyOfRange(message, mac1, mac1 + Macs.LENGTH),
                        cookie,
                        0,
                        cookie.length,
                        reply,
                        CookieReplyMessage.COOKIE);
    }

    private void cookieFor(byte[] address, int port) {
        System.arraycopy(address, 0, source, 0, address.length);
        source[address.length] = (byte) (port >> 8);
        source[address.length + 1] = (byte) port;
        suite.blake2s().mac(cookieState, source, 0, address.length + 2, cookie, 0);
    }

    @Override
    public void close() {
        Arrays.fill(cookieState, 0);
        Arrays.fill(nonceState, 0);
        Arrays.fill(cookie, (byte) 0);
        secretMade = false;
    }
}
