package dev.warren.crypto.cookie;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Protocol;
import org.junit.jupiter.api.Test;

//
class LoadMeterTest {
    @Test
    void workWithinTheBudgetIsNoLoad() {
        var meter = new LoadMeter(1000);
        for (long now = 0; now < 20 * Protocol.SECOND; now += Protocol.MILLISECOND) {
            meter.spent(1, now);
            assertFalse(meter.underLoad(now));
        }
    }

    @Test
    void aBurstWithinATenthOfASecondsBudgetIsNoLoad() {
        var meter = new LoadMeter(1000);
        meter.spent(100, 0);
        assertFalse(meter.underLoad(0));
        meter.spent(1, 0);
        assertTrue(meter.underLoad(0));
    }

    @Test
    void loadEndsASecondAfterTheLastSignOfIt() {
        var meter = new LoadMeter(1000);
        meter.spent(1_000_000, 0);
        assertTrue(meter.underLoad(Protocol.SECOND - 1));
        assertFalse(meter.underLoad(Protocol.SECOND));
        meter.spent(1, Protocol.SECOND);
        assertFalse(meter.underLoad(Protocol.SECOND));
    }

    @Test
    void twiceTheBudgetIsLoadWithinAFifthOfASecond() {
        var meter = new LoadMeter(1000);
        long now = 0;
        while (!meter.underLoad(now)) {
            now += Protocol.MILLISECOND;
            meter.spent(2, now);
        }
        assertTrue(now <= Protocol.SECOND / 5);
    }

    @Test
    void aBudgetOfNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LoadMeter(0));
        assertFalse(new LoadMeter(Integer.MAX_VALUE).underLoad(0));
    }
}
