package dev.warren.crypto;

import dev.warren.crypto.aead.Aead;
import dev.warren.crypto.noise.Blake2s;
import dev.warren.crypto.noise.X25519;

/// What one thread needs to do cryptography. Open one per event loop; nothing in it may be used by two threads at a
/// time.
@SuppressWarnings("DoNotCallSuggester")
public final class Suite implements AutoCloseable {
    public enum Choice {
        AUTO,
        OPENSSL,
        JDK
    }

    private Suite() {}

    /// AUTO takes OpenSSL where libcrypto loads and passes its self-test, else JDK and BouncyCastle.
    ///
    /// @throws IllegalStateException with a sentence when OPENSSL was asked for and cannot be had
    public static Suite open(Choice choice) {
        throw new UnsupportedOperationException(choice.name());
    }

    public Aead aead() {
        throw new UnsupportedOperationException();
    }

    public X25519 x25519() {
        throw new UnsupportedOperationException();
    }

    public Blake2s blake2s() {
        throw new UnsupportedOperationException();
    }

    /// What runs, for the log: "OpenSSL 3.0.19 (ChaCha20 + Poly1305), X25519 OpenSSL".
    public String describe() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
