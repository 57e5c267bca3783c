package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.warren.conf.AllowedIpChange;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.Suite;
import dev.warren.crypto.noise.PrivateKey;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.io.tun.MemoryTun;
import dev.warren.io.udp.MemoryNetwork;
import dev.warren.routing.IpPrefix;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/// Whole graphs of actors on devices in memory: two routers, a network between them, real cryptography and event loops.
@ParameterizedClass(name = "{0} packet loops, {1} TUN queues")
@CsvSource({"1,1", "2,1", "3,1", "2,2", "4,2"})
class DeviceTest {
    private final int packetLoops;
    private final int tunQueues;
    private final MemoryNetwork network = new MemoryNetwork();
    private final SecureRandom random = new SecureRandom();
    private Vertx vertx;
    private final List<Side> sides = new ArrayList<>();
    private final List<CountDownLatch> latches = new ArrayList<>();
    private Side a;
    private Side b;

    DeviceTest(int packetLoops, int tunQueues) {
        this.packetLoops = packetLoops;
        this.tunQueues = tunQueues;
    }

    private final class Side {
        final List<MemoryTun> queues;
        final MemoryTun tun; // the queue that the peer on the last loop writes to
        final PrivateKey key = PrivateKey.generate(random);
        final PublicKey publicKey;
        final String address;
        final String inside;
        final Device device;

