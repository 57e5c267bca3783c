package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.AllowedIpChange;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpPrefix;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/// What waits is bounded, and costs those who talk nothing.
@ParameterizedClass(name = "{0} packet loops, {1} TUN queues")
@CsvSource({"1,1", "2,2"})
class BudgetsTest extends DeviceLab {
    private static final InetSocketAddress NOBODY_THERE = new InetSocketAddress("192.0.2.99", 51820);

    BudgetsTest(int packetLoops, int tunQueues) {
        super(packetLoops, tunQueues);
    }

    /// Peers that nobody is, each with one address.
    private void strangers(int count, @Nullable InetSocketAddress endpoint) throws Exception {
        var peers = new ArrayList<PeerUpdate>();
        for (int i = 0; i < count; i++) {
            var key = new byte[32];
            random.nextBytes(key);
            var allowed = List.of(new AllowedIpChange(IpPrefix.parse(address(i) + "/32"), false));
            peers.add(new PeerUpdate(
                    PublicKey.of(key), false, false, null, endpoint, OptionalInt.empty(), false, allowed));
        }
        a.update(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, peers));
    }

    private static String address(int peer) {
        return "10." + (16 + (peer >> 16)) + "." + ((peer >> 8) & 255) + "." + (peer & 255);
    }

    private void read() {
        eventually("all is read", () -> a.tun.waiting() == 0);
    }

    private void passes(int size) throws Exception {
        var packet = packet(a.inside, b.inside, size);
        a.tun.inject(packet);
        assertArrayEquals(packet, b.tun.written().poll(10, SECONDS));
    }

    // What is for peers that sleep waits for the control loop, and nobody else does.
    @Test
    void packetsForPeersThatSleepStopNobodyWhileTheControlLoopIsBusy() throws Exception {
        connect();
        strangers(40, NOBODY_THERE);
        var busy = busy(a.device.loop(0));
        for (int i = 0; i < 40; i++) {
            a.tun.inject(packet(a.inside, address(i), 1000));
            passes(200 + i);
        }
        busy.countDown();
        eventually("they are active", () -> counted("router.peers-active") == 41);
        passes(300);
    }

    private long counted(String name) {
        try {
            return a.counter(name);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // More than a batch of the TUN has room for in frames, with others behind.
    @Test
    void whatWaitedArrivesInOrderBeforeWhatCameLater() throws Exception {
        var busy = busy(a.device.loop(0));
        for (int i = 0; i < 100; i++) a.tun.inject(packet(a.inside, b.inside, i));
        read();
        busy.countDown();
        for (int i = 100; i < 110; i++) a.tun.inject(packet(a.inside, b.inside, i));
        for (int i = 0; i < 110; i++) assertArrayEquals(packet(a.inside, b.inside, i), b.next());
        assertEquals(0, a.counter("tun.drop.waking"));
    }

    @Test
    void peersWithoutEndpointAreNeverWokenByPackets() throws Exception {
        connect();
        strangers(2000, null);
        for (int i = 0; i < 2000; i++) a.tun.inject(packet(a.inside, address(i), 20));
        read();
        passes(30);
        assertEquals(2000, a.counter("tun.drop.no-endpoint"));
        assertEquals(1, a.counter("router.peers-active"));
        var reply = a.next();
        assertEquals(3, reply[20], "destination unreachable");
    }

    // As wireguard-go does; the sender is told that there is no endpoint all the same, as by the kernel.
    @Test
    void packetsBeforeTheEndpointGoWhenItIsSet() throws Exception {
        var known = new PeerUpdate(b.publicKey, true, false, null, null, OptionalInt.empty(), false, List.of());
        a.peer(known);
        a.peer(new PeerUpdate(
                b.publicKey,
                false,
                false,
                null,
                null,
                OptionalInt.empty(),
                false,
                List.of(new AllowedIpChange(IpPrefix.parse("10.0.0.2/32"), false))));
        for (int i = 0; i < 10; i++) a.tun.inject(packet(a.inside, b.inside, i));
        read();
        assertEquals(3, a.next()[20], "destination unreachable");
        a.knows(b, "10.0.0.2/32");
        for (int i = 0; i < 10; i++) assertArrayEquals(packet(a.inside, b.inside, i), b.next());
        assertEquals(0, a.counter("tun.drop.waking"));
    }

    @Test
    void packetsBeforeTheKeyGoWhenItIsSet() throws Exception {
        try (var none = PrivateKey.of(new byte[32]);
                var key = a.key.copy()) {
            a.update(new DeviceUpdate(none, OptionalInt.empty(), OptionalInt.empty(), false, List.of()));
            for (int i = 0; i < 10; i++) a.tun.inject(packet(a.inside, b.inside, i));
            read();
            assertEquals(0, a.counter("router.peers-active"));
            a.update(new DeviceUpdate(key, OptionalInt.empty(), OptionalInt.empty(), false, List.of()));
        }
        for (int i = 0; i < 10; i++) assertArrayEquals(packet(a.inside, b.inside, i), b.next());
    }

    @Test
    void aScanOfPeersWakesThemAtARateAndNoMoreThanThereIsRoomFor() throws Exception {
        connect();
        strangers(5000, NOBODY_THERE);
        long begun = System.nanoTime();
        for (int i = 0; i < 5000; i++) {
            a.tun.inject(packet(a.inside, address(i), 20));
            if (i % 100 == 0) passes(40 + i / 100);
        }
        passes(39);
        long seconds = 1 + SECONDS.convert(System.nanoTime() - begun, NANOSECONDS);
        long active = a.counter("router.peers-active");
        assertTrue(active <= 1 + 64 + 200 * seconds, active + " active after " + seconds + " s");
        long dropped = a.counter("tun.drop.waking");
        assertTrue(dropped >= 5000 - 1024 * 2 - active, "dropped " + dropped);
        eventually("those that wait have their turn", () -> counted("router.peers-active") > active);
        assertTrue(a.counter("router.peers-without-session") <= 1024);
        passes(38);
    }

    @Test
    void fiveThousandPeersThatDoNotAnswerTakeABoundedAmountOfMemory() throws Exception {
        connect();
        strangers(5000, NOBODY_THERE);
        long before = heap();
        for (int i = 0; i < 5000; i++) {
            var packet = packet(a.inside, address(i), 1372);
            for (int k = 0; k < 140; k++) a.tun.inject(packet);
            if (i % 50 == 0) {
                read();
                passes(50 + i / 50);
            }
        }
        read();
        passes(49);
        long more = (heap() - before) >> 20;
        assertTrue(more < 24, "the heap grew by " + more + " MB"); // it was 900
        long staged = a.counter("tun.drop.waking") + a.counter("peer.drop.staged-overflow");
        assertTrue(staged > 5000 * 140 / 2, staged + " are counted");
        eventually("every batch is home", () -> a.batchesOut() == 0);
    }

    private static long heap() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
