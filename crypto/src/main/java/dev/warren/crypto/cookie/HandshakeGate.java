package dev.warren.crypto.cookie;

import dev.warren.crypto.LocalIdentity;
import dev.warren.crypto.Suite;
import dev.warren.crypto.Verdict;
import java.security.SecureRandom;

/// What stands in front of all handshake messages of a device: sizes, MAC1, load, MAC2, token bucket. No DH happens
/// here.
@SuppressWarnings("DoNotCallSuggester")
public final class HandshakeGate implements AutoCloseable {
    public HandshakeGate(Suite suite, LocalIdentity identity, SecureRandom random) {
        throw new UnsupportedOperationException();
    }

    /// The private key changed.
    public void identity(LocalIdentity changed) {
        throw new UnsupportedOperationException();
    }

    /// Decided by the owner, see [LoadMeter].
    public void load(boolean underLoad) {
        throw new UnsupportedOperationException();
    }

    /// OK: go on. COOKIE_SENT: `reply` holds a 64-byte cookie reply for the source. Otherwise drop: MALFORMED,
    /// MAC1_INVALID, RATE_LIMITED.
    ///
    /// @param message exactly one handshake message: initiation, response or cookie reply
    /// @param sourceAddress 4 or 16 bytes
    /// @param reply at least 64 bytes, written only with COOKIE_SENT
    public Verdict admit(byte[] message, byte[] sourceAddress, int sourcePort, long now, byte[] reply) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
