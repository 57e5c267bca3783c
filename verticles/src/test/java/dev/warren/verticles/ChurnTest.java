package dev.warren.verticles;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.AllowedIpChange;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerStatus;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpPrefix;
import io.vertx.core.Context;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/// Peers that come and go, for as long as the router runs: F18 of a review.
class ChurnTest extends DeviceLab {
    private static final int ALIVE = 500;
    /// A line of the histogram: `12:  345  6789  java.lang.String (module)`.
    private static final Pattern ROW = Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+)");

    ChurnTest() {
        super(2, 2);
    }

    /// What lives after a full collection.
    private record Heap(long peers, long ours, long all) {
        static Heap look() throws Exception {
            var histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            long peers = 0;
            long ours = 0;
            long all = 0;
            for (var line : histogram.lines().toList()) {
                var row = ROW.matcher(line);
                if (!row.find()) continue;
                long bytes = Long.parseLong(row.group(2));
                all += bytes;
                if (row.group(3).contains("dev.warren.")) ours += bytes;
                if (row.group(3).equals("dev.warren.verticles.bus.PeerRef")) peers += Long.parseLong(row.group(1));
            }
            assertTrue(peers > 0 && all > ours, histogram);
            return new Heap(peers, ours, all);
        }
    }

    private PeerUpdate stranger(int i) {
        var key = new byte[32];
        random.nextBytes(key);
        key[31] &= 0x7f;
        return at(PublicKey.of(key), "192.0.2.99", 999, "10.16.%d.%d/32".formatted(i >> 8, i & 255));
    }

    private static PeerUpdate at(PublicKey key, String address, int port, String allowed) {
        return new PeerUpdate(
                key,
                false,
                false,
                null,
                new InetSocketAddress(address, port),
                OptionalInt.empty(),
                false,
                List.of(new AllowedIpChange(IpPrefix.parse(allowed), false)));
    }

    private void peers(List<PeerUpdate> peers) throws Exception {
        a.update(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, peers));
    }

    /// So many come, get packets, from both queues, of which some wake them, and go.
    private void churn(int peers) throws Exception {
        for (int done = 0; done < peers; done += ALIVE) {
            var come = new ArrayList<PeerUpdate>();
            for (int i = 0; i < ALIVE; i++) come.add(stranger(i));
            peers(come);
            // Few, since what waits for peers is bounded by itself: 1024 of them, for each queue, woken 200 a second.
            for (int i = 0; i < ALIVE; i += 50) {
                var packet = packet(a.inside, "10.16.%d.%d".formatted(i >> 8, i & 255), 10);
                a.queues.get(i / 50 % 2).inject(packet);
            }
            connect(); // the queue of this one has read what came before
            peers(come.stream().map(peer -> PeerUpdate.remove(peer.publicKey())).toList());
        }
        eventually("all are inactive", () -> counted("router.peers-active") <= 1);
        for (var queue : a.queues) { // which remembers the routes of its last packet
            var packet = packet(a.inside, b.inside, 11);
            queue.inject(packet);
            assertArrayEquals(packet, b.next());
        }
    }

    private long counted(String name) {
        return requireNonNull(a.device.counters().await().get(name));
    }

    @Test
    void whatIsLeftOfPeersThatWentDoesNotGrow() throws Exception {
        connect();
        churn(20 * ALIVE);
        var before = Heap.look();
        churn(180 * ALIVE);
        var after = Heap.look();
        // Those that buffers had packets of last, and until they are asked for those that packets wait for.
        long until = System.nanoTime() + SECONDS.toNanos(20);
        while (after.peers > ALIVE / 5 && System.nanoTime() < until) after = Heap.look();
        assertTrue(after.peers <= ALIVE / 5, before + ", then " + after);
        assertTrue(after.ours - before.ours < 64 * 1024, before + ", then " + after);
        assertTrue(after.all - before.all < 1024 * 1024, before + ", then " + after);
    }

    /// Counters lie in rows that are used again: a new peer begins with none, and what is late for one that is gone
    /// counts for nobody.
    @Test
    void aNewPeerHasNothingOfOneThatIsGone() throws Exception {
        connect();
        long sent = a.counter("peer.tx.bytes");
        for (int round = 0; round < 40; round++) {
            var stranger = stranger(round % 4);
            a.peer(stranger);
            assertEquals(0, status(stranger.publicKey()).txBytes());
            var inside = "10.16.0." + round % 4;
            for (int i = 0; i < 3; i++) a.tun.inject(packet(a.inside, inside, 100));
            if (round % 2 == 0) {
                eventually("an initiation has gone", () -> sentTo(stranger.publicKey()) == 148);
            }
            a.peer(PeerUpdate.remove(stranger.publicKey()));
            long now = a.counter("peer.tx.bytes");
            assertTrue(now >= sent, "it was " + sent + " and is " + now);
            sent = now;
        }
        var packet = packet(a.inside, b.inside, 64);
        a.tun.inject(packet);
        assertArrayEquals(packet, b.next());
    }

    private long sentTo(PublicKey peer) {
        try {
            return status(peer).txBytes();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private PeerStatus status(PublicKey which) throws Exception {
        try (var status = a.device.status().await(10, SECONDS)) {
            return status.peers().stream()
                    .filter(peer -> peer.publicKey().equals(which))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// A peer that goes while its loop is busy, and comes back at once under the same key and addresses: what was read
    /// for the one before is given back, and the new one has a session of its own.
    @Test
    void aPeerThatComesBackAtOnceBeginsAnew() throws Exception {
        connect();
        for (int round = 0; round < 10; round++) {
            Thread.sleep(30); // b refuses initiations less than 20 ms after another
            var busy = busy(loopOfPeer());
            for (int i = 0; i < 10; i++) a.queues.get(i % 2).inject(packet(a.inside, b.inside, 20));
            var gone = a.device.update(new DeviceUpdate(
                    null,
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    false,
                    List.of(PeerUpdate.remove(b.publicKey), at(b.publicKey, b.address, 51820, "10.0.0.2/32"))));
            a.tun.inject(packet(a.inside, b.inside, 30));
            busy.countDown();
            gone.await(10, SECONDS);
            b.queues.forEach(queue -> queue.written().clear());
            var packet = packet(a.inside, b.inside, 1000 + round);
            eventually("the new one carries packets", () -> arrives(packet));
        }
    }

    private boolean arrives(byte[] packet) {
        try {
            a.tun.inject(packet);
            for (var got = b.next(); got != null; got = b.next()) {
                if (got.length == packet.length) return true;
            }
            return false;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Context loopOfPeer() {
        return a.device.loop(packetLoops);
    }
}
