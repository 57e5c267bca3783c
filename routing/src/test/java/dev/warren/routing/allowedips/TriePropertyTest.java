package dev.warren.routing.allowedips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.routing.ip.Packets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/// The trie does what a linear list does. R-125
final class TriePropertyTest {
    private static final int OWNERS = 7;
    private static final Object[] PEERS = new Object[OWNERS];

    static {
        for (int i = 0; i < OWNERS; i++) {
            PEERS[i] = "peer " + i;
        }
    }

    @Test
    void shortRandomHistoriesAgreeWithALinearTable() {
        for (int i = 0; i < 60; i++) {
            history(i, 300);
        }
        history(ThreadLocalRandom.current().nextLong(), 300);
    }

    @Test
    void aLongRandomHistoryAgreesWithALinearTable() {
        history(4711, 5_000);
    }

    private record Snapshot(AllowedIpsSnapshot<Object> table, List<IpAddress> probes, List<Object> answers) {}

    private static void history(long seed, int steps) {
        var random = new Random(seed);
        var trie = new AllowedIps<Object>();
        var list = new LinearTable();
        var snapshots = new ArrayList<Snapshot>();
        var destinations = new AllowedIpsCache<Object>();
        var sources = new AllowedIpsCache<Object>();
        for (int step = 0; step < steps; step++) {
            var at = "seed " + seed + " step " + step;
            var owner = PEERS[random.nextInt(OWNERS)];
            var prefix = list.size() > 0 && random.nextInt(3) == 0
                    ? list.entries().get(random.nextInt(list.size())).prefix()
                    : prefix(random);
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4, 5 -> assertEquals(list.remove(prefix, owner), trie.remove(prefix, owner), at);
                case 6 -> {
                    if (random.nextInt(5) == 0) {
                        trie.removeAll(owner);
                        list.removeAll(owner);
                    }
                }
                default -> {
                    trie.insert(prefix, owner);
                    list.insert(prefix, owner);
                }
            }
            assertEquals(list.size(), trie.size(), at);
            int nodes = trie.snapshot().nodes();
            assertTrue(nodes <= Math.max(0, 2 * list.size() - 1), () -> at + ": chains are left, " + nodes + " nodes");
            for (int i = 0; i < 4; i++) {
                var address = address(random, list);
                assertSame(list.lookup(address), trie.snapshot().lookup(address), () -> at + " looking up " + address);
                var packet = Packets.between(address, address);
                for (int train = random.nextInt(3); train >= 0; train--) {
                    var table = trie.snapshot();
                    assertSame(list.lookup(address), destinations.destination(table, packet, 0), at);
                    assertSame(list.lookup(address), sources.source(table, packet, 0), at);
                }
            }
            if (step % 16 == 0) {
                for (var each : PEERS) {
                    assertEquals(list.of(each), trie.of(each), at);
                }
                snapshots.add(snapshot(trie, list, random));
            }
        }
        for (var snapshot : snapshots) {
            for (int i = 0; i < snapshot.probes.size(); i++) {
                assertSame(
                        snapshot.answers.get(i),
                        snapshot.table.lookup(snapshot.probes.get(i)),
                        "a snapshot changed, seed " + seed);
            }
        }
        for (var each : PEERS) {
            trie.removeAll(each);
        }
        assertEquals(0, trie.snapshot().nodes(), "seed " + seed);
    }

    private static Snapshot snapshot(AllowedIps<Object> trie, LinearTable list, Random random) {
        var probes = new ArrayList<IpAddress>();
        var answers = new ArrayList<Object>();
        for (int i = 0; i < 8; i++) {
            probes.add(address(random, list));
            answers.add(list.lookup(probes.getLast()));
        }
        return new Snapshot(trie.snapshot(), probes, answers);
    }

    /// Crowded, so that prefixes nest, and with every length; host bits are set.
    private static IpPrefix prefix(Random random) {
        boolean v4 = random.nextBoolean();
        var address = v4 ? IpAddress.v4(crowded4(random)) : IpAddress.v6(crowded6(random), crowded6(random));
        int all = address.family().bits();
        int bits =
                switch (random.nextInt(6)) {
                    case 0 -> 0;
                    case 1 -> all;
                    case 2 -> all - random.nextInt(5);
                    default -> random.nextInt(all + 1);
                };
        return IpPrefix.of(address.bytes(), bits);
    }

    private static int crowded4(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> random.nextInt();
            case 1 -> 0x0a000000 | random.nextInt(16);
            default -> 0x0a000000 | 1 << random.nextInt(32);
        };
    }

    private static long crowded6(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt(4);
            default -> 1L << random.nextInt(64);
        };
    }

    /// Somewhere, or within a prefix of the list, or one bit beside it.
    private static IpAddress address(Random random, LinearTable list) {
        if (list.size() == 0 || random.nextInt(4) == 0) {
            return random.nextBoolean()
                    ? IpAddress.v4(crowded4(random))
                    : IpAddress.v6(crowded6(random), crowded6(random));
        }
        var prefix = list.entries().get(random.nextInt(list.size())).prefix();
        byte[] bytes = prefix.address().bytes();
        for (int bit = prefix.bits(); bit < 8 * bytes.length; bit++) {
            if (random.nextBoolean()) {
                bytes[bit / 8] ^= (byte) (0x80 >> bit % 8);
            }
        }
        if (random.nextInt(3) == 0) {
            int bit = random.nextInt(8 * bytes.length);
            bytes[bit / 8] ^= (byte) (0x80 >> bit % 8);
        }
        return IpAddress.of(bytes);
    }
}
