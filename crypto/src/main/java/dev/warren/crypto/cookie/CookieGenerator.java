package dev.warren.crypto.cookie;

import dev.warren.crypto.Suite;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.noise.PublicKey;

/// Signs the handshake messages that go to one peer and keeps the latest cookie of that peer.
@SuppressWarnings("DoNotCallSuggester")
public final class CookieGenerator implements AutoCloseable {
    public CookieGenerator(Suite suite, PublicKey remote) {
        throw new UnsupportedOperationException();
    }

    /// Fills MAC1 and, with a cookie younger than 120 s, MAC2 at the end of an initiation or response; remembers MAC1.
    public void sign(byte[] message, long now) {
        throw new UnsupportedOperationException();
    }

    /// OK, MALFORMED or COOKIE_INVALID.
    public Verdict consumeReply(byte[] cookieReply, long now) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
