package dev.warren.crypto.primitive;

import java.util.Arrays;

/// HMAC (RFC 2104) with BLAKE2s, which is two nested hashes and not the keyed hash, and the key derivation
/// of the whitepaper §5.4, which is HKDF (RFC 5869). Allocates nothing and wipes its scratch. Confined to
/// the thread of its Suite.
public final class Kdf {
    //
    private static final int LENGTH = Blake2s.LENGTH;
    private static final byte INNER = 0x36, OUTER = 0x5C;

    private final Blake2s blake2s;
    private final byte[] pad = new byte[Blake2s.BLOCK];
    private final byte[] secret = new byte[LENGTH];
    private final byte[] number = new byte[1];
    // States after the two pads of the key, which is the same for all outputs.
    private final int[] inner = new int[Blake2s.WORDS];
    private final int[] outer = new int[Blake2s.WORDS];

    public Kdf(Blake2s blake2s) {
        this.blake2s = blake2s;
    }

    /// HMAC-BLAKE2s with a key of 32 bytes; writes 32 bytes to `out`, which may be one of the other arrays.
    public void hmac(byte[] key, byte[] data, int at, int length, byte[] out) {
        nested(key, data, at, length, out);
        wipe();
    }

    /// KDF1. `first` may be `chainKey`.
    void derive(byte[] chainKey, byte[] input, int at, int length, byte[] first) {
        extract(chainKey, input, at, length);
        expand(secret, 0, 1, first);
        wipe();
    }

    /// KDF2. `first` may be `chainKey`.
    void derive(byte[] chainKey, byte[] input, int at, int length, byte[] first, byte[] second) {
        extract(chainKey, input, at, length);
        expand(secret, 0, 1, first);
        expand(first, LENGTH, 2, second);
        wipe();
    }

    /// KDF3. `first` may be `chainKey`.
    void derive(byte[] chainKey, byte[] input, int at, int length, byte[] first, byte[] second, byte[] third) {
        extract(chainKey, input, at, length);
        expand(secret, 0, 1, first);
        expand(first, LENGTH, 2, second);
        expand(second, LENGTH, 3, third);
        wipe();
    }

    private void nested(byte[] key, byte[] data, int at, int length, byte[] out) {
        begin(key, OUTER);
        blake2s.save(outer);
        begin(key, INNER);
        blake2s.update(data, at, length);
        close(out);
    }

    private void extract(byte[] chainKey, byte[] input, int at, int length) {
        nested(chainKey, input, at, length, secret);
        begin(secret, OUTER);
        blake2s.save(outer);
        begin(secret, INNER);
        blake2s.save(inner);
    }

    // HMAC(secret, previous || n)
    private void expand(byte[] previous, int length, int n, byte[] out) {
        blake2s.resume(inner, 1);
        blake2s.update(previous, 0, length);
        number[0] = (byte) n;
        blake2s.update(number, 0, 1);
        close(out);
    }

    private void begin(byte[] key, byte with) {
        for (int i = 0; i < LENGTH; i++) {
            pad[i] = (byte) (key[i] ^ with);
        }
        Arrays.fill(pad, LENGTH, Blake2s.BLOCK, with);
        blake2s.begin(LENGTH, 0);
        blake2s.update(pad, 0, Blake2s.BLOCK);
    }

    // The outer hash over the inner one.
    private void close(byte[] out) {
        blake2s.finish(pad, 0, LENGTH);
        blake2s.resume(outer, 1);
        blake2s.update(pad, 0, LENGTH);
        blake2s.finish(out, 0, LENGTH);
    }

    private void wipe() {
        Arrays.fill(pad, (byte) 0);
        Arrays.fill(secret, (byte) 0);
        Arrays.fill(inner, 0);
        Arrays.fill(outer, 0);
    }
}
