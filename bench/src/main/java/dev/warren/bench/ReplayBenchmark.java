package dev.warren.bench;

import dev.warren.crypto.session.ReplayFilter;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/// The replay filter as the receive path uses it: check, then (after the datagram was opened) mark.
public class ReplayBenchmark extends ShortRun {
    private static final int BLOCK = 1024;

    private final ReplayFilter filter = new ReplayFilter();
    private final int[] order = new int[BLOCK];
    private long counter;

    @Setup
    public void shuffle() {
        var random = new Random(1);
        for (int i = 0; i < BLOCK; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }

    @Benchmark
    public boolean inOrder() {
        long next = counter++;
        return filter.check(next) && filter.mark(next);
    }

    /// Every block of 1024 counters comes in a random order.
    @Benchmark
    public boolean reordered() {
        long turn = counter++;
        long next = turn - turn % BLOCK + order[(int) (turn % BLOCK)];
        return filter.check(next) && filter.mark(next);
    }

    /// What a replay costs: a counter that was seen, refused by the check.
    @Benchmark
    public boolean replayed() {
        return filter.mark(0) || filter.check(0);
    }
}
