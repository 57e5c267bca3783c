package dev.warren.verticles;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.AllowedIpChange;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerStatus;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.counters.Counter;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.counters.DeviceCounters;
import io.vertx.core.Handler;
import io.vertx.core.eventbus.DeliveryContext;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/// What a device counts, whatever happens to it.
class CountersTest extends DeviceLab {
    private static final List<String> GROWING = DeviceCounters.catalogue().stream()
            .filter(counter -> !counter.gauge())
            .map(Counter::label)
            .toList();

    CountersTest() {
        super(2, 1);
    }

    private static DeviceUpdate port(int port) {
        return new DeviceUpdate(null, OptionalInt.of(port), OptionalInt.empty(), false, List.of());
    }

    private static DeviceUpdate key(PrivateKey key) {
        return new DeviceUpdate(key, OptionalInt.empty(), OptionalInt.empty(), false, List.of());
    }

    private static long value(Map<String, Long> counters, String name) {
        return requireNonNull(counters.get(name), name);
    }

    private static long counted(Side side, String name) {
        return value(side.device.counters().await(), name);
    }

    private PeerStatus peer(Side of, Side which) throws Exception {
        try (var status = of.device.status().await(10, SECONDS)) {
            return status.peers().stream()
                    .filter(peer -> peer.publicKey().equals(which.publicKey))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @RepeatedTest(4)
    void whateverHappensNoCounterGoesBack(RepetitionInfo info) throws Exception {
        int seed = info.getCurrentRepetition();
        var random = new Random(seed);
        connect();
        var last = new HashMap<Side, Map<String, Long>>();
        int port = 51820;
        for (int step = 0; step < 120; step++) {
            var what = random.nextInt(9);
            switch (what) {
                case 0, 1 -> {
                    for (int i = 0; i < 20; i++) a.tun.inject(packet(a.inside, b.inside, 10 + i));
                }
                case 2 -> b.tun.inject(packet(b.inside, a.inside, 900));
                case 3 -> a.tun.inject(packet("10.0.0.77", b.inside, 10)); // not a's source for b
                case 4 -> {
                    a.peer(PeerUpdate.remove(b.publicKey));
                    a.knows(b, "10.0.0.2/32");
                }
                case 5 -> a.update(port(port = port == 51820 ? 51821 : 51820));
                case 6 -> {
                    try (var none = PrivateKey.of(new byte[32]);
                            var key = a.key.copy()) {
                        var inactive = a.device.update(key(none));
                        if (random.nextBoolean()) inactive.await(10, SECONDS);
                        a.device.update(key(key)).await(10, SECONDS);
                        inactive.await(10, SECONDS);
                    }
                }
                case 7 -> {
                    a.peer(a.unknown("10.7." + step + ".0/24"));
                    a.tun.inject(packet(a.inside, "10.7." + step + ".1", 20)); // wakes it
                    a.tun.inject(packet(a.inside, "10.99.0.1", 20)); // nobody's
                }
                default -> Thread.sleep(random.nextInt(10)); // so that what was asked for is under way at other places
            }
            for (var side : List.of(a, b)) {
                var now = side.device.counters().await(10, SECONDS);
                var before = last.put(side, now);
                if (before == null) continue;
                for (var name : GROWING) {
                    long was = value(before, name);
                    assertTrue(
                            value(now, name) >= was,
                            "seed " + seed + ", step " + step + " (" + what + "): " + name + " was " + was + ", is "
                                    + value(now, name));
                }
            }
        }
        var counted = last.get(a);
        assertNotNull(counted);
        for (var name : List.of("peer.tx.bytes", "peer.tx.packets", "handshake.ok", "tun.drop.no-route")) {
            assertTrue(value(counted, name) > 0, name);
        }
    }

    @Test
    void aPeerThatIsRemovedLeavesItsCountsToTheDeviceAndComesBackWithNone() throws Exception {
        connect();
        for (int i = 0; i < 5; i++) a.tun.inject(packet("10.0.0.77", b.inside, 20));
        eventually("b has dropped them", () -> counted(b, "peer.drop.source-not-owned") == 5);
        long received = peer(b, a).rxBytes();
        assertTrue(received > 0);
        long device = b.counter("peer.rx.bytes");
        b.peer(PeerUpdate.remove(a.publicKey));
        assertEquals(5, b.counter("peer.drop.source-not-owned"));
        assertEquals(device, b.counter("peer.rx.bytes"));
        b.knows(a, "10.0.0.1/32");
        assertEquals(0, peer(b, a).rxBytes());
        assertEquals(0, peer(b, a).lastHandshakeSeconds());
        a.peer(PeerUpdate.remove(b.publicKey));
        a.knows(b, "10.0.0.2/32");
        connect();
        long again = peer(b, a).rxBytes();
        assertTrue(again > 0 && again <= received, "its own alone: " + again);
        assertEquals(device + again, b.counter("peer.rx.bytes"));
    }

    /// Kernel receive.c: rx_bytes are those of packets that passed the check of the allowed IPs, of keepalives and of
    /// handshakes.
    @Test
    void aPacketThatIsNotThePeersIsNotReceived() throws Exception {
        connect();
        long received = peer(b, a).rxBytes();
        long packets = b.counter("peer.rx.packets");
        for (int i = 0; i < 10; i++) a.tun.inject(packet("10.0.0.77", b.inside, 500));
        eventually("b has dropped them", () -> counted(b, "peer.drop.source-not-owned") == 10);
        assertEquals(received, peer(b, a).rxBytes());
        assertEquals(packets, b.counter("peer.rx.packets"));
        var good = packet(a.inside, b.inside, 500); // 528 bytes, padded to 528
        a.tun.inject(good);
        assertArrayEquals(good, b.next());
        assertEquals(received + 528 + 32, peer(b, a).rxBytes());
        assertEquals(packets + 1, b.counter("peer.rx.packets"));
    }

    @Test
    void socketsCountOnWhenThePortChanges() throws Exception {
        connect();
        long before = b.counter("udp.receive.datagrams");
        assertTrue(before > 0);
        b.update(port(51999));
        assertTrue(b.counter("udp.receive.datagrams") >= before);
    }

    /// F7 of a review: 10 000 active, each asked by a message, held up packets for 16 ms.
    @Test
    void askingForAllAsksNoPeer() throws Exception {
        int many = 2000;
        var peers = new ArrayList<PeerUpdate>();
        for (int i = 0; i < many; i++) {
            var key = new byte[32];
            random.nextBytes(key);
            key[31] &= 0x7f;
            var prefix = IpPrefix.parse("10.%d.%d.1/32".formatted(20 + i / 250, i % 250));
            peers.add(new PeerUpdate(
                    PublicKey.of(key),
                    false,
                    false,
                    null,
                    new InetSocketAddress("192.0.2.99", 1000 + i),
                    OptionalInt.of(25),
                    false,
                    List.of(new AllowedIpChange(prefix, false))));
        }
        a.update(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, peers));
        eventually("all are active", () -> counted(a, "router.peers-active") >= many);
        connect();

        var toPeers = new AtomicInteger();
        Handler<DeliveryContext<Object>> counting = sent -> {
            if (sent.message().address().startsWith("warren.memA.peer.")) toPeers.incrementAndGet();
            sent.next();
        };
        var held = new ArrayList<CountDownLatch>();
        for (int i = 1; i <= packetLoops; i++) held.add(busy(a.device.loop(i)));
        vertx.eventBus().addOutboundInterceptor(counting);
        for (int i = 0; i < 3; i++) {
            try (var status = a.device.status().await(10, SECONDS)) { // while no packet loop does anything
                assertEquals(many + 1, status.peers().size());
                assertTrue(status.peers().stream()
                        .anyMatch(peer -> peer.publicKey().equals(b.publicKey) && peer.lastHandshakeSeconds() > 0));
            }
            assertTrue(counted(a, "peer.tx.bytes") > 0);
        }
        vertx.eventBus().removeOutboundInterceptor(counting);
        held.forEach(CountDownLatch::countDown);
        assertEquals(0, toPeers.get());
    }

    @Test
    void anEndpointIsToldAsConfiguredAtOnceAndAsHeardAfterwards() throws Exception {
        connect();
        assertEquals(new InetSocketAddress("192.0.2.1", 51820), peer(b, a).endpoint());
        var elsewhere = new InetSocketAddress("192.0.2.77", 7777);
        b.peer(new PeerUpdate(a.publicKey, false, false, null, elsewhere, OptionalInt.empty(), false, List.of()));
        assertEquals(elsewhere, peer(b, a).endpoint());
        idle(b.device.loop(packetLoops)); // the actor has heard of it
        assertEquals(elsewhere, peer(b, a).endpoint());
        var packet = packet(a.inside, b.inside, 33);
        a.tun.inject(packet);
        assertArrayEquals(packet, b.next());
        assertEquals(new InetSocketAddress("192.0.2.1", 51820), peer(b, a).endpoint());
    }

    @Test
    void handshakesThatFailHaveAReasonEachAndAreNotOk() throws Exception {
        // c is unknown to b, and has another preshared key than a.
        var c = side("memC", "192.0.2.3", "10.0.0.3");
        c.knows(b, "10.0.0.2/32");
        c.tun.inject(packet(c.inside, b.inside, 10));
        eventually("unknown", () -> counted(b, "handshake.drop.unknown-peer") > 0);
        assertEquals(0, b.counter("handshake.ok"));
        assertEquals(1, b.counter("handshake.admitted"));

        try (var psk = PresharedKey.generate(random)) {
            b.peer(new PeerUpdate(a.publicKey, false, false, psk, null, OptionalInt.empty(), false, List.of()));
        }
        a.tun.inject(packet(a.inside, b.inside, 10));
        eventually("preshared keys differ", () -> counted(a, "handshake.drop.psk-mismatch") > 0);
        assertEquals(0, a.counter("handshake.ok"));
        assertEquals(0, b.counter("handshake.ok"));

        // d takes b for somebody else.
        var d = side("memD", "192.0.2.4", "10.0.0.4");
        var stranger = PrivateKey.generate(random);
        try (var suite = Suite.open(Suite.Choice.JDK)) {
            d.peer(new PeerUpdate(
                    stranger.publicKey(suite.x25519()),
                    false,
                    false,
                    null,
                    new InetSocketAddress(b.address, 51820),
                    OptionalInt.empty(),
                    false,
                    List.of(new AllowedIpChange(IpPrefix.parse("10.0.0.2/32"), false))));
        }
        d.tun.inject(packet(d.inside, b.inside, 10));
        eventually("another key", () -> counted(b, "handshake.drop.mac1-invalid") > 0);

        // What a sent is sent again, by somebody else.
        var initiation = new AtomicReference<byte[]>();
        var fromA = Endpoint.of(new InetSocketAddress(a.address, 51820));
        network.tap((from, to, datagram) -> {
            boolean toB = to.equals(Endpoint.of(new InetSocketAddress(b.address, 51820)));
            if (datagram.length == 148 && toB && from.sameRemote(fromA)) {
                initiation.set(datagram.clone());
            }
            return true;
        });
        try (var none = PresharedKey.of(new byte[32])) {
            b.peer(new PeerUpdate(a.publicKey, false, false, none, null, OptionalInt.empty(), false, List.of()));
        }
        eventually("a tries again", () -> counted(a, "handshake.ok") == 1);
        var seen = requireNonNull(initiation.get());
        try (var arena = Arena.ofConfined();
                var socket = network.open(0, InetAddress.getByName("192.0.2.66"))) {
            var out = PacketBatch.unpooled(arena.allocate(4096, 64), 1);
            int at = out.append(seen.length, 0, Endpoint.of(new InetSocketAddress(b.address, 51820)));
            MemorySegment.copy(seen, 0, out.slab(), ValueLayout.JAVA_BYTE, at, seen.length);
            assertEquals(0, socket.send(out));
        }
        eventually("replayed", () -> counted(b, "handshake.drop.replayed-timestamp") == 1);
        eventually("b has heard of the session", () -> counted(b, "handshake.ok") == 1);
        assertEquals(new InetSocketAddress(a.address, 51820), peer(b, a).endpoint());
    }
}
