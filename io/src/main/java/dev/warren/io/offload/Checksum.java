package dev.warren.io.offload;

import java.lang.foreign.MemorySegment;

/// The Internet checksum (RFC 1071). Sums are 16-bit ones' complement sums in network byte order, not inverted, and
/// may be added as ints and folded once.
public final class Checksum {
    private Checksum() {}

    /// The sum of `length` bytes, in 0..0xffff; an odd last byte counts as the high half of a word.
    public static int sum(MemorySegment segment, long at, int length) {
        throw new UnsupportedOperationException();
    }

    /// Folds a sum of sums into 16 bits. Zero only for zero.
    public static int fold(long sum) {
        throw new UnsupportedOperationException();
    }
}
