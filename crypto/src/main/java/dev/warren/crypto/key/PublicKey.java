package dev.warren.crypto.key;

import java.security.MessageDigest;
import java.util.Arrays;

/// A Curve25519 public key: a value of 32 bytes.
public final class PublicKey {
    public static final int LENGTH = 32;
    private final byte[] bytes;

    private PublicKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /// @throws IllegalArgumentException when it is not 32 bytes
    public static PublicKey of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("A public key has 32 bytes, not " + bytes.length + ".");
        }
        return new PublicKey(bytes.clone());
    }

    /// Copies the 32 bytes at `at`.
    public static PublicKey of(byte[] bytes, int at) {
        return new PublicKey(Arrays.copyOfRange(bytes, at, at + LENGTH));
    }

    /// @throws IllegalArgumentException with a sentence when it is not 44 characters of base64
    public static PublicKey fromBase64(CharSequence text) {
        return new PublicKey(KeyText.fromBase64(text));
    }

    /// @throws IllegalArgumentException with a sentence when it is not 64 hexadecimal digits
    public static PublicKey fromHex(CharSequence text) {
        return new PublicKey(KeyText.fromHex(text));
    }

    /// The 32 bytes, a copy.
    public byte[] bytes() {
        return bytes.clone();
    }

    /// The 32 bytes themselves, for reading only.
    public byte[] raw() {
        return bytes;
    }

    public void copyTo(byte[] out, int at) {
        System.arraycopy(bytes, 0, out, at, LENGTH);
    }

    public boolean isZero() {
        int any = 0;
        for (byte b : bytes) {
            any |= b;
        }
        return any == 0;
    }

    public String toBase64() {
        var out = new StringBuilder(44);
        KeyText.base64(bytes, out);
        return out.toString();
    }

    public String toHex() {
        var out = new StringBuilder(64);
        KeyText.hex(bytes, out);
        return out.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        // All bytes: honest keys are as good as random, but keys chosen by an attacker must spread too.
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return toBase64();
    }
}
