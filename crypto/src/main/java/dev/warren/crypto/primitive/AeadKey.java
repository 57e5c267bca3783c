package dev.warren.crypto.primitive;

import java.lang.foreign.MemorySegment;

/// One direction of a session. Belongs to the thread of its [Aead].
///
/// Both segments are native and do not overlap. Of `src` the [Aead#MARGIN] bytes before `at` may be clobbered, and
/// up to MARGIN bytes behind are read and unchanged on return. Of `dst` everything before `to` is unchanged on
/// return; up to MARGIN + TAG_LENGTH bytes behind `to + length` may be clobbered. No other byte is touched.
public sealed interface AeadKey extends AutoCloseable permits OpenSslAead.Key, JdkAead.Key {
    /// Encrypts `length` bytes at `src + at` to `dst + to` and writes the tag behind them. Nonce: 4 zero bytes, then
    /// LE64 `counter`.
    void seal(long counter, MemorySegment src, long at, int length, MemorySegment dst, long to);

    /// Opens ciphertext and tag, `length` bytes together. False on a bad tag (or when shorter than a tag), and then
    /// `dst` holds no plaintext.
    boolean open(long counter, MemorySegment src, long at, int length, MemorySegment dst, long to);

    /// Wipes the key. Idempotent; the key cannot be used afterwards.
    @Override
    void close();
}
