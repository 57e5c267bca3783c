package dev.warren.crypto.primitive;

import java.lang.foreign.MemorySegment;

/// ChaCha20-Poly1305 (RFC 8439) of one thread: the engine that all keys of the thread share.
public sealed interface Aead extends AutoCloseable permits OpenSslAead, JdkAead {
    int TAG_LENGTH = 16;
    int KEY_LENGTH = 32;

    /// Free bytes that a caller leaves before and behind what it seals and opens.
    int MARGIN = 64;

    /// The longest message, and the longest additional data, of the short kind.
    int LONGEST_SHORT = 2048;

    /// A transport key; the 32 bytes are copied, the caller wipes his own. The key must be closed.
    AeadKey key(MemorySegment key32);

    /// A transport key; the 32 bytes are copied, the caller wipes his own. The key must be closed.
    AeadKey key(byte[] key32);

    /// Seals a short message (at most [#LONGEST_SHORT]) with additional data, nonce 4 zero bytes and LE64
    /// `counter`; the tag goes behind. `in` and `out` may be the same array.
    void seal(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to);

    /// Opens what seal made: `length` counts the tag. False on a bad tag, and then `out` is as it was.
    boolean open(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to);

    /// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with a nonce of 24 bytes, for cookie replies.
    void sealX(byte[] key32, byte[] nonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to);

    /// Opens what [#sealX] made: `length` counts the tag. False on a bad tag, and then `out` is as it was.
    boolean openX(
            byte[] key32, byte[] nonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to);

    /// What runs, for the log.
    String describe();

    @Override
    void close();
}
