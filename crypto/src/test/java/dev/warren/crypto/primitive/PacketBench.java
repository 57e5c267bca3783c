package dev.warren.crypto.primitive;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A source and a destination with marked surroundings, to see what sealing and opening touch.
final class PacketBench implements AutoCloseable {
    /// What the contract allows to be touched behind the end.
    static final int BEHIND = Aead.MARGIN + Aead.TAG_LENGTH;

    private static final int GUARD = 256;
    private static final int SIZE = 4096;
    private static final byte MARK = 0x5A;

    private final Arena arena = Arena.ofConfined();
    final MemorySegment src = arena.allocate(SIZE, 64);
    final MemorySegment dst = arena.allocate(SIZE, 64);
    /// Not aligned to anything.
    final int at = GUARD + 3;

    final int to = GUARD + 21;
    private int sourceLength;

    /// Puts `bytes` at the source and marks everything else.
    void source(byte[] bytes) {
        src.fill(MARK);
        dst.fill(MARK);
        MemorySegment.copy(bytes, 0, src, JAVA_BYTE, at, bytes.length);
        sourceLength = bytes.length;
    }

    /// Lets the JDK seal what it sealed or opened last once more, which it refuses to do twice in a row.
    static void forgetNonce(Aead aead) {
        aead.open(new byte[32], Long.MIN_VALUE, new byte[0], new byte[16], 0, 16, new byte[0], 0);
    }

    void seal(Aead aead, AeadKey key, int head, long counter, int length) {
        forgetNonce(aead);
        switch (key) {
            case OpenSslAead.Key openSsl ->
                ((OpenSslAead) aead).sealPacket(openSsl, head, counter, src, at, length, dst, to);
            case JdkAead.Key jdk -> ((JdkAead) aead).sealPacket(jdk, head, counter, src, at, length, dst, to);
        }
        untouched(length);
    }

    boolean opened(Aead aead, AeadKey key, int head, long counter, int sealed) {
        boolean opened =
                switch (key) {
                    case OpenSslAead.Key openSsl ->
                        ((OpenSslAead) aead).openPacket(openSsl, head, counter, src, at, sealed, dst, to);
                    case JdkAead.Key jdk -> ((JdkAead) aead).openPacket(jdk, head, counter, src, at, sealed, dst, to);
                };
        untouched(sealed - Aead.TAG_LENGTH);
        return opened;
    }

    byte[] destination(int length) {
        return dst.asSlice(to, length).toArray(JAVA_BYTE);
    }

    byte[] sourceNow() {
        return src.asSlice(at, sourceLength).toArray(JAVA_BYTE);
    }

    // The contract of AeadKey.
    void untouched(int length) {
        marked("src before its margin", src, 0, at - Aead.MARGIN);
        marked("src behind", src, at + sourceLength, SIZE);
        marked("dst before", dst, 0, to);
        marked("dst behind its margin", dst, to + length + BEHIND, SIZE);
    }

    private static void marked(String what, MemorySegment segment, int from, int end) {
        for (int i = from; i < end; i++) {
            if (segment.get(JAVA_BYTE, i) != MARK) {
                throw new AssertionError(what + " was touched at " + i + ".");
            }
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
