package dev.warren.routing.ip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfLong;
import java.lang.foreign.ValueLayout.OfShort;

/// The Internet checksum (RFC 1071). Sums are 16-bit ones' complement sums in network byte order, not inverted, and
/// may be added as ints and folded once.
public final class Checksum {
    private static final OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final OfInt U32 = JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private Checksum() {}

    /// The sum of `length` bytes, in 0..0xffff; an odd last byte is the high half of a word. Zero only when
    /// all bytes are zero. `length` is in 0..2^20.
    ///
    /// Sums little-endian words and swaps the result once (RFC 1071 §2 B). Two accumulators of 32-bit
    /// halves need no carries, so the JIT vectorizes the loop; folding carries in the loop was four times
    /// slower.
    public static int sum(MemorySegment segment, long at, int length) {
        long low = 0;
        long high = 0;
        long whole = length & -8;
        for (long i = 0; i < whole; i += 8) {
            long word = segment.get(U64, at + i);
            low += word & 0xffff_ffffL;
            high += word >>> 32;
        }
        long tail = at + whole;
        if ((length & 4) != 0) {
            low += segment.get(U32, tail) & 0xffff_ffffL;
            tail += 4;
        }
        if ((length & 2) != 0) {
            low += segment.get(U16, tail) & 0xffff;
            tail += 2;
        }
        if ((length & 1) != 0) {
            low += segment.get(JAVA_BYTE, tail) & 0xff;
        }
        return Short.toUnsignedInt(Short.reverseBytes((short) fold(low + high)));
    }

    /// Folds a sum of sums, in 0..2^48, into 16 bits. Zero only for zero.
    public static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & 0xffff_ffffL);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        return (int) ((folded >>> 16) + (folded & 0xffff));
    }

    /// The two halves of a 32-bit field in network order, as a sum.
    public static int halves(int value) {
        return (value >>> 16) + (value & 0xffff);
    }
}
