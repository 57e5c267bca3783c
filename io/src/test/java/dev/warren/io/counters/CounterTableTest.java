package dev.warren.io.counters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CounterTableTest {
    private final CounterTable<UdpCounter> table = new CounterTable<>(UdpCounter.class);

    private long sum(UdpCounter counter) {
        var sums = new long[UdpCounter.values().length];
        table.addTo(sums);
        return sums[counter.ordinal()];
    }

    @Test
    void aRowBeginsAtZeroAndItsCountsStayInTheSumWhenItIsClosed() {
        var first = table.open();
        first.add(UdpCounter.SEND_DATAGRAMS, 5);
        first.increment(UdpCounter.SEND_CALLS);
        table.close(first);
        var second = table.open();
        assertEquals(0, second.get(UdpCounter.SEND_DATAGRAMS));
        assertEquals(5, sum(UdpCounter.SEND_DATAGRAMS));
        second.add(UdpCounter.SEND_DATAGRAMS, 2);
        assertEquals(2, second.get(UdpCounter.SEND_DATAGRAMS));
        assertEquals(7, sum(UdpCounter.SEND_DATAGRAMS));
        assertEquals(1, sum(UdpCounter.SEND_CALLS));
        assertEquals(0, sum(UdpCounter.INDICES));
    }

    /// Against longs in a list.
    @RepeatedTest(20)
    void manyRowsThatComeAndGoCountAsSeparateOnes(RepetitionInfo info) {
        var random = new Random(info.getCurrentRepetition());
        var open = new ArrayList<CounterRow<UdpCounter>>();
        var expected = new ArrayList<long[]>();
        var total = new long[UdpCounter.values().length];
        for (int step = 0; step < 5000; step++) {
            if (open.isEmpty() || random.nextInt(10) == 0) {
                open.add(table.open());
                expected.add(new long[total.length]);
            } else if (random.nextInt(12) == 0) {
                int which = random.nextInt(open.size());
                table.close(open.remove(which));
                expected.remove(which);
            } else {
                int which = random.nextInt(open.size());
                int column = random.nextInt(total.length);
                open.get(which).add(UdpCounter.values()[column], step);
                expected.get(which)[column] += step;
                total[column] += step;
            }
        }
        for (int i = 0; i < open.size(); i++) {
            var row = open.get(i);
            assertEquals(
                    Arrays.toString(expected.get(i)),
                    Arrays.toString(Arrays.stream(UdpCounter.values())
                            .mapToLong(row::get)
                            .toArray()),
                    "seed " + info.getCurrentRepetition());
        }
        var sums = new long[total.length];
        table.addTo(sums);
        assertEquals(Arrays.toString(total), Arrays.toString(sums));
    }

    /// One loop adds, opens and closes; another thread reads and sees nothing go back.
    @Test
    void sumsGrowForAReaderOnAnotherThread() throws InterruptedException {
        var done = new AtomicBoolean();
        var wentBack = new AtomicBoolean();
        var reader = new Thread(() -> {
            long last = 0;
            while (!done.get()) {
                long now = sum(UdpCounter.SEND_DATAGRAMS);
                if (now < last) wentBack.set(true);
                last = now;
            }
        });
        reader.start();
        var random = new Random(1);
        var rows = new ArrayList<CounterRow<UdpCounter>>();
        long added = 0;
        for (int i = 0; i < 300_000; i++) {
            if (rows.size() < 200 && random.nextInt(4) == 0) rows.add(table.open());
            if (rows.isEmpty()) continue;
            var row = rows.get(random.nextInt(rows.size()));
            row.add(UdpCounter.SEND_DATAGRAMS, 3);
            added += 3;
            if (random.nextInt(5) == 0) table.close(rows.remove(random.nextInt(rows.size())));
        }
        done.set(true);
        reader.join();
        assertTrue(!wentBack.get());
        assertEquals(added, sum(UdpCounter.SEND_DATAGRAMS));
    }

    @Test
    void countingAllocatesNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var row = table.open();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 50; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 2000; i++) row.add(UdpCounter.RECEIVE_DATAGRAMS, 45);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < 2000, least + " bytes for 2000");
    }
}
