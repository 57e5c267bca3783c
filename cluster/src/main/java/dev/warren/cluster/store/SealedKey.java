package dev.warren.cluster.store;

import java.util.Arrays;

/// A key of 32 bytes, encrypted with the fleet's key: `nonce(12) ciphertext(32) tag(16)`. Equal when the bytes are,
/// though the same key sealed twice has different bytes.
public final class SealedKey {
    static final int LENGTH = 12 + 32 + 16;

    private final byte[] bytes;

    SealedKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /// The bytes themselves, for reading only.
    byte[] raw() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealedKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "SealedKey[hidden]";
    }
}
