package dev.warren.crypto.primitive;

import static java.lang.Integer.rotateRight;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// BLAKE2s (RFC 7693). One instance hashes one message after another and allocates nothing. The rounds are
/// unrolled because a handshake hashes about 90 blocks: this takes two thirds of the time of
/// BouncyCastle's, which tests compare it with. Confined to the thread of its Suite.
public final class Blake2s {
    public static final int LENGTH = 32;
    public static final int MAC_LENGTH = 16;

    /// Length of a state that [#key] fills, in ints.
    public static final int WORDS = 8;

    static final int BLOCK = 64;

    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int[] IV = {
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19
    };

    // RFC 7693 §2.7, ten rounds of sixteen.
    private static final byte[] SIGMA = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, //
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3, //
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4, //
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8, //
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13, //
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9, //
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11, //
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10, //
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5, //
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0
    };

    private final int[] state = new int[WORDS];
    private final int[] words = new int[16];
    private final byte[] block = new byte[BLOCK];
    private final byte[] digest = new byte[LENGTH];
    private int buffered;
    // An int, since no message here comes near 2^31 bytes.
    private int count;

    /// BLAKE2s-256 of `first` and `length` bytes at `second + at`; writes 32 bytes to `out`, which may be
    /// one of them.
    public void hash(byte[] first, byte[] second, int at, int length, byte[] out) {
        begin(LENGTH, 0);
        update(first, 0, first.length);
        update(second, at, length);
        finish(out, 0, LENGTH);
    }

    /// Keyed BLAKE2s-128 of `length` bytes at `data + at`; writes 16 bytes to `out + to`. The key has at
    /// most 32 bytes. This is the MAC of mac1 and mac2 (whitepaper §5.4.4), and not HMAC.
    public void mac(byte[] key, byte[] data, int at, int length, byte[] out, int to) {
        begin(key);
        update(data, at, length);
        finish(out, to, MAC_LENGTH);
    }

    /// Precomputes the state after the key block, for a key with many MACs. The state is as secret as the
    /// key.
    ///
    /// @param key at most 32 bytes
    /// @param state [#WORDS] long
    public void key(byte[] key, int[] state) {
        begin(key);
        save(state);
        wipe();
    }

    /// As above, from the state of [#key].
    ///
    /// @param length 1 or more
    public void mac(int[] state, byte[] data, int at, int length, byte[] out, int to) {
        resume(state, 1);
        update(data, at, length);
        finish(out, to, MAC_LENGTH);
    }

    private void begin(byte[] key) {
        begin(MAC_LENGTH, key.length);
        update(key, 0, key.length);
        Arrays.fill(block, key.length, BLOCK, (byte) 0);
        buffered = BLOCK;
    }

    void begin(int outLength, int keyLength) {
        System.arraycopy(IV, 0, state, 0, WORDS);
        state[0] ^= 0x01010000 ^ (keyLength << 8) ^ outLength;
        buffered = 0;
        count = 0;
    }

    /// Continues from a state of [#save], which was taken after whole blocks.
    void resume(int[] saved, int blocks) {
        System.arraycopy(saved, 0, state, 0, WORDS);
        buffered = 0;
        count = blocks * BLOCK;
    }

    /// Saves the state after whole blocks. More data must follow, since the last block is hashed
    /// differently.
    void save(int[] saved) {
        if (buffered == BLOCK) {
            count += BLOCK;
            compress(block, 0, 0);
            buffered = 0;
        }
        System.arraycopy(state, 0, saved, 0, WORDS);
    }

    void update(byte[] data, int at, int length) {
        int from = at;
        int left = length;
        while (left > 0) {
            if (buffered == BLOCK) {
                count += BLOCK;
                compress(block, 0, 0);
                buffered = 0;
            }
            int part = Math.min(left, BLOCK - buffered);
            System.arraycopy(data, from, block, buffered, part);
            buffered += part;
            from += part;
            left -= part;
        }
    }

    /// Writes the digest and wipes the message from the instance.
    void finish(byte[] out, int to, int length) {
        count += buffered;
        Arrays.fill(block, buffered, BLOCK, (byte) 0);
        compress(block, 0, -1);
        for (int i = 0; i < WORDS; i++) {
            U32.set(digest, 4 * i, state[i]);
        }
        System.arraycopy(digest, 0, out, to, length);
        Arrays.fill(digest, (byte) 0);
        wipe();
    }

    private void wipe() {
        Arrays.fill(block, (byte) 0);
        Arrays.fill(words, 0);
        Arrays.fill(state, 0);
    }

    // RFC 7693 §3.2; `last` is -1 for the last block. Sixteen locals instead of an array: they live in registers.
    private void compress(byte[] data, int at, int last) {
        int[] m = words;
        for (int i = 0; i < 16; i++) {
            m[i] = (int) U32.get(data, at + 4 * i);
        }
        int[] h = state;
        int v0 = h[0], v1 = h[1], v2 = h[2], v3 = h[3], v4 = h[4], v5 = h[5], v6 = h[6], v7 = h[7];
        int v8 = IV[0], v9 = IV[1], v10 = IV[2], v11 = IV[3];
        int v12 = IV[4] ^ count, v13 = IV[5], v14 = IV[6] ^ last, v15 = IV[7];
        for (int s = 0; s < 160; s += 16) {
            v0 += v4 + m[SIGMA[s]];
            v12 = rotateRight(v12 ^ v0, 16);
            v8 += v12;
            v4 = rotateRight(v4 ^ v8, 12);
            v0 += v4 + m[SIGMA[s + 1]];
            v12 = rotateRight(v12 ^ v0, 8);
            v8 += v12;
            v4 = rotateRight(v4 ^ v8, 7);

            v1 += v5 + m[SIGMA[s + 2]];
            v13 = rotateRight(v13 ^ v1, 16);
            v9 += v13;
            v5 = rotateRight(v5 ^ v9, 12);
            v1 += v5 + m[SIGMA[s + 3]];
            v13 = rotateRight(v13 ^ v1, 8);
            v9 += v13;
            v5 = rotateRight(v5 ^ v9, 7);

            v2 += v6 + m[SIGMA[s + 4]];
            v14 = rotateRight(v14 ^ v2, 16);
            v10 += v14;
            v6 = rotateRight(v6 ^ v10, 12);
            v2 += v6 + m[SIGMA[s + 5]];
            v14 = rotateRight(v14 ^ v2, 8);
            v10 += v14;
            v6 = rotateRight(v6 ^ v10, 7);

            v3 += v7 + m[SIGMA[s + 6]];
            v15 = rotateRight(v15 ^ v3, 16);
            v11 += v15;
            v7 = rotateRight(v7 ^ v11, 12);
            v3 += v7 + m[SIGMA[s + 7]];
            v15 = rotateRight(v15 ^ v3, 8);
            v11 += v15;
            v7 = rotateRight(v7 ^ v11, 7);

            v0 += v5 + m[SIGMA[s + 8]];
            v15 = rotateRight(v15 ^ v0, 16);
            v10 += v15;
            v5 = rotateRight(v5 ^ v10, 12);
            v0 += v5 + m[SIGMA[s + 9]];
            v15 = rotateRight(v15 ^ v0, 8);
            v10 += v15;
            v5 = rotateRight(v5 ^ v10, 7);

            v1 += v6 + m[SIGMA[s + 10]];
            v12 = rotateRight(v12 ^ v1, 16);
            v11 += v12;
            v6 = rotateRight(v6 ^ v11, 12);
            v1 += v6 + m[SIGMA[s + 11]];
            v12 = rotateRight(v12 ^ v1, 8);
            v11 += v12;
            v6 = rotateRight(v6 ^ v11, 7);

            v2 += v7 + m[SIGMA[s + 12]];
            v13 = rotateRight(v13 ^ v2, 16);
            v8 += v13;
            v7 = rotateRight(v7 ^ v8, 12);
            v2 += v7 + m[SIGMA[s + 13]];
            v13 = rotateRight(v13 ^ v2, 8);
            v8 += v13;
            v7 = rotateRight(v7 ^ v8, 7);

            v3 += v4 + m[SIGMA[s + 14]];
            v14 = rotateRight(v14 ^ v3, 16);
            v9 += v14;
            v4 = rotateRight(v4 ^ v9, 12);
            v3 += v4 + m[SIGMA[s + 15]];
            v14 = rotateRight(v14 ^ v3, 8);
            v9 += v14;
            v4 = rotateRight(v4 ^ v9, 7);
        }
        h[0] ^= v0 ^ v8;
        h[1] ^= v1 ^ v9;
        h[2] ^= v2 ^ v10;
        h[3] ^= v3 ^ v11;
        h[4] ^= v4 ^ v12;
        h[5] ^= v5 ^ v13;
        h[6] ^= v6 ^ v14;
        h[7] ^= v7 ^ v15;
    }
}
