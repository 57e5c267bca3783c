package dev.warren.verticles.counters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Verdict;
import dev.warren.io.counters.Counter;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.TunCounter;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceCountersTest {
    @Test
    void everyCounterHasANameOfItsOwnAndASentence() {
        var names = new HashSet<String>();
        for (var counter : DeviceCounters.catalogue()) {
            assertTrue(names.add(counter.label()), counter.label());
            assertTrue(counter.label().matches("(peer|router|handshake|tun|udp)(\\.[a-z0-9-]+)+"), counter.label());
            assertTrue(counter.sentence().length() > 10 && counter.sentence().length() < 110, counter.sentence());
            assertFalse(counter.sentence().endsWith("."), counter.sentence());
        }
    }

    @Test
    void allAreReadAlsoWhenTheyAreZero() {
        var read = new DeviceCounters(2, 3).read();
        assertEquals(DeviceCounters.catalogue().stream().map(Counter::label).toList(), List.copyOf(read.keySet()));
        read.forEach((name, value) -> assertEquals(0L, value, name));
    }

    @Test
    void whatQueuesAndLoopsCountIsAdded() {
        var counters = new DeviceCounters(2, 2);
        for (int i = 0; i < 2; i++) {
            counters.queue(i).add(TunCounter.DROP_NO_ROUTE, 10);
            var row = counters.peers(i).open();
            row.add(PeerCounter.RX_BYTES, 100);
            counters.peers(i).close(row);
        }
        assertEquals(20L, counters.read().get("tun.drop.no-route"));
        assertEquals(200L, counters.read().get("peer.rx.bytes"));
    }

    @ParameterizedTest
    @EnumSource(names = "OK", mode = EnumSource.Mode.EXCLUDE)
    void everyReasonOfAPeerHasACounter(Verdict reason) {
        var row = CounterRow.single(PeerCounter.class);
        new CountedPeer(row).dropped(reason, 3);
        assertEquals(3, row.get(PeerCounter.of(reason)));
    }
}
