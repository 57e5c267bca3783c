package dev.warren.crypto.key;

import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.Arrays;

/// A Curve25519 private key of 32 bytes, kept off-heap. Clamped (RFC 7748 §5) when it is made, as the kernel does; all
/// zero means none. Usable from any thread; [#close] wipes it, and every later use is an IllegalStateException.
public final class PrivateKey implements AutoCloseable {
    public static final int LENGTH = Secret.LENGTH;
    private final Secret secret;

    private PrivateKey(Secret secret) {
        this.secret = secret;
    }

    /// A key in memory of the caller's: 32 bytes, which [#regenerate] fills and [#close] wipes but does not
    /// free.
    public PrivateKey(MemorySegment memory) {
        this(new Secret(memory));
    }

    /// A random key, which the caller closes.
    public static PrivateKey generate(SecureRandom random) {
        var bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return take(bytes);
    }

    /// Copies and clamps the bytes; the caller wipes its own.
    ///
    /// @throws IllegalArgumentException when it is not 32 bytes
    public static PrivateKey of(byte[] bytes) {
        return take(bytes.clone());
    }

    /// @throws IllegalArgumentException with a sentence when it is not 44 characters of base64
    public static PrivateKey fromBase64(CharSequence text) {
        return take(KeyText.fromBase64(text));
    }

    /// @throws IllegalArgumentException with a sentence when it is not 64 hexadecimal digits
    public static PrivateKey fromHex(CharSequence text) {
        return take(KeyText.fromHex(text));
    }

    private static PrivateKey take(byte[] bytes) {
        if (bytes.length == LENGTH) {
            clamp(bytes);
        }
        return new PrivateKey(Secret.take(bytes));
    }

    /// Clamps (RFC 7748 §5), but keeps zero as zero.
    static void clamp(byte[] bytes) {
        int any = 0;
        for (byte b : bytes) {
            any |= b;
        }
        if (any != 0) {
            bytes[0] &= (byte) 0xF8;
            bytes[31] = (byte) ((bytes[31] & 0x7F) | 0x40);
        }
    }

    public PublicKey publicKey(X25519 x25519) {
        return x25519.publicKey(this);
    }

    /// A copy, which the caller closes.
    public PrivateKey copy() {
        var bytes = new byte[LENGTH];
        secret.copyTo(bytes);
        return take(bytes);
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
    public boolean sameAs(PrivateKey other) {
        return secret.sameAs(other.secret);
    }

    public boolean isZero() {
        return secret.isZero();
    }

    /// The 32 bytes themselves, not a copy; for reading only, zero after [#close].
    public MemorySegment memory() {
        return secret.bytes();
    }

    boolean closed() {
        return secret.closed();
    }

    /// Replaces the key by a fresh random one; for the ephemeral key of a handshake.
    ///
    /// @param scratch 32 bytes of the caller's, zero afterwards
    public void regenerate(SecureRandom random, byte[] scratch) {
        random.nextBytes(scratch);
        clamp(scratch);
        MemorySegment.copy(scratch, 0, memory(), java.lang.foreign.ValueLayout.JAVA_BYTE, 0, LENGTH);
        Arrays.fill(scratch, (byte) 0);
    }

    @Override
    public String toString() {
        return "PrivateKey[hidden]";
    }

    @Override
    public void close() {
        secret.close();
    }
}
