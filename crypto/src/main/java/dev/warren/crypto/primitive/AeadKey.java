package dev.warren.crypto.primitive;

import java.lang.foreign.MemorySegment;

/// The key of one direction of a session. Confined to the thread of its [Aead].
///
/// Both segments are native, stay the caller's, and do not overlap. In `src` the [Aead#MARGIN] bytes before
/// `at` may be clobbered, and up to MARGIN bytes after the message are read and unchanged on return. In
/// `dst` everything before `to` is unchanged on return; up to MARGIN + TAG_LENGTH bytes after `to + length`
/// may be clobbered. No other byte is touched. An engine that needs the margins throws an
/// IndexOutOfBoundsException when they are missing.
public sealed interface AeadKey extends AutoCloseable permits OpenSslAead.Key, JdkAead.Key {
    /// Encrypts `length` bytes at `src + at` to `dst + to` and writes the tag after them. The nonce is 4
    /// zero bytes and `counter` in little endian (whitepaper §5.4.6).
    void seal(long counter, MemorySegment src, long at, int length, MemorySegment dst, long to);

    /// Decrypts ciphertext and tag, `length` bytes together. False on a bad tag or when shorter than a tag,
    /// and then `dst` contains no plaintext.
    boolean open(long counter, MemorySegment src, long at, int length, MemorySegment dst, long to);

    /// Wipes the key. Idempotent; the key cannot be used afterwards.
    @Override
    void close();
}
