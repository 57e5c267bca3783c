package dev.warren.crypto.cookie;

import dev.warren.crypto.LocalIdentity;
import dev.warren.crypto.Suite;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.MessageType;
import java.security.SecureRandom;

/// What stands in front of all handshake messages of a device: sizes, MAC1, load, MAC2, token bucket. No DH happens
/// here. Confined to the thread of its Suite.
public final class HandshakeGate implements AutoCloseable {
    private final CookieChecker checker;
    private final RateLimiter limiter;
    private boolean underLoad;

    public HandshakeGate(Suite suite, LocalIdentity identity, SecureRandom random) {
        checker = new CookieChecker(suite, identity.publicKey(), random);
        limiter = new RateLimiter(random);
    }

    /// The private key changed.
    public void identity(LocalIdentity changed) {
        checker.own(changed.publicKey());
    }

    /// Decided by the owner, see [LoadMeter].
    public void load(boolean underLoad) {
        this.underLoad = underLoad;
    }

    /// OK: go on. COOKIE_SENT: `reply` holds a 64-byte cookie reply for the source. Otherwise drop: MALFORMED,
    /// MAC1_INVALID, RATE_LIMITED. Under load a source with a valid cookie still goes through its bucket.
    ///
    /// @param message exactly one handshake message: initiation, response or cookie reply
    /// @param sourceAddress 4 or 16 bytes
    /// @param reply at least 64 bytes, written only with COOKIE_SENT
    public Verdict admit(byte[] message, byte[] sourceAddress, int sourcePort, long now, byte[] reply) {
        if (sourceAddress.length != 4 && sourceAddress.length != 16) {
            throw new IllegalArgumentException("An address has 4 or 16 bytes, not " + sourceAddress.length + ".");
        }
        return switch (MessageType.classify(message)) {
            // It authenticates itself, and costs no DH.
            case MessageType.COOKIE_REPLY -> Verdict.OK;
            case MessageType.INITIATION, MessageType.RESPONSE ->
                admitSigned(message, sourceAddress, sourcePort, now, reply);
            default -> Verdict.MALFORMED;
        };
    }

    private Verdict admitSigned(byte[] message, byte[] sourceAddress, int sourcePort, long now, byte[] reply) {
        if (!checker.mac1Valid(message)) {
            return Verdict.MAC1_INVALID;
        }
        if (!underLoad) {
            return Verdict.OK;
        }
        if (!checker.mac2Valid(message, sourceAddress, sourcePort, now)) {
            if (reply.length < CookieReplyMessage.LENGTH) {
                throw new IllegalArgumentException("A cookie reply takes 64 bytes, not " + reply.length + ".");
            }
            checker.reply(message, sourceAddress, sourcePort, now, reply);
            return Verdict.COOKIE_SENT;
        }
        return limiter.allow(sourceAddress, now) ? Verdict.OK : Verdict.RATE_LIMITED;
    }

    /// Wipes the secret of the cookies.
    @Override
    public void close() {
        checker.close();
    }
}
