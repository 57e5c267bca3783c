package dev.warren.crypto.noise;

import dev.warren.crypto.LocalIdentity;
import dev.warren.crypto.Suite;
import dev.warren.crypto.Verdict;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// The Noise_IKpsk2 handshake with one peer, in both roles. Confined to the thread of its Suite.
@SuppressWarnings("DoNotCallSuggester")
public final class Handshake implements AutoCloseable {
    public enum State {
        NONE,
        INITIATION_CREATED,
        INITIATION_CONSUMED,
        RESPONSE_CREATED,
        RESPONSE_CONSUMED
    }

    /// Costs nothing yet: the static-static DH is done on first use.
    public Handshake(Suite suite, LocalIdentity identity, PublicKey remote, SecureRandom random) {
        throw new UnsupportedOperationException();
    }

    /// The private key changed: the handshake in flight is forgotten.
    public void identity(LocalIdentity changed) {
        throw new UnsupportedOperationException();
    }

    /// Copied; counts from the next use on. Null or zero: none.
    public void presharedKey(@Nullable PresharedKey psk) {
        throw new UnsupportedOperationException();
    }

    /// A new initiation, 148 bytes, MACs not yet filled. Replaces a handshake in flight.
    /// Null when the peer's public key is a low-order point: there is nothing to be sent then.
    ///
    /// @param wall nanoseconds since the Unix epoch
    public byte @Nullable [] createInitiation(int senderIndex, long wall) {
        throw new UnsupportedOperationException();
    }

    /// Proves the sender, checks timestamp and rate. Nothing is changed unless OK.
    public Verdict consumeInitiation(ReceivedInitiation initiation, long now) {
        throw new UnsupportedOperationException();
    }

    /// The response, 92 bytes, MACs not yet filled. Null (and state NONE) when a DH result is zero.
    ///
    /// @throws IllegalStateException when no initiation was consumed
    public byte @Nullable [] createResponse(int senderIndex) {
        throw new UnsupportedOperationException();
    }

    /// Nothing is changed unless OK. Else UNEXPECTED_RESPONSE, MALFORMED, LOW_ORDER_POINT or DECRYPT_FAILED.
    public Verdict consumeResponse(byte[] message) {
        throw new UnsupportedOperationException();
    }

    /// After createResponse or consumeResponse; the state is NONE then and everything wiped but the static-static
    /// secret.
    ///
    /// @throws IllegalStateException in any other state
    public SessionKeys deriveSession() {
        throw new UnsupportedOperationException();
    }

    public State state() {
        throw new UnsupportedOperationException();
    }

    /// The receiver index we gave out last; keeps its value in state NONE.
    public int localIndex() {
        throw new UnsupportedOperationException();
    }

    public int remoteIndex() {
        throw new UnsupportedOperationException();
    }

    /// Forgets the handshake in flight; timestamps stay.
    public void clear() {
        throw new UnsupportedOperationException();
    }

    /// The greatest TAI64N accepted from this peer, 12 bytes; zeros at first.
    public byte[] lastTimestamp() {
        throw new UnsupportedOperationException();
    }

    /// What [#lastTimestamp] gave before.
    public void restoreTimestamp(byte[] tai64n) {
        throw new UnsupportedOperationException();
    }

    /// Wipes everything.
    @Override
    public void close() {}
}
