package dev.warren.bench;

import dev.warren.routing.allowedips.AllowedIps;
import dev.warren.routing.allowedips.AllowedIpsSnapshot;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// A whole table from nothing, one prefix after the other in no order, each for an owner of its own: what a device of
/// 100 000 peers does when it is configured, for its trie alone.
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TrieFillBenchmark extends ShortRun {
    @Param({"100000"})
    public int prefixes;

    private IpPrefix[] all4 = {};
    private IpPrefix[] all6 = {};

    @Setup
    public void shuffle() {
        all4 = new IpPrefix[prefixes];
        all6 = new IpPrefix[prefixes];
        for (int i = 0; i < prefixes; i++) {
            all4[i] = IpPrefix.of(IpAddress.v4(0x0a000000 + i), 32);
            all6[i] = IpPrefix.of(IpAddress.v6(0xfd00_0000_0000_0000L, i), 128);
        }
        Collections.shuffle(Arrays.asList(all4), new Random(1));
        Collections.shuffle(Arrays.asList(all6), new Random(1));
    }

    @Benchmark
    public AllowedIpsSnapshot<Object> fill4() {
        return filled(all4);
    }

    @Benchmark
    public AllowedIpsSnapshot<Object> fill6() {
        return filled(all6);
    }

    private static AllowedIpsSnapshot<Object> filled(IpPrefix[] prefixes) {
        var fresh = new AllowedIps<Object>();
        for (var prefix : prefixes) {
            fresh.insert(prefix, prefix);
        }
        return fresh.snapshot();
    }
}
