package dev.warren.crypto.noise;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// TAI64N timestamps, 12 bytes big endian: `seconds(8) nanoseconds(4)`. Compared as unsigned numbers, so
/// byte by byte.
final class Tai64n {
    static final int LENGTH = 12;

    // 2^62, and the ten leap seconds before 1972, as other implementations have it.
    private static final long EPOCH = 0x400000000000000AL;
    private static final long SECOND = 1_000_000_000L;

    /// Nanoseconds are rounded down to a multiple of this, so that timestamps do not reveal the exact clock
    /// the greatest power of two in the 20 ms between two initiations (kernel noise.c, tai64n_now).
    static final int WHITENING = 1 << 24;

    private static final ValueLayout.OfLong SECONDS = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt NANOSECONDS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Tai64n() {}

    /// The whitened time in nanoseconds since the Unix epoch, but always later than `last`.
    static long whiten(long wall, long last) {
        long whitened = floor(wall);
        return Long.compare(whitened, last) > 0 ? whitened : floor(last + WHITENING);
    }

    private static long floor(long time) {
        long nanoseconds = Math.floorMod(time, SECOND);
        return time - nanoseconds + (nanoseconds & -WHITENING);
    }

    /// Writes `time`, nanoseconds since the Unix epoch.
    static void write(long time, MemorySegment out, long at) {
        out.set(SECONDS, at, EPOCH + Math.floorDiv(time, SECOND));
        out.set(NANOSECONDS, at + 8, (int) Math.floorMod(time, SECOND));
    }

    /// True when the timestamp at `one + at` is later than that at `other + otherAt`.
    static boolean after(MemorySegment one, long at, MemorySegment other, long otherAt) {
        int seconds = Long.compareUnsigned(one.get(SECONDS, at), other.get(SECONDS, otherAt));
        return seconds > 0
                || (seconds == 0
                        && Integer.compareUnsigned(one.get(NANOSECONDS, at + 8), other.get(NANOSECONDS, otherAt + 8))
                                > 0);
    }
}
