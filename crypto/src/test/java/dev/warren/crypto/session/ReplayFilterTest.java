package dev.warren.crypto.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Protocol;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayFilterTest {
    private static final int WINDOW = ReplayFilter.WINDOW;

    private final ReplayFilter filter = new ReplayFilter();

    /// The obvious twin: every counter that was marked, and the greatest of them.
    private static final class Naive {
        private final Set<Long> seen = new HashSet<>();
        private long greatest;

        boolean check(long counter) {
            if (Long.compareUnsigned(counter, Protocol.REJECT_AFTER_MESSAGES) >= 0 || seen.contains(counter)) {
                return false;
            }
            boolean newer = seen.isEmpty() || Long.compareUnsigned(counter, greatest) > 0;
            return newer || Long.compareUnsigned(greatest - counter, WINDOW) < 0;
        }

        void mark(long counter) {
            if (seen.isEmpty() || Long.compareUnsigned(counter, greatest) > 0) {
                greatest = counter;
            }
            seen.add(counter);
        }
    }

    @Test
    void agreesWithANaiveSetOnRandomCounters() {
        for (long seed = 0; seed < 25; seed++) {
            var random = new Random(seed);
            var tested = new ReplayFilter();
            var naive = new Naive();
            long base = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(20_000);
            int spread = 1 << random.nextInt(1, 18);
            for (int i = 0; i < 20_000; i++) {
                long counter = base + random.nextInt(-spread, spread);
                if (random.nextInt(500) == 0) {
                    base += random.nextInt(4 * WINDOW);
                }
                var where = "seed " + seed + " step " + i + " counter " + Long.toUnsignedString(counter);
                boolean expected = naive.check(counter);
                assertEquals(expected, tested.check(counter), where);
                if (random.nextInt(4) != 0) {
                    assertEquals(expected, tested.mark(counter), where);
                    if (expected) {
                        naive.mark(counter);
                    }
                }
            }
        }
    }

    @Test
    void windowEndsExactly8192BehindTheGreatestWhereverThatLies() {
        for (long greatest = WINDOW; greatest < WINDOW + 300; greatest++) {
            var fresh = new ReplayFilter();
            assertTrue(fresh.mark(greatest));
            assertTrue(fresh.check(greatest - 8191));
            assertTrue(fresh.mark(greatest - 8191));
            assertFalse(fresh.check(greatest - 8191));
            assertFalse(fresh.check(greatest - 8192));
            assertTrue(fresh.check(greatest + 1));
            assertFalse(fresh.check(greatest));
        }
    }

    @Test
    void jumpsOfAboutTheWindowForgetNothingTooEarlyOrTooLate() {
        for (int jump = WINDOW - 130; jump < WINDOW + 200; jump++) {
            var tested = new ReplayFilter();
            var naive = new Naive();
            for (long counter : new long[] {0, 1, 63, 64, 100, 100L + jump}) {
                assertTrue(tested.mark(counter));
                naive.mark(counter);
            }
            for (long counter = 0; counter < jump + 200; counter++) {
                assertEquals(naive.check(counter), tested.check(counter), "jump " + jump + " counter " + counter);
            }
        }
    }

    @Test
    void refusesReplaysTheLimitAndEverythingAboveIt() {
        assertTrue(filter.mark(0));
        assertFalse(filter.check(-1L));
        assertFalse(filter.mark(-1L));
        assertFalse(filter.check(0));
        assertFalse(filter.check(Protocol.REJECT_AFTER_MESSAGES));
        assertTrue(filter.mark(Protocol.REJECT_AFTER_MESSAGES - 1));
        assertFalse(filter.check(Protocol.REJECT_AFTER_MESSAGES - 1));
        assertTrue(filter.check(Protocol.REJECT_AFTER_MESSAGES - 2));
        assertFalse(filter.check(0));
    }

    @Test
    void countersAbove2To31And2To63AreGreaterNotNegative() {
        for (long boundary : new long[] {1L << 31, 1L << 32, Long.MIN_VALUE}) {
            var fresh = new ReplayFilter();
            assertTrue(fresh.mark(boundary - 1));
            assertTrue(fresh.mark(boundary));
            assertTrue(fresh.mark(boundary + 1));
            assertFalse(fresh.check(boundary - 1));
            assertFalse(fresh.check(5));
        }
    }

    @Test
    void checkingChangesNothing() {
        assertTrue(filter.mark(7));
        for (long counter = 0; counter < 100_000; counter += 3) {
            filter.check(counter);
        }
        assertTrue(filter.check(8));
        assertTrue(filter.check(6));
        assertEquals(8, filter.expected());
    }

    @Test
    void hugeJumpsClearAtMostTheWholeWindow() {
        long jumps = 200_000;
        long step = Long.divideUnsigned(Protocol.REJECT_AFTER_MESSAGES, jumps + 1);
        long start = System.nanoTime();
        for (long i = 1; i <= jumps; i++) {
            assertTrue(filter.mark(i * step));
        }
        long each = (System.nanoTime() - start) / jumps;
        assertTrue(each < 10_000, each + " ns per jump of " + step);
    }

    @Test
    void reorderingBy4000LosesNothing() {
        for (long block = 0; block < 10; block++) {
            for (long i = 3999; i >= 0; i--) {
                assertTrue(filter.mark(block * 4000 + i));
            }
        }
    }
}
