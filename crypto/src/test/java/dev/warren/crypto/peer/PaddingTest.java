package dev.warren.crypto.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PaddingTest {
    @Test
    void packetsArePaddedTo16ButNeverAboveTheMtu() {
        for (int mtu : new int[] {576, 1280, 1412, 1419, 1420, 1500}) {
            for (int length = 1; length <= mtu; length++) {
                int padded = length + Padding.of(length, mtu);
                assertEquals(Math.min((length + 15) / 16 * 16, mtu), padded, length + " at mtu " + mtu);
            }
        }
    }

    @Test
    void anyMtuIsGoodForAnyLength() {
        for (int mtu : new int[] {-1, 0, 1, 15, 16, 17, 68, 1420, 65535}) {
            for (int length = 0; length <= 65535; length++) {
                int padding = Padding.of(length, mtu);
                assertTrue(padding >= 0 && padding < 16, length + " at mtu " + mtu + ": " + padding);
                if (mtu <= 0) {
                    assertEquals(0, (length + padding) % 16);
                }
            }
        }
    }

    @Test
    void aPacketLongerThanTheMtuIsPaddedWithinItsLastUnit() {
        assertEquals(8, Padding.of(1420 + 1000, 1420));
        assertEquals(0, Padding.of(2 * 1420, 1420));
        assertEquals(4, Padding.of(1420 + 1416, 1420));
    }
}
