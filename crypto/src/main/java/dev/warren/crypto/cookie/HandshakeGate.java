package dev.warren.crypto.cookie;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.MessageType;
import java.security.SecureRandom;

/// What stands in front of all handshake messages of a device: sizes, MAC1, load, MAC2, token bucket. No DH happens
/// here. Confined to the thread of its Suite.
///
/// Under load most of those without a cookie are asked for one, and come back with it after five seconds. So that
/// a flood does not cost everybody these seconds, sources that have not asked for much lately are let through
/// without, as far as there is a small budget for all of them (R-51, R-53; docs/decisions/0008).
public final class HandshakeGate implements AutoCloseable {
    private final CookieChecker checker;
    private final RateLimiter withCookie;
    private final RateLimiter withoutCookie;
    private final RateLimiter cookieReplies;
    /// Shared by all sources that have shown no cookie.
    private final TokenBucket withoutCookieBudget =
            new TokenBucket(Protocol.WITHOUT_COOKIE_PER_SECOND, Protocol.WITHOUT_COOKIE_BURST);
    private boolean underLoad;

    public HandshakeGate(Suite suite, StaticIdentity identity, SecureRandom random) {
        checker = new CookieChecker(suite, identity.publicKey(), random);
        withCookie = new RateLimiter(Protocol.SOURCE_MESSAGES_PER_SECOND, Protocol.SOURCE_BURST, random);
        withoutCookie = new RateLimiter(Protocol.SOURCE_MESSAGES_PER_SECOND, Protocol.SOURCE_BURST, random);
        cookieReplies = new RateLimiter(Protocol.SOURCE_COOKIES_PER_SECOND, Protocol.SOURCE_COOKIES_BURST, random);
    }

    /// The private key changed.
    public void identity(StaticIdentity changed) {
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
        return admit(message, sourceAddress, sourcePort, now, reply, false);
    }

    /// As above, but with `suspicious` a cookie is asked for even when there is no load, and of newcomers too.
    public Verdict admit(
            byte[] message, byte[] sourceAddress, int sourcePort, long now, byte[] reply, boolean suspicious) {
        if (sourceAddress.length != 4 && sourceAddress.length != 16) {
            throw new IllegalArgumentException("An address has 4 or 16 bytes, not " + sourceAddress.length + ".");
        }
        return switch (MessageType.classify(message)) {
            // It authenticates itself, and costs no DH.
            case MessageType.COOKIE_REPLY -> Verdict.OK;
            case MessageType.INITIATION, MessageType.RESPONSE ->
                admitSigned(message, sourceAddress, sourcePort, now, reply, suspicious);
            default -> Verdict.MALFORMED;
        };
    }

    private Verdict admitSigned(
            byte[] message, byte[] sourceAddress, int sourcePort, long now, byte[] reply, boolean suspicious) {
        if (!checker.mac1Valid(message)) {
            return Verdict.MAC1_INVALID;
        }
        if (!underLoad && !suspicious) {
            return Verdict.OK;
        }
        if (checker.mac2Valid(message, sourceAddress, sourcePort, now)) {
            return withCookie.allow(sourceAddress, now) ? Verdict.OK : Verdict.RATE_LIMITED;
        }
        if (!suspicious && withoutCookie.allow(sourceAddress, now) && withoutCookieBudget.take(now)) {
            return Verdict.OK;
        }
        if (!cookieReplies.allow(sourceAddress, sourcePort, now)) {
            return Verdict.RATE_LIMITED;
        }
        if (reply.length < CookieReplyMessage.LENGTH) {
            throw new IllegalArgumentException("A cookie reply takes 64 bytes, not " + reply.length + ".");
        }
        checker.reply(message, sourceAddress, sourcePort, now, reply);
        return Verdict.COOKIE_SENT;
    }

    /// Wipes the secret of the cookies.
    @Override
    public void close() {
        checker.close();
    }
}