        Side(String name, String address, String inside) throws Exception {
            this.queues = MemoryTun.queues(name, 1420, tunQueues);
            this.tun = queues.get((packetLoops - 1) % tunQueues);
            this.address = address;
            this.inside = inside;
            try (var suite = Suite.open(Suite.Choice.JDK)) {
                publicKey = key.publicKey(suite.x25519());
            }
            var outside = InetAddress.getByName(address);
            device = Device.start(
                            vertx,
                            queues,
                            new Device.Options(
                                    Suite.Choice.AUTO, packetLoops, (port, _) -> network.open(port, outside), null))
                    .await(10, SECONDS);
            update(new DeviceUpdate(key, OptionalInt.of(51820), OptionalInt.empty(), false, List.of()));
            // Peers are spread by the order in which they were added: let the next be on the last loop.
            for (int i = 1; i < packetLoops; i++) peer(unknown("10.255.0.0/16"));
            update(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), true, List.of()));
        }

        void update(DeviceUpdate update) throws Exception {
            device.update(update).await(10, SECONDS);
        }

        void peer(PeerUpdate peer) throws Exception {
            update(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, List.of(peer)));
        }

        void knows(Side other, String... allowedIps) throws Exception {
            var prefixes = new ArrayList<AllowedIpChange>();
            for (var prefix : allowedIps) prefixes.add(new AllowedIpChange(IpPrefix.parse(prefix), false));
            peer(new PeerUpdate(
                    other.publicKey,
                    false,
                    false,
                    null,
                    new InetSocketAddress(other.address, 51820),
                    OptionalInt.empty(),
                    false,
                    prefixes));
        }

        /// A peer that nobody is, with these allowed IPs.
        PeerUpdate unknown(String allowedIps) {
            var stranger = new byte[32];
            random.nextBytes(stranger);
            var allowed = new AllowedIpChange(IpPrefix.parse(allowedIps), false);
            return new PeerUpdate(
                    PublicKey.of(stranger), false, false, null, null, OptionalInt.empty(), false, List.of(allowed));
        }

        /// The next packet that any queue was written.
        byte[] next() throws InterruptedException {
            if (queues.size() == 1) return tun.written().poll(10, SECONDS);
            long until = System.nanoTime() + SECONDS.toNanos(10);
            while (System.nanoTime() < until) {
                for (var queue : queues) {
                    var packet = queue.written().poll(1, MILLISECONDS);
                    if (packet != null) return packet;
                }
            }
            throw new AssertionError("nothing was written within 10 s");
        }

        /// The queue that the peer on the last loop writes to, when there is nothing else on the loop of it: neither
        /// the sockets nor that peer; 0 when there is.
        int slowQueue() {
            int queue = (packetLoops - 1) % tunQueues;
            return queue == packetLoops - 1 ? 0 : queue;
        }

        int batchesOut() {
            return device.batchesOut().await();
        }

        long counter(String name) throws Exception {
            return device.counters().await(10, SECONDS).getOrDefault(name, 0L);
        }
    }

    @BeforeEach
    void open() throws Exception {
        // So many that no two devices share one.
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(64));
        a = side("memA", "192.0.2.1", "10.0.0.1");
        b = side("memB", "192.0.2.2", "10.0.0.2");
        a.knows(b, "10.0.0.2/32");
        b.knows(a, "10.0.0.1/32");
    }

    @AfterEach
    void close() throws Exception {
        latches.forEach(CountDownLatch::countDown);
        for (var side : sides) side.device.close().await(10, SECONDS);
        for (var side : sides) {
            eventually("every batch of " + side.device.name() + " is home", () -> side.batchesOut() == 0);
        }
        vertx.close().await(10, SECONDS);
    }

    private Side side(String name, String address, String inside) throws Exception {
        var side = new Side(name, address, inside);
        sides.add(side);
        return side;
    }

    /// A UDP packet with this many bytes of payload.
    private static byte[] packet(String from, String to, int payload) throws Exception {
        var packet = ByteBuffer.allocate(28 + payload);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) (28 + payload)).putInt(0);
        packet.put((byte) 64).put((byte) 17).putShort((short) 0);
        packet.put(InetAddress.getByName(from).getAddress());
        packet.put(InetAddress.getByName(to).getAddress());
        int sum = 0;
        for (int i = 0; i < 20; i += 2) sum += packet.getShort(i) & 0xffff;
        packet.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        packet.putShort((short) 1000)
                .putShort((short) 2000)
                .putShort((short) (8 + payload))
                .putShort((short) 0);
        while (packet.hasRemaining()) packet.put((byte) packet.position());
        return packet.array();
    }

    /// Keeps a loop from running anything until the returned latch is counted down.
    private CountDownLatch busy(Context loop) throws InterruptedException {
        var begun = new CountDownLatch(1);
        var free = new CountDownLatch(1);
        latches.add(free);
        loop.runOnContext(_ -> {
            begun.countDown();
            try {
                assertTrue(free.await(30, SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertTrue(begun.await(10, SECONDS));
        return free;
    }

    /// Returns when the loop has run all that was queued before.
    private static void idle(Context loop) throws InterruptedException {
        var ran = new CountDownLatch(1);
        loop.runOnContext(_ -> ran.countDown());
        assertTrue(ran.await(10, SECONDS));
    }

    private static void eventually(String what, BooleanSupplier holds) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, what);
            Thread.onSpinWait();
        }
    }

    private void connect() throws Exception {
        var first = packet(a.inside, b.inside, 10);
        a.tun.inject(first);
        assertArrayEquals(first, b.next());
    }

    @Test
    void theFirstPacketWakesThePeerAndArrives() throws Exception {
        assertEquals(0, a.counter("router.peers-awake"));
        connect();
        assertEquals(1, a.counter("router.peers-awake"));
        assertEquals(1, b.counter("router.peers-awake"));
        assertEquals(1, a.counter("udp.indices")); // one live session, one index
    }

    @Test
    void packetsOfAllSizesArriveUnchangedAndInOrder() throws Exception {
        connect();
        for (int round = 0; round < 3; round++) {
            for (int size = 0; size <= 1392; size += 29) {
                a.tun.inject(packet(a.inside, b.inside, size));
            }
            for (int size = 0; size <= 1392; size += 29) {
                assertArrayEquals(packet(a.inside, b.inside, size), b.next());
            }
        }
    }

    // Once a peer is awake every queue knows it: no frame takes the way through the control loop.
    @Test
    void framesFromEveryQueueGoToThePeerDirectly() throws Exception {
        connect();
        busy(a.device.loop(0));
        for (int round = 0; round < 20; round++) {
            for (var queue : a.queues) {
                queue.inject(packet(a.inside, b.inside, round));
                assertArrayEquals(packet(a.inside, b.inside, round), b.next());
            }
        }
    }

    // The kernel hands a flow to the queue it was last written from: a peer on the loop of one queue uses no other.
    @Test
    void eachPeerWritesToTheQueueOfItsOwnLoop() throws Exception {
        connect();
        for (int i = 0; i < 50; i++) {
            a.tun.inject(packet(a.inside, b.inside, 20 + i));
            assertArrayEquals(
                    packet(a.inside, b.inside, 20 + i), b.tun.written().poll(10, SECONDS));
        }
        for (var queue : b.queues) assertEquals(0, queue.written().size());
    }

    /// Sends so many small packets from `a` to `b` while the loop of b's TUN queue is held up, and says how many came
    /// in the end, in their order. Meanwhile a packet of a third router must arrive.
    private int throughASlowQueue(int count) throws Exception {
        connect();
        var c = side("memC", "192.0.2.3", "10.0.0.3");
        c.knows(b, "10.0.0.2/32");
        b.knows(c, "10.0.0.3/32"); // on the first packet loop
        var first = packet(c.inside, b.inside, 10);
        c.tun.inject(first);
        assertArrayEquals(first, b.next());

        var sent = new AtomicInteger();
        network.tap((_, _, _) -> sent.incrementAndGet() > 0);
        var sockets = busy(b.device.loop(1)); // so that whole batches are received
        for (int i = 0; i < count; i++) a.tun.inject(numbered(i));
        eventually("all is sent", () -> sent.get() >= count);
        var slow = busy(b.device.loop(1 + b.slowQueue()));
        sockets.countDown();
        var behind = packet(c.inside, b.inside, 11);
        c.tun.inject(behind);
        assertArrayEquals(behind, b.queues.getFirst().written().poll(10, SECONDS), "others are served");
        idle(b.device.loop(packetLoops)); // the peer's
        slow.countDown();
        int came = 0;
        for (int last = -1; last < count - 1; came++) {
            var packet = b.tun.written().poll(2, SECONDS);
            if (packet == null) break;
            int number = ByteBuffer.wrap(packet).getInt(28);
            assertTrue(number > last, number + " came behind " + last);
            last = number;
        }
        return came;
    }

    private byte[] numbered(int number) throws Exception {
        var packet = packet(a.inside, b.inside, 64);
        ByteBuffer.wrap(packet).putInt(28, number);
        return packet;
    }

    // All TUN buffers are on their way: they hold 2048 packets.
    @Test
    void receivedPacketsWaitForASlowQueue() throws Exception {
        assumeTrue(b.slowQueue() > 0);
        assertEquals(4000, throughASlowQueue(4000));
        assertEquals(0, b.counter("peer.drop.backlog"));
    }

    @Test
    void noMoreWaitsForASlowQueueThanLeavesRoomForOthers() throws Exception {
        assumeTrue(b.slowQueue() > 0);
        int came = throughASlowQueue(8000);
        assertTrue(came >= 4000, came + " came");
        assertEquals(8000 - came, b.counter("peer.drop.backlog"));
        assertTrue(came < 8000, "nothing was too much, so this shows nothing");
    }

    @Test
    void aPacketToNobodyIsAnsweredWithHostUnreachable() throws Exception {
        a.tun.inject(packet(a.inside, "10.9.9.9", 20));
        var answer = a.next();
        assertNotNull(answer);
        assertEquals(1, answer[9], "ICMP");
        assertEquals(3, answer[20], "destination unreachable");
        assertEquals(1, answer[21], "host");
        assertEquals(1, a.counter("tun.drop.no-route"));
    }

    @Test
    void aPacketForAPeerWithoutEndpointIsAnsweredLikewise() throws Exception {
        a.peer(a.unknown("10.7.0.0/16"));
        a.tun.inject(packet(a.inside, "10.7.0.1", 20));
        var answer = a.next();
        assertNotNull(answer);
        assertEquals(3, answer[20]);
        assertEquals(1, a.counter("peer.drop.no-endpoint"));
    }

    // the source is looked up in the device's trie, not in the sender's own list.
    @Test
    void aSourceInsideAnothersMoreSpecificPrefixIsDropped() throws Exception {
        connect();
        b.knows(a, "10.0.0.0/24");
        b.peer(b.unknown("10.0.0.77/32"));
        a.tun.inject(packet("10.0.0.77", b.inside, 20));
        var allowed = packet("10.0.0.78", b.inside, 20);
        a.tun.inject(allowed);
        assertArrayEquals(allowed, b.next());
        assertEquals(1, b.counter("peer.drop.source-not-owned"));
    }

    // a route that sends the peer's endpoint into the tunnel must not loop.
    @Test
    void ourOwnDatagramsComingBackThroughTheTunAreNotSealedAgain() throws Exception {
        connect();
        a.knows(b, "10.0.0.2/32", "192.0.2.0/24");
        var own = packet("192.0.2.1", "192.0.2.2", 148);
        ByteBuffer.wrap(own).putShort(20, (short) 51820).putShort(22, (short) 51820);
        a.tun.inject(own);
        connect();
        assertEquals(1, a.counter("peer.drop.routing-loop"));
    }

    // the endpoint is where the last authenticated datagram came from.
    @Test
    void theEndpointFollowsAPeerThatRoams() throws Exception {
        connect();
        a.update(new DeviceUpdate(null, OptionalInt.of(40001), OptionalInt.empty(), false, List.of()));
        var moved = packet(a.inside, b.inside, 33);
        a.tun.inject(moved);
        assertArrayEquals(moved, b.next());
        var back = packet(b.inside, a.inside, 34);
        b.tun.inject(back);
        assertArrayEquals(back, a.next());
        var status = b.device.status().await(10, SECONDS).peers().getFirst();
        assertEquals(40001, Objects.requireNonNull(status.endpoint()).getPort());
    }

    // the same key again changes nothing.
    @Test
    void settingTheSamePrivateKeyKeepsTheSession() throws Exception {
        connect();
        long handshakes = a.counter("handshake.ok") + b.counter("handshake.ok");
        try (var same = a.key.copy()) {
            a.update(new DeviceUpdate(same, OptionalInt.empty(), OptionalInt.empty(), false, List.of()));
        }
        connect();
        assertEquals(handshakes, a.counter("handshake.ok") + b.counter("handshake.ok"));
    }

    // a peer whose key is ours now is removed, without a hang.
    @Test
    void takingAPeersKeyRemovesThatPeer() throws Exception {
        connect();
        try (var theirs = b.key.copy()) {
            a.update(new DeviceUpdate(theirs, OptionalInt.empty(), OptionalInt.empty(), false, List.of()));
        }
        assertEquals(0, a.device.status().await(10, SECONDS).peers().size());
    }

    // peers come and go under traffic; every buffer comes home and the rest goes on.
    @Test
    void removingAPeerUnderTrafficLosesNoBuffer() throws Exception {
        connect();
        for (int round = 0; round < 200; round++) {
            for (int i = 0; i < 20; i++) a.tun.inject(packet(a.inside, b.inside, 100));
            a.peer(PeerUpdate.remove(b.publicKey));
            a.knows(b, "10.0.0.2/32");
            b.tun.written().clear();
        }
        flowsAgain();
    }

    // Peers that never answer, one of them with an endpoint where nobody is, take no room from the others.
    @Test
    void peersThatDoNotAnswerCostTheOthersNothing() throws Exception {
        var silent = a.unknown("10.7.0.0/16");
        a.peer(new PeerUpdate(
                silent.publicKey(),
                false,
                false,
                null,
                new InetSocketAddress("192.0.2.99", 51820),
                OptionalInt.empty(),
                false,
                silent.allowedIps()));
        a.peer(a.unknown("10.8.0.0/16"));
        connect();
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < 30; i++) {
                a.tun.inject(packet(a.inside, "10.7.0." + i, 1000));
                a.tun.inject(packet(a.inside, "10.8.0." + i, 1000));
            }
            var ours = packet(a.inside, b.inside, 300 + round);
            a.tun.inject(ours);
            assertArrayEquals(ours, b.next());
        }
    }

    private void flowsAgain() {
        eventually("packets flow again", () -> {
            try {
                a.tun.inject(packet(a.inside, b.inside, 77));
                return Arrays.equals(
                        packet(a.inside, b.inside, 77), b.tun.written().poll(100, TimeUnit.MILLISECONDS));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    // without a key all peers sleep, whatever they were doing; they wake when there is one again.
    @Test
    void sleepAndWakingUnderTrafficLosesNoBuffer() throws Exception {
        connect();
        for (int round = 0; round < 50; round++) {
            try (var none = PrivateKey.of(new byte[32]);
                    var key = a.key.copy()) {
                for (int i = 0; i < 20; i++) a.tun.inject(packet(a.inside, b.inside, 100));
                for (int i = 0; i < 20; i++) b.tun.inject(packet(b.inside, a.inside, 100));
                var asleep = a.device.update(key(none));
                var counted = a.device.counters();
                var awake = a.device.update(key(key));
                var told = a.device.status();
                for (var answer : List.of(asleep, counted, awake)) answer.await(10, SECONDS);
                told.await(10, SECONDS).close();
            }
        }
        flowsAgain();
    }

    private static DeviceUpdate key(PrivateKey key) {
        return new DeviceUpdate(key, OptionalInt.empty(), OptionalInt.empty(), false, List.of());
    }

    // what is under way when a device closes comes home all the same; see close().
    @RepeatedTest(5)
    void closingUnderTrafficLosesNoBuffer() throws Exception {
        connect();
        for (int i = 0; i < 300; i++) {
            a.tun.inject(packet(a.inside, b.inside, 1000));
            b.tun.inject(packet(b.inside, a.inside, 1000));
            if (i % 100 == 50) a.tun.inject(packet(a.inside, "10.9.9.9", 20));
        }
        a.peer(PeerUpdate.remove(b.publicKey));
        a.knows(b, "10.0.0.2/32");
        for (int i = 0; i < 20; i++) a.tun.inject(packet(a.inside, b.inside, 1000));
    }

    @Test
    void aFailedUpdateChangesNothing() throws Exception {
        var taken = network.open(777, InetAddress.getByName("192.0.2.1"));
        try {
            var update = new DeviceUpdate(null, OptionalInt.of(777), OptionalInt.empty(), true, List.of());
            var refused = device(a).update(update);
            eventually("answered", refused::isComplete);
            assertTrue(
                    refused.cause() instanceof DeviceException e && e.errno() == -98, String.valueOf(refused.cause()));
            assertEquals(1, a.device.status().await(10, SECONDS).peers().size());
        } finally {
            taken.close();
        }
        connect();
    }

    private static Device device(Side side) {
        return side.device;
    }

    @Test
    void anInterfaceThatIsTakenAwayEndsTheDevice() throws Exception {
        a.queues.forEach(MemoryTun::delete);
        assertNotNull(a.device.ended().await(10, SECONDS));
    }

    @Test
    void whatIsNotKnownIsNotTold() throws Exception {
        var status = a.device.status().await(10, SECONDS);
        var peer = status.peers().getFirst();
        assertEquals(0, peer.lastHandshakeSeconds()); // never is 0
        assertNull(peer.presharedKey());
        connect();
        var after = a.device.status().await(10, SECONDS).peers().getFirst();
        assertTrue(Math.abs(System.currentTimeMillis() / 1000 - after.lastHandshakeSeconds()) <= 2);
        assertTrue(after.txBytes() > after.rxBytes());
        status.close();
    }
}
