package dev.warren.bench;

import dev.warren.routing.allowedips.AllowedIps;
import dev.warren.routing.allowedips.AllowedIpsSnapshot;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// The allowed-IPs trie. `HOSTS` is a /32 or /128 per peer out of one network, as a big server has them; `ROUTES` are
/// random prefixes of all lengths from /16 or /32 on. Looked up are 4096 addresses in turn, or one again and again.
public class TrieBenchmark extends ShortRun {
    /// What the prefixes look like.
    public enum Shape {
        HOSTS,
        ROUTES
    }

    private static final int PROBES = 4096;

    @Param({"1", "1000", "100000"})
    public int prefixes;

    @Param({"HOSTS", "ROUTES"})
    public Shape shape = Shape.HOSTS;

    private final Random random = new Random(1);
    private final Object owner = new Object();
    private AllowedIps<Object> table = new AllowedIps<>();
    private AllowedIpsSnapshot<Object> routes = AllowedIpsSnapshot.empty();
    private IpPrefix[] all4 = {};
    private IpPrefix[] all6 = {};
    private final int[] probes4 = new int[PROBES];
    private final long[] probes6 = new long[2 * PROBES];
    private int turn;

    @Setup
    public void fill() {
        all4 = new IpPrefix[prefixes];
        all6 = new IpPrefix[prefixes];
        for (int i = 0; i < prefixes; i++) {
            all4[i] = prefix4(i);
            all6[i] = prefix6(i);
        }
        table = new AllowedIps<>();
        for (int i = 0; i < prefixes; i++) {
            table.insert(all4[i], all4[i]);
            table.insert(all6[i], all6[i]);
        }
        for (int i = 0; i < PROBES; i++) {
            probes4[i] = (int) all4[random.nextInt(prefixes)].lo();
            var six = all6[random.nextInt(prefixes)];
            probes6[2 * i] = six.hi();
            probes6[2 * i + 1] = six.lo();
        }
        routes = table.snapshot();
    }

    private IpPrefix prefix4(int i) {
        return switch (shape) {
            case HOSTS -> IpPrefix.of(IpAddress.v4(0x0a000000 + i), 32);
            case ROUTES -> IpPrefix.of(IpAddress.v4(random.nextInt()), 16 + random.nextInt(17));
        };
    }

    private IpPrefix prefix6(int i) {
        return switch (shape) {
            case HOSTS -> IpPrefix.of(IpAddress.v6(0xfd00_0000_0000_0000L, i), 128);
            case ROUTES -> IpPrefix.of(IpAddress.v6(random.nextLong(), random.nextLong()), 32 + random.nextInt(97));
        };
    }

    @Benchmark
    public @Nullable Object lookup4() {
        turn = (turn + 1) % PROBES;
        return routes.lookup4(probes4[turn]);
    }

    @Benchmark
    public @Nullable Object lookup4Same() {
        return routes.lookup4(probes4[0]);
    }

    @Benchmark
    public @Nullable Object lookup6() {
        turn = (turn + 1) % PROBES;
        return routes.lookup6(probes6[2 * turn], probes6[2 * turn + 1]);
    }

    /// One prefix moves to another owner and back: a path copied twice.
    @Benchmark
    public AllowedIpsSnapshot<Object> move4() {
        turn = (turn + 1) % prefixes;
        table.insert(all4[turn], owner);
        table.insert(all4[turn], all4[turn]);
        return table.snapshot();
    }
}
