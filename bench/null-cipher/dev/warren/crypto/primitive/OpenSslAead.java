package dev.warren.crypto.primitive;

import dev.warren.crypto.key.KeyCells;
import java.lang.foreign.MemorySegment;

/// No encryption at all, to measure what a router does besides: packets are copied, tags are zeros, nothing is checked.
/// Short messages, those of handshakes, are sealed as ever.
///
/// Stands in for the class of the same name in a JVM that bench/compare starts; no build compiles it, no jar holds it.
/// Both ends must be such, or neither.
public final class OpenSslAead implements Aead {
    private final JdkAead handshakes;

    public OpenSslAead(KeyCells cells) {
        handshakes = new JdkAead(cells);
        System.err.println("warren: NOTHING IS ENCRYPTED HERE: this is a measurement");
    }

    @Override
    public AeadKey key(MemorySegment key32) {
        return new Key();
    }

    @Override
    public AeadKey key(byte[] key32) {
        return new Key();
    }

    // Not static, like the one it stands in for: javac sees both.
    final class Key implements AeadKey {
        @Override
        public void seal(long counter, MemorySegment src, long at, int length, MemorySegment dst, long to) {
            MemorySegment.copy(src, at, dst, to, length);
            dst.asSlice(to + length, TAG_LENGTH).fill((byte) 0);
        }

        @Override
        public boolean open(long counter, MemorySegment src, long at, int length, MemorySegment dst, long to) {
            if (length < TAG_LENGTH) return false;
            MemorySegment.copy(src, at, dst, to, length - TAG_LENGTH);
            return true;
        }

        @Override
        public void close() {}
    }

    @Override
    public void seal(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        handshakes.seal(key32, counter, aad, in, at, length, out, to);
    }

    @Override
    public boolean open(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        return handshakes.open(key32, counter, aad, in, at, length, out, to);
    }

    @Override
    public void sealX(
            byte[] key32, byte[] nonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        handshakes.sealX(key32, nonce, nonceAt, aad, in, at, length, out, to);
    }

    @Override
    public boolean openX(
            byte[] key32, byte[] nonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        return handshakes.openX(key32, nonce, nonceAt, aad, in, at, length, out, to);
    }

    @Override
    public String describe() {
        return "no cipher";
    }

    @Override
    public void close() {
        handshakes.close();
    }
}
