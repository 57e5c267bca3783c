package dev.warren.crypto.key;

import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.Arrays;

/// A Curve25519 private key, kept off-heap. Clamped (RFC 7748 §5) when it is made, as the kernel does; all zero means
/// none.
/// Usable from any thread; [#close] wipes it.
public final class PrivateKey implements AutoCloseable {
    public static final int LENGTH = Secret.LENGTH;
    private final Secret secret;

    private PrivateKey(Secret secret) {
        this.secret = secret;
    }

    /// Over memory of a handshake, which writes it.
    public PrivateKey(MemorySegment memory) {
        this(new Secret(memory));
    }

    public static PrivateKey generate(SecureRandom random) {
        var bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return take(bytes);
    }

    /// Copies; the caller wipes his own.
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

    /// RFC 7748 §5, but zero stays zero.
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

    /// A key of its own with the same content.
    public PrivateKey copy() {
        var bytes = new byte[LENGTH];
        secret.copyTo(bytes);
        return take(bytes);
    }

    /// Writes the 32 bytes to the start of `out`; the caller wipes it.
    public void copyTo(byte[] out) {
        secret.copyTo(out);
    }

    public void writeBase64(StringBuilder out) {
        secret.writeBase64(out);
    }

    public void writeHex(StringBuilder out) {
        secret.writeHex(out);
    }

    /// In constant time.
    public boolean sameAs(PrivateKey other) {
        return secret.sameAs(other.secret);
    }

    public boolean isZero() {
        return secret.isZero();
    }

    public MemorySegment memory() {
        return secret.bytes();
    }

    boolean closed() {
        return secret.closed();
    }

    /// Fresh random content; for the ephemeral key of a handshake.
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
