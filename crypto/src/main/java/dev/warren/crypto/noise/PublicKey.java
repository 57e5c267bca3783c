package dev.warren.crypto.noise;

/// A Curve25519 public key: a value of 32 bytes.
@SuppressWarnings("DoNotCallSuggester")
public final class PublicKey {
    public static final int LENGTH = 32;
    private final byte[] bytes;

    private PublicKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /// @throws IllegalArgumentException when it is not 32 bytes
    public static PublicKey of(byte[] bytes) {
        return new PublicKey(bytes.clone());
    }

    /// The 32 bytes at `at`.
    public static PublicKey of(byte[] bytes, int at) {
        return new PublicKey(java.util.Arrays.copyOfRange(bytes, at, at + LENGTH));
    }

    /// @throws IllegalArgumentException with a sentence when it is not 44 characters of base64
    public static PublicKey fromBase64(CharSequence text) {
        throw new UnsupportedOperationException();
    }

    /// @throws IllegalArgumentException with a sentence when it is not 64 hexadecimal digits
    public static PublicKey fromHex(CharSequence text) {
        throw new UnsupportedOperationException();
    }

    /// A copy.
    public byte[] bytes() {
        return bytes.clone();
    }

    /// The bytes themselves, for reading only.
    byte[] raw() {
        return bytes;
    }

    public void copyTo(byte[] out, int at) {
        System.arraycopy(bytes, 0, out, at, LENGTH);
    }

    public boolean isZero() {
        throw new UnsupportedOperationException();
    }

    public String toBase64() {
        throw new UnsupportedOperationException();
    }

    public String toHex() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey key && java.security.MessageDigest.isEqual(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return toBase64();
    }
}
