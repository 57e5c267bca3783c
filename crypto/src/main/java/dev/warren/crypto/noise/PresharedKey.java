package dev.warren.crypto.noise;

import java.security.SecureRandom;

/// A secret of 32 bytes, kept off-heap. Usable from any thread; [#close] wipes it.
@SuppressWarnings("DoNotCallSuggester")
public final class PresharedKey implements AutoCloseable {
    public static final int LENGTH = 32;

    private PresharedKey() {}

    /// All zero, which means none.
    public static PresharedKey zero() {
        return of(new byte[LENGTH]);
    }

    public static PresharedKey generate(SecureRandom random) {
        throw new UnsupportedOperationException();
    }

    /// Copies; the caller wipes his own.
    ///
    /// @throws IllegalArgumentException when it is not 32 bytes
    public static PresharedKey of(byte[] bytes) {
        throw new UnsupportedOperationException();
    }

    /// @throws IllegalArgumentException with a sentence when it is not 44 characters of base64
    public static PresharedKey fromBase64(CharSequence text) {
        throw new UnsupportedOperationException();
    }

    /// @throws IllegalArgumentException with a sentence when it is not 64 hexadecimal digits
    public static PresharedKey fromHex(CharSequence text) {
        throw new UnsupportedOperationException();
    }

    public PresharedKey copy() {
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
    public boolean sameAs(PresharedKey other) {
        throw new UnsupportedOperationException();
    }

    public boolean isZero() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String toString() {
        return "PresharedKey[hidden]";
    }

    @Override
    public void close() {}
}
