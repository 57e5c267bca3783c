package dev.warren.crypto.cookie;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Protocol;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private static final long START = 1234;
    private final RateLimiter limiter =
            new RateLimiter(Protocol.SOURCE_MESSAGES_PER_SECOND, Protocol.SOURCE_BURST, new SecureRandom());

    @Test
    void aSourceHasABurstAndThenItsRate() {
        for (int i = 0; i < Protocol.SOURCE_BURST; i++) {
            assertTrue(limiter.allow(v4(1), START));
        }
        assertFalse(limiter.allow(v4(1), START));
        assertTrue(limiter.allow(v4(2), START));
        assertFalse(limiter.allow(v4(1), START + 50 * Protocol.MILLISECOND - 1));
        assertTrue(limiter.allow(v4(1), START + 50 * Protocol.MILLISECOND));
        assertFalse(limiter.allow(v4(1), START + 50 * Protocol.MILLISECOND));
        long later = START + 3600 * Protocol.SECOND;
        for (int i = 0; i < Protocol.SOURCE_BURST; i++) {
            assertTrue(limiter.allow(v4(1), later));
        }
        assertFalse(limiter.allow(v4(1), later));
    }

    //
    @Test
    void oneSubnetOfIpv6SharesABucket() {
        int allowed = 0;
        for (int i = 0; i < 100_000; i++) {
            allowed += limiter.allow(v6(0x20010DB8_00000001L, i), START) ? 1 : 0;
        }
        assertEquals(Protocol.SOURCE_BURST, allowed);
        assertTrue(limiter.allow(v6(0x20010DB8_00000002L, 0), START));
    }

    @Test
    void anIpv4AddressIsNoIpv6Subnet() {
        for (int i = 0; i < Protocol.SOURCE_BURST; i++) {
            assertTrue(limiter.allow(v4(0x01020304), START));
        }
        assertFalse(limiter.allow(v4(0x01020304), START));
        assertTrue(limiter.allow(v6(0x01020304L, 0), START));
        assertTrue(limiter.allow(v6(0x01020304L << 32, 0), START));
    }

    @Test
    void eachPortCanBeASource() {
        for (var address : new byte[][] {v4(1), v6(1, 1)}) {
            for (int i = 0; i < Protocol.SOURCE_BURST; i++) {
                assertTrue(limiter.allow(address, 7, START));
            }
            assertFalse(limiter.allow(address, 7, START));
            assertTrue(limiter.allow(address, 8, START));
        }
        assertTrue(limiter.allow(v4(2), 7, START));
    }

    //
    @Test
    void theTableDoesNotGrow() {
        assertEquals(0, limiter.size());
        var random = new Random(2);
        long now = START;
        for (int i = 0; i < 1_000_000; i++) {
            limiter.allow(i % 2 == 0 ? v4(random.nextInt()) : v6(random.nextLong() & 0x3FFFFFFFFFFFFFFFL, i), now);
            now += 100;
        }
        assertEquals(RateLimiter.ROWS * RateLimiter.WAYS * 16L, limiter.size());
        assertTrue(limiter.size() <= 1 << 20);
        // And it is of use again as soon as buckets have filled.
        now += Protocol.SECOND;
        int allowed = 0;
        for (int i = 0; i < 1000; i++) {
            allowed += limiter.allow(v4(i), now) ? 1 : 0;
        }
        assertTrue(allowed >= 990, "allowed: " + allowed);
    }

    @Test
    void aFullRowRefusesNewcomersButForgetsNobody() {
        int known = 0;
        for (int i = 0; i < Protocol.SOURCE_BURST; i++) {
            assertTrue(limiter.allow(v4(-7), START));
        }
        for (int i = 0; i < 200_000; i++) {
            known += limiter.allow(v4(i), START) ? 1 : 0;
        }
        assertTrue(known <= RateLimiter.ROWS * RateLimiter.WAYS);
        assertFalse(limiter.allow(v4(-7), START));
    }

    private static byte[] v4(int address) {
        return ByteBuffer.allocate(4).putInt(address).array();
    }

    private static byte[] v6(long high, long low) {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }
}
