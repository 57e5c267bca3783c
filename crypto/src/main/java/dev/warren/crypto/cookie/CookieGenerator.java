package dev.warren.crypto.cookie;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.MessageType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Signs the handshake messages to one peer with MAC1 and MAC2 and keeps the latest cookie of that peer
/// (whitepaper §5.4.4, §5.4.7). Confined to the thread of its Suite.
public final class CookieGenerator implements AutoCloseable {
    private static final int COOKIE_LENGTH = CookieReplyMessage.COOKIE_LENGTH;

    private final Suite suite;
    private final PublicKey remote;
    private final byte[] mac1Key;
    private final byte[] lastMac1 = new byte[Macs.LENGTH];
    private final byte[] cookie = new byte[COOKIE_LENGTH];
    private byte @Nullable [] cookieKey;
    private boolean waiting;
    private boolean cookieKnown;
    private long cookieTime;

    public CookieGenerator(Suite suite, PublicKey remote) {
        this.suite = suite;
        this.remote = remote;
        this.mac1Key = Macs.mac1Key(suite.blake2s(), remote);
    }

    /// Fills MAC1 and, with a cookie younger than 115 s, MAC2 at the end of an initiation or response;
    /// keeps a copy of MAC1, which the cookie reply authenticates.
    ///
    /// @param message an initiation of 148 or a response of 92 bytes, complete but for the MACs
    /// @param now nanoseconds
    public void sign(byte[] message, long now) {
        int mac1 = Macs.mac1At(message);
        int mac2 = mac1 + Macs.LENGTH;
        suite.blake2s().mac(mac1Key, message, 0, mac1, message, mac1);
        System.arraycopy(message, mac1, lastMac1, 0, Macs.LENGTH);
        waiting = true;
        if (cookieKnown && now - cookieTime < Protocol.COOKIE_SECRET_MAX_AGE - Protocol.COOKIE_SECRET_LATENCY) {
            suite.blake2s().mac(cookie, message, 0, mac2, message, mac2);
        } else {
            Arrays.fill(message, mac2, mac2 + Macs.LENGTH, (byte) 0);
        }
    }

    /// Stores the cookie of a cookie reply for later messages. The reply must belong to the message signed
    /// last, and only the first such reply is accepted.
    ///
    /// @param now nanoseconds
    /// @return OK, MALFORMED or COOKIE_INVALID; with the latter two nothing is changed
    public Verdict consumeReply(byte[] cookieReply, long now) {
        // the reply changes the cookie and nothing else; in particular, the endpoint stays.
        if (MessageType.classify(cookieReply) != MessageType.COOKIE_REPLY) {
            return Verdict.MALFORMED;
        }
        if (!waiting) {
            return Verdict.COOKIE_INVALID;
        }
        var key = cookieKey;
        if (key == null) {
            key = Macs.cookieKey(suite.blake2s(), remote);
            cookieKey = key;
        }
        boolean authentic = suite.aead()
                .openX(
                        key,
                        cookieReply,
                        CookieReplyMessage.NONCE,
                        lastMac1,
                        cookieReply,
                        CookieReplyMessage.COOKIE,
                        CookieReplyMessage.LENGTH - CookieReplyMessage.COOKIE,
                        cookie,
                        0);
        if (!authentic) {
            return Verdict.COOKIE_INVALID;
        }
        waiting = false;
        cookieKnown = true;
        cookieTime = now;
        return Verdict.OK;
    }

    /// Wipes the cookie.
    @Override
    public void close() {
        Arrays.fill(cookie, (byte) 0);
        Arrays.fill(lastMac1, (byte) 0);
        cookieKnown = false;
        waiting = false;
    }
}
