package dev.warren.crypto.primitive;

import java.lang.foreign.MemorySegment;

/// ChaCha20-Poly1305 (RFC 8439): the engine that all keys of one thread share. Confined to the thread of
/// its Suite.
public sealed interface Aead extends AutoCloseable permits OpenSslAead, JdkAead {
    int TAG_LENGTH = 16;
    int KEY_LENGTH = 32;

    /// Bytes that the caller leaves free before and after a packet, see [AeadKey].
    int MARGIN = 64;

    /// Longest message, in bytes, of [#seal] and [#sealX]; the additional data may have [#TAG_LENGTH] bytes
    /// less.
    int LONGEST_SHORT = 2048;

    /// Makes a transport key. Copies the 32 bytes, which the caller wipes. The caller closes the key.
    AeadKey key(MemorySegment key32);

    /// Makes a transport key. Copies the 32 bytes, which the caller wipes. The caller closes the key.
    AeadKey key(byte[] key32);

    /// Encrypts a short message (at most [#LONGEST_SHORT] bytes) with additional data; the nonce is 4 zero
    /// bytes and `counter` in little endian. Writes `length` + 16 bytes to `out + to`, the tag last. `in`
    /// and `out` may be the same array.
    void seal(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to);

    /// Decrypts what [#seal] made; `length` includes the tag. False on a bad tag, and then `out` is
    /// unchanged.
    boolean open(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to);

    /// As [#seal], with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) and the nonce of 24 bytes at `nonce +
    /// nonceAt`; for cookie replies.
    void sealX(byte[] key32, byte[] nonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to);

    /// Decrypts what [#sealX] made; `length` includes the tag. False on a bad tag, and then `out` is
    /// unchanged.
    boolean openX(
            byte[] key32, byte[] nonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to);

    /// Name of the library, for the log.
    String describe();

    @Override
    void close();
}
