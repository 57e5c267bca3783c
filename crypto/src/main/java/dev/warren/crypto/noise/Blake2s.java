package dev.warren.crypto.noise;

import java.util.Arrays;
import org.bouncycastle.crypto.digests.Blake2sDigest;

/// BLAKE2s-256 (RFC 7693), true HMAC (RFC 2104) and HKDF (RFC 5869) over it, and keyed BLAKE2s-128, with BouncyCastle's
/// digest
/// underneath. One digest and its scratch serve all; confined to the thread of its Suite.
public final class Blake2s {
    public static final int LENGTH = 32;
    public static final int MAC_LENGTH = 16;
    private static final int BLOCK = 64;

    private final Blake2sDigest digest = new Blake2sDigest(8 * LENGTH);
    private final byte[] block = new byte[BLOCK];
    private final byte[] secret = new byte[LENGTH];

    /// BLAKE2s-256 of `first` and a part of `second`. `out` may be one of them.
    public void hash(byte[] first, byte[] second, int at, int length, byte[] out) {
        digest.update(first, 0, first.length);
        digest.update(second, at, length);
        digest.doFinal(out, 0);
    }

    /// Keyed BLAKE2s-128 of a part of `data`, 16 bytes to `out + to`. The key has 16 or 32 bytes.
    /// This is the MAC of mac1 and mac2 (whitepaper §5.4.4), which is not HMAC.
    public void mac(byte[] key, byte[] data, int at, int length, byte[] out, int to) {
        var keyed = new Blake2sDigest(key, MAC_LENGTH, null, null);
        keyed.update(data, at, length);
        keyed.doFinal(out, to);
        keyed.clearKey();
    }

    /// HMAC-BLAKE2s: two nested hashes.
    public void hmac(byte[] key, byte[] data, int at, int length, byte[] out) {
        pad(key, (byte) 0x36);
        digest.update(data, at, length);
        digest.doFinal(out, 0);
        pad(key, (byte) 0x5C);
        digest.update(out, 0, LENGTH);
        digest.doFinal(out, 0);
        Arrays.fill(block, (byte) 0);
    }

    private void pad(byte[] key, byte with) {
        for (int i = 0; i < LENGTH; i++) {
            block[i] = (byte) (key[i] ^ with);
        }
        Arrays.fill(block, LENGTH, BLOCK, with);
        digest.update(block, 0, BLOCK);
    }

    /// KDF1 of the whitepaper, §5.4. `first` may be `chainKey`.
    void kdf1(byte[] chainKey, byte[] input, int at, int length, byte[] first) {
        hmac(chainKey, input, at, length, secret);
        next(null, 1, first);
        Arrays.fill(secret, (byte) 0);
    }

    /// KDF2.
    void kdf2(byte[] chainKey, byte[] input, int length, byte[] first, byte[] second) {
        hmac(chainKey, input, 0, length, secret);
        next(null, 1, first);
        next(first, 2, second);
        Arrays.fill(secret, (byte) 0);
    }

    /// KDF3.
    void kdf3(byte[] chainKey, byte[] input, int length, byte[] first, byte[] second, byte[] third) {
        hmac(chainKey, input, 0, length, secret);
        next(null, 1, first);
        next(first, 2, second);
        next(second, 3, third);
        Arrays.fill(secret, (byte) 0);
    }

    // HMAC(secret, previous || number)
    private void next(byte @org.jspecify.annotations.Nullable [] previous, int number, byte[] out) {
        pad(secret, (byte) 0x36);
        if (previous != null) {
            digest.update(previous, 0, LENGTH);
        }
        digest.update((byte) number);
        digest.doFinal(out, 0);
        pad(secret, (byte) 0x5C);
        digest.update(out, 0, LENGTH);
        digest.doFinal(out, 0);
        Arrays.fill(block, (byte) 0);
    }
}
