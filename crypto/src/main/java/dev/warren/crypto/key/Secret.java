package dev.warren.crypto.key;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// A key of 32 bytes, off-heap, so that no collector copies it and no heap dump contains it.
final class Secret {
    static final int LENGTH = 32;
    private final MemorySegment bytes;
    private volatile boolean closed;

    /// A key in memory that the caller owns.
    Secret(MemorySegment bytes) {
        this.bytes = bytes;
    }

    /// A copy of `key`.
    static Secret of(byte[] key) {
        if (key.length != LENGTH) {
            throw new IllegalArgumentException("A key has 32 bytes, not " + key.length + ".");
        }
        var memory = KeyMemory.cell();
        MemorySegment.copy(key, 0, memory, ValueLayout.JAVA_BYTE, 0, LENGTH);
        return new Secret(memory);
    }

    /// A copy of `key`, which is wiped.
    static Secret take(byte[] key) {
        try {
            return of(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    MemorySegment bytes() {
        if (closed) {
            throw new IllegalStateException("The key was closed.");
        }
        return bytes;
    }

    void copyTo(byte[] out) {
        MemorySegment.copy(bytes(), ValueLayout.JAVA_BYTE, 0, out, 0, LENGTH);
    }

    /// Compares in constant time.
    boolean sameAs(Secret other) {
        return difference(bytes(), other.bytes()) == 0;
    }

    boolean isZero() {

        return or(bytes()) == 0;
    }

    void writeHex(StringBuilder out) {
        var copy = new byte[LENGTH];
        copyTo(copy);
        KeyText.hex(copy, out);
        Arrays.fill(copy, (byte) 0);
    }

    void writeBase64(StringBuilder out) {
        var copy = new byte[LENGTH];
        copyTo(copy);
        KeyText.base64(copy, out);
        Arrays.fill(copy, (byte) 0);
    }

    boolean closed() {
        return closed;
    }

    void close() {
        closed = true;
        bytes.fill((byte) 0);
    }

    private static long difference(MemorySegment one, MemorySegment two) {
        long difference = 0;
        for (int i = 0; i < LENGTH; i += Long.BYTES) {
            difference |= one.get(ValueLayout.JAVA_LONG_UNALIGNED, i) ^ two.get(ValueLayout.JAVA_LONG_UNALIGNED, i);
        }
        return difference;
    }

    private static long or(MemorySegment one) {
        long all = 0;
        for (int i = 0; i < LENGTH; i += Long.BYTES) {
            all |= one.get(ValueLayout.JAVA_LONG_UNALIGNED, i);
        }
        return all;
    }
}
