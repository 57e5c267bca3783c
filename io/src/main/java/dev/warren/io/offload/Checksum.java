package dev.warren.io.offload;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The Internet checksum (RFC 1071). Sums are 16-bit ones' complement sums in network byte order, not inverted, and
/// may be added as ints and folded once.
public final class Checksum {
    private static final ValueLayout.OfShort WORD = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Checksum() {}

    /// The sum of `length` bytes, in 0..0xffff; an odd last byte counts as the high half of a word.
    public static int sum(MemorySegment segment, long at, int length) {
        long sum = 0;
        for (int i = 0; i + 1 < length; i += 2) {
            sum += segment.get(WORD, at + i) & 0xffff;
        }
        return fold((length & 1) == 0 ? sum : sum + ((segment.get(JAVA_BYTE, at + length - 1) & 0xff) << 8));
    }

    /// Folds a sum of sums into 16 bits. Zero only for zero.
    public static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }
}
