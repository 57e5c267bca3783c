package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.io.tun.MemoryTun;
import dev.warren.verticles.bus.PeerNotices;
import dev.warren.verticles.control.DeviceException;
import io.vertx.ext.unit.TestContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/// A device from outside, in every layout.
@ExtendWith(VertxUnit.class)
@ParameterizedClass(name = "{0} packet loops, {1} TUN queues")
@CsvSource({"1,1", "2,1", "3,1", "2,2", "4,2"})
class DeviceTest extends DeviceLab {
    DeviceTest(int packetLoops, int tunQueues) {
        super(packetLoops, tunQueues);
    }

    @Test
    void theFirstPacketWakesThePeerAndArrives() throws Exception {
        assertEquals(0, a.counter("router.peers-active"));
        connect();
        assertEquals(1, a.counter("router.peers-active"));
        assertEquals(1, b.counter("router.peers-active"));
        assertEquals(1, a.counter("udp.indices")); // one live session, one index
    }

    @Test
    void whoListensHearsWhatHappensToThePeers(TestContext context) throws Exception {
        var kinds = List.of(PeerEvent.HandshakeStarted.class, PeerEvent.SessionEstablished.class);
        var heard = context.strictAsync(kinds.size());
        PeerNotices.listen(
                        vertx,
                        a.device.name(),
                        notice -> context.verify(_ -> {
                            assertEquals(b.publicKey, notice.peer());
                            assertInstanceOf(kinds.get(kinds.size() - heard.count()), notice.event());
                            heard.countDown();
                        }))
                .completion()
                .await();
        connect();
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

    // Buffers are filled to the last byte that a packet fits in.
    @Test
    void packetsOfAnySizesFillWholeBuffers() throws Exception {
        connect();
        long seed = random.nextLong();
        var sizes = new Random(seed).ints(600, 0, 1393).toArray();
        var busy = busy(b.device.loop(1));
        for (int size : sizes) a.tun.inject(packet(a.inside, b.inside, size));
        eventually("all is read", () -> a.queues.stream().allMatch(queue -> queue.waiting() == 0));
        idle(a.device.loop(packetLoops));
        busy.countDown();
        for (int size : sizes) assertEquals(28 + size, b.next().length, "seed " + seed);
        assertEquals(0, b.counter("peer.drop.internal-error"));
    }

    /// A frame of TCP segments with this many bytes of payload each, in as many bytes as a frame can have.
    private void injectSegments(int segment) throws Exception {
        var frame = packet(a.inside, b.inside, 65_000 - 28);
        frame[9] = 6;
        frame[32] = 5 << 4; // 20 bytes of header
        var header = ByteBuffer.allocate(10).order(ByteOrder.nativeOrder());
        header.put((byte) 0).put((byte) 1).putShort((short) 40).putShort((short) segment); // VIRTIO_NET_HDR_GSO_TCPV4
        a.tun.inject(header.array(), frame);
    }

    // A peer decides how small the segments are that TCP sends to it, down to 48 bytes with options.
    @Test
    void framesOfTheSmallestSegmentsArriveAndOfSmallerOnesAreDropped() throws Exception {
        connect();
        injectSegments(1);
        injectSegments(36);
        for (int left = 65_000 - 40; left > 0; left -= 36) {
            assertEquals(40 + Math.min(36, left), b.next().length);
        }
        assertEquals(1, a.counter("peer.drop.bad-frame"));
        assertEquals(0, a.counter("peer.drop.internal-error"));
    }

    // Once a peer is active every queue knows it: no frame takes the way through the control loop.
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

    @Test
    void aPacketToNobodyIsAnsweredWithHostUnreachable() throws Exception {
        a.tun.inject(packet(a.inside, "10.9.9.9", 20));
        var reply = a.next();
        assertNotNull(reply);
        assertEquals(1, reply[9], "ICMP");
        assertEquals(3, reply[20], "destination unreachable");
        assertEquals(1, reply[21], "host");
        assertEquals(1, a.counter("tun.drop.no-route"));
    }

    @Test
    void aPacketForAPeerWithoutEndpointIsAnsweredLikewise() throws Exception {
        a.peer(a.unknown("10.7.0.0/16"));
        a.tun.inject(packet(a.inside, "10.7.0.1", 20));
        var reply = a.next();
        assertNotNull(reply);
        assertEquals(3, reply[20]);
        assertEquals(1, a.counter("tun.drop.no-endpoint"));
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
        var sent = new LinkedBlockingQueue<byte[]>();
        network.tap((_, to, datagram) -> !to.toString().equals("192.0.2.2:51820") || sent.add(datagram));
        connect();
        a.knows(b, "10.0.0.2/32", "192.0.2.0/24");
        var datagram = sent.remove();
        while (datagram[0] != 4) datagram = sent.remove();
        // From whatever address the route gives: the TUN's here.
        a.tun.inject(wireguard(a.inside, datagram));
        connect();
        assertEquals(1, a.counter("peer.drop.routing-loop"));
    }

    // R-80, and only ours: a host behind us has a WireGuard of its own, to the same server from the usual port.
    @Test
    void datagramsOfAnotherWireGuardToTheSameEndpointArrive() throws Exception {
        connect();
        a.knows(b, "10.0.0.2/32", "192.0.2.0/24");
        b.knows(a, "10.0.0.1/32", "10.5.5.5/32");
        for (int type : new int[] {1, 2, 3, 4}) {
            var message = new byte[148];
            random.nextBytes(message);
            ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).putInt(type);
            var theirs = wireguard("10.5.5.5", message);
            a.tun.inject(theirs);
            assertArrayEquals(theirs, b.next());
        }
        assertEquals(0, a.counter("peer.drop.routing-loop"));
    }

    // what no datagram holds is not kept, and is one packet lost.
    @Test
    void aPacketThatIsTooLongCountsOnceAndTheNextOnesGoOn() throws Exception {
        for (int i = 0; i < 2; i++) a.tun.inject(packet(a.inside, b.inside, 65_500 - 28)); // without a session
        connect();
        for (int i = 0; i < 2; i++) a.tun.inject(packet(a.inside, b.inside, 65_500 - 28)); // with one
        connect();
        assertEquals(4, a.counter("peer.drop.too-long"));
    }

    private static byte[] wireguard(String from, byte[] datagram) throws Exception {
        var packet = packet(from, "192.0.2.2", datagram.length);
        ByteBuffer.wrap(packet).putShort(20, (short) 51820).putShort(22, (short) 51820);
        System.arraycopy(datagram, 0, packet, 28, datagram.length);
        return packet;
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
                var inactive = a.device.update(key(none));
                var counted = a.device.counters();
                var active = a.device.update(key(key));
                var told = a.device.status();
                for (var reply : List.of(inactive, counted, active)) reply.await(10, SECONDS);
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
        try (var _ = network.open(777, InetAddress.getByName("192.0.2.1"))) {
            var update = new DeviceUpdate(null, OptionalInt.of(777), OptionalInt.empty(), true, List.of());
            var refused = assertThrows(
                    DeviceException.class, () -> a.device.update(update).await(10, SECONDS));
            assertEquals(-98, refused.errno());
            assertEquals(1, a.device.status().await(10, SECONDS).peers().size());
        }
        connect();
    }

    //
    @Test
    void anInterfaceThatIsTakenAwayEndsTheDevice(TestContext context) {
        a.device.ended().onComplete(context.asyncAssertSuccess());
        a.queues.forEach(MemoryTun::delete);
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
