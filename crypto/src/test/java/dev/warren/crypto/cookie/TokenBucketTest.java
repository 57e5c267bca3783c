package dev.warren.crypto.cookie;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void aBurstPassesAndThenTheRate() {
        var bucket = new TokenBucket(10, 5);
        assertEquals(5, taken(bucket, 0, 100));
        assertEquals(0, taken(bucket, SECOND / 10 - 1, 100));
        assertEquals(1, taken(bucket, SECOND / 10, 100));
        assertEquals(2, taken(bucket, 3 * SECOND / 10, 100));
    }

    @Test
    void silenceFillsItNoFurtherThanABurst() {
        var bucket = new TokenBucket(10, 5);
        assertEquals(5, taken(bucket, 1_000_000 * SECOND, 100));
        assertEquals(5, taken(bucket, Long.MAX_VALUE / 2, 100));
    }

    @Test
    void inTheLongRunItIsTheRate() {
        var bucket = new TokenBucket(50, 1);
        int taken = 0;
        for (long now = 0; now < 10 * SECOND; now += 1_000_003) {
            taken += bucket.take(now) ? 1 : 0;
        }
        assertTrue(taken > 450 && taken <= 500, "taken " + taken);
    }

    @Test
    void whatIsRefusedCostsNothing() {
        var bucket = new TokenBucket(1, 1);
        assertTrue(bucket.take(0));
        for (long now = 0; now < SECOND; now += SECOND / 100) {
            assertFalse(bucket.take(now));
        }
        assertTrue(bucket.take(SECOND));
    }

    @Test
    void ratesBelowOneAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, 0));
    }

    private static int taken(TokenBucket bucket, long now, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += bucket.take(now) ? 1 : 0;
        }
        return taken;
    }
}
