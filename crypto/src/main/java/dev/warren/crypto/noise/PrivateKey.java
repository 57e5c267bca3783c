package dev.warren.crypto.noise;

import java.security.SecureRandom;

/// A secret of 32 bytes, kept off-heap. Usable from any thread; [#close] wipes it.
@SuppressWarnings("DoNotCallSuggester")
public final class PrivateKey implements AutoCloseable {
    public static final int LENGTH = 32;

    private PrivateKey() {}

    public static PrivateKey generate(SecureRandom random) {
        throw new UnsupportedOperationException();
    }

    /// Copies; the caller wipes his own.
    ///
    /// @throws IllegalArgumentException when it is not 32 bytes
    public static PrivateKey of(byte[] bytes) {
        throw new UnsupportedOperationException();
    }

    /// @throws IllegalArgumentException with a sentence when it is not 44 characters of base64
    public static PrivateKey fromBase64(CharSequence text) {
        throw new UnsupportedOperationException();
    }

    /// @throws IllegalArgumentException with a sentence when it is not 64 hexadecimal digits
    public static PrivateKey fromHex(CharSequence text) {
        throw new UnsupportedOperationException();
    }

    public PublicKey publicKey(X25519 x25519) {
        return x25519.publicKey(this);
    }

    public PrivateKey copy() {
        throw new UnsupportedOperationException();
    }

    /// Writes the 32 bytes to the start of `out`; the caller wipes it.
    public void copyTo(byte[] out) {
        throw new UnsupportedOperationException();
    }

    public void writeBase64(StringBuilder out) {
        throw new UnsupportedOperationException();
    }

    public void writeHex(StringBuilder out) {
        throw new UnsupportedOperationException();
    }

    /// In constant time.
    public boolean sameAs(PrivateKey other) {
        throw new UnsupportedOperationException();
    }

    public boolean isZero() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String toString() {
        return "PrivateKey[hidden]";
    }

    @Override
    public void close() {}
}
