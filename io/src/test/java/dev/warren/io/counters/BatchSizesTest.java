package dev.warren.io.counters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchSizesTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "2, 2-3",
        "3, 2-3",
        "4, 4-7",
        "7, 4-7",
        "8, 8-15",
        "31, 16-31",
        "32, 32-63",
        "63, 32-63",
        "64, 64-up",
        "65, 64-up",
        "2147483647, 64-up"
    })
    void aSizeIsCountedByTheCounterThatNamesIt(int size, String name) {
        assertEquals("tun.read.batch." + name, TunCounter.readBatch(size).label());
        assertEquals("udp.receive.batch." + name, UdpCounter.receiveBatch(size).label());
        assertEquals("udp.send.batch." + name, UdpCounter.sendBatch(size).label());
    }
}
