package dev.warren.crypto.key;

import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;

/// A preshared key of 32 bytes, kept off-heap; all zero means none. Usable from any thread; [#close] wipes
/// it, and every later use is an IllegalStateException.
public final class PresharedKey implements AutoCloseable {
    public static final int LENGTH = Secret.LENGTH;
    private final Secret secret;

    private PresharedKey(Secret secret) {
        this.secret = secret;
    }

    /// The key of all zeros, which means none.
    public static PresharedKey zero() {
        return of(new byte[LENGTH]);
    }

    /// A random key, which the caller closes.
    public static PresharedKey generate(SecureRandom random) {
        var bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new PresharedKey(Secret.take(bytes));
    }

    /// Copies the bytes; the caller wipes its own.
    ///
    /// @throws IllegalArgumentException when it is not 32 bytes
    public static PresharedKey of(byte[] bytes) {
        return new PresharedKey(Secret.of(bytes));
    }

    /// @throws IllegalArgumentException with a sentence when it is not 44 characters of base64
    public static PresharedKey fromBase64(CharSequence text) {
        return new PresharedKey(Secret.take(KeyText.fromBase64(text)));
    }

    /// @throws IllegalArgumentException with a sentence when it is not 64 hexadecimal digits
    public static PresharedKey fromHex(CharSequence text) {
        return new PresharedKey(Secret.take(KeyText.fromHex(text)));
    }

    /// A copy, which the caller closes.
    public PresharedKey copy() {
        var bytes = new byte[LENGTH];
        secret.copyTo(bytes);
        return new PresharedKey(Secret.take(bytes));
    }

    /// Writes the 32 bytes to the start of `out`; the caller wipes it.
    public void copyTo(byte[] out) {
        secret.copyTo(out);
    }

    /// Appends 44 characters of base64; the caller wipes them.
    public void writeBase64(StringBuilder out) {
        secret.writeBase64(out);
    }

    /// Appends 64 hexadecimal digits; the caller wipes them.
    public void writeHex(StringBuilder out) {
        secret.writeHex(out);
    }

    /// Compares in constant time.
    public boolean sameAs(PresharedKey other) {
        return secret.sameAs(other.secret);
    }

    public boolean isZero() {
        return secret.isZero();
    }

    /// The 32 bytes themselves, not a copy; for reading only, zero after [#close].
    public MemorySegment memory() {
        return secret.bytes();
    }

    @Override
    public String toString() {
        return "PresharedKey[hidden]";
    }

    @Override
    public void close() {
        secret.close();
    }
}
