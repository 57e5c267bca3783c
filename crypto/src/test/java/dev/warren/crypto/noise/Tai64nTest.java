package dev.warren.crypto.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Tai64nTest {
    //
    @Test
    void nanosecondsAreInRangeAndWhitened() {
        var random = new Random(1);
        long last = Long.MIN_VALUE;
        for (int i = 0; i < 10_000; i++) {
            long wall = random.nextLong(4_000_000_000_000_000_000L);
            long stamp = Tai64n.whiten(wall, last);
            long nanoseconds = stamp % 1_000_000_000L;
            assertEquals(0, nanoseconds % Tai64n.WHITENING);
            assertTrue(stamp > last);
            last = i % 100 == 0 ? Long.MIN_VALUE : stamp;
        }
    }

    // a clock that stands still or goes back does not take the timestamps along.
    @Test
    void timestampsOfAStoppedClockStillGrow() {
        long last = Long.MIN_VALUE;
        var before = MemorySegment.ofArray(new byte[12]);
        for (int i = 0; i < 1000; i++) {
            long stamp = Tai64n.whiten(1_700_000_000_999_999_999L - i, last);
            var now = MemorySegment.ofArray(new byte[12]);
            Tai64n.write(stamp, now, 0);
            assertTrue(Tai64n.after(now, 0, before, 0));
            assertFalse(Tai64n.after(before, 0, now, 0));
            assertFalse(Tai64n.after(now, 0, now, 0));
            before = now;
            last = stamp;
        }
    }

    @Test
    void theLabelIsTai64() {
        var out = new byte[12];
        Tai64n.write(1_700_000_000L * 1_000_000_000L + (5 << 24), MemorySegment.ofArray(out), 0);
        assertEquals("400000006553f10a" + "05000000", HexFormat.of().formatHex(out));
    }

    @Test
    void labelsAreComparedUnsigned() {
        var one = MemorySegment.ofArray(HexFormat.of().parseHex("ffffffffffffffffffffffff"));
        var two = MemorySegment.ofArray(HexFormat.of().parseHex("400000006553f10a7fffffff"));
        assertTrue(Tai64n.after(one, 0, two, 0));
        assertFalse(Tai64n.after(two, 0, one, 0));
    }
}
