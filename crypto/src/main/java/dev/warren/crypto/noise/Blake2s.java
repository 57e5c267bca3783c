package dev.warren.crypto.noise;

/// BLAKE2s-256, HMAC and HKDF over it, and keyed BLAKE2s-128. Confined to the thread of its Suite.
@SuppressWarnings("DoNotCallSuggester")
public final class Blake2s {
    public static final int LENGTH = 32;
    public static final int MAC_LENGTH = 16;

    /// BLAKE2s-256 of `first || second`.
    public void hash(byte[] first, byte[] second, int at, int length, byte[] out) {
        throw new UnsupportedOperationException();
    }

    /// Keyed BLAKE2s-128 over a part of `data`, 16 bytes to `out + to`. The key has 16 or 32 bytes.
    public void mac(byte[] key, byte[] data, int at, int length, byte[] out, int to) {
        throw new UnsupportedOperationException();
    }
}
