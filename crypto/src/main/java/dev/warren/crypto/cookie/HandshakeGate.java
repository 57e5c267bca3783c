package dev.warren.crypto.cookie;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.MessageType;
import java.security.SecureRandom;

/// Checks all handshake messages of a device before any Diffie-Hellman: size, MAC1, load, MAC2, token
/// bucket (whitepaper §5.3). Confined to the thread of its Suite.
///
/// Under load a message without a valid cookie gets a cookie reply, and its sender retransmits with the
/// cookie after five seconds. To spare most senders these seconds in a flood, sources below their rate
/// limit are admitted without a cookie, within a small budget shared by all of them (docs/decisions/0008).
public final class HandshakeGate implements AutoCloseable {
    // no DH here.: the shared budget bounds a flood whose sources are forged.
    private final CookieChecker checker;
    private final RateLimiter withCookie;
    private final RateLimiter withoutCookie;
    private final RateLimiter cookieReplies;
    /// Shared by all sources without a valid cookie.
    private final TokenBucket withoutCookieBudget =
            new TokenBucket(Protocol.WITHOUT_COOKIE_PER_SECOND, Protocol.WITHOUT_COOKIE_BURST);
    private boolean underLoad;

    public HandshakeGate(Suite suite, StaticIdentity identity, SecureRandom random) {
        checker = new CookieChecker(suite, identity.publicKey(), random);
        withCookie = new RateLimiter(Protocol.SOURCE_MESSAGES_PER_SECOND, Protocol.SOURCE_BURST, random);
        withoutCookie = new RateLimiter(Protocol.SOURCE_MESSAGES_PER_SECOND, Protocol.SOURCE_BURST, random);
        cookieReplies = new RateLimiter(Protocol.SOURCE_COOKIES_PER_SECOND, Protocol.SOURCE_COOKIES_BURST, random);
    }

    /// Checks messages against the public key of another identity from now on.
    public void identity(StaticIdentity changed) {
        checker.own(changed.publicKey());
    }

    /// Sets whether the device is under load; the owner decides it with a [LoadMeter].
    public void load(boolean underLoad) {
        this.underLoad = underLoad;
    }

    /// Decides whether a handshake message may be processed. Under load a source with a valid cookie is
    /// still rate limited.
    ///
    /// @param message exactly one handshake message: initiation, response or cookie reply
    /// @param sourceAddress 4 or 16 bytes
    /// @param sourcePort UDP port, 0 to 65535
    /// @param now nanoseconds
    /// @param reply at least 64 bytes, the caller's; written only with COOKIE_SENT
    /// @return OK: process it. COOKIE_SENT: send the 64-byte cookie reply in `reply` to the source and drop
    /// the message. MALFORMED, MAC1_INVALID, RATE_LIMITED: drop it
    /// @throws IllegalArgumentException when the address or `reply` has a wrong length
    public Verdict admit(byte[] message, byte[] sourceAddress, int sourcePort, long now, byte[] reply) {
        return admit(message, sourceAddress, sourcePort, now, reply, false);
    }

    /// As above, but with `suspicious` every message without a valid cookie gets a cookie reply, even
    /// without load.
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
            //
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

    /// Wipes the secret behind the cookies.
    @Override
    public void close() {
        checker.close();
    }
}
