package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.noise.PrivateKey;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.RouterMessage;
import dev.warren.verticles.bus.TunMessage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// An actor that has nothing left to do goes to sleep; one that has got something meanwhile does not.
class PeerSleepTest extends DeviceLab {
    /// Those of a's peers that have woken up.
    private final BlockingQueue<PeerMailbox> woken = new LinkedBlockingQueue<>();

    PeerSleepTest() {
        super(1, 1);
    }

    private void watchPeersOfA() {
        vertx.eventBus().addOutboundInterceptor(context -> {
            if (context.body() instanceof TunMessage.Awake awake
                    && awake.peer().peer().publicKey().equals(b.publicKey)) {
                woken.add(awake.peer());
            }
            context.next();
        });
    }

    private PeerMailbox woken() throws InterruptedException {
        return Objects.requireNonNull(woken.poll(10, SECONDS), "nobody woke");
    }

    private void sleepy(PeerMailbox actor) {
        new RouterMailbox(vertx, a.device.name()).tell(new RouterMessage.Sleepy(actor));
    }

    private void changeKey(PrivateKey key) throws Exception {
        a.update(new DeviceUpdate(key, OptionalInt.empty(), OptionalInt.empty(), false, List.of()));
    }

    private void putToSleep() throws Exception {
        try (var none = PrivateKey.of(new byte[32])) {
            changeKey(none);
        }
        changeKey(a.key);
    }

    @Test
    void whoHasASessionGoesOn() throws Exception {
        watchPeersOfA();
        connect();
        long handshakes = b.counter("handshake.ok");
        var actor = woken();
        for (int i = 0; i < 20; i++) {
            sleepy(actor);
            connect(); // what is sent while it is asked arrives
        }
        assertEquals(actor, woken());
        eventually("it is awake", () -> awake() == 1);
        assertEquals(handshakes, b.counter("handshake.ok"));
    }

    @Test
    void whatAnActorOfAnEarlierLifeSaysIsIgnored() throws Exception {
        watchPeersOfA();
        connect();
        var earlier = woken();
        putToSleep();
        connect();
        woken();
        for (int i = 0; i < 20; i++) sleepy(earlier);
        connect();
        assertEquals(1, awake());
        assertEquals(0, woken.size(), "nobody was asked, so nobody went on");
    }

    // The actor says where its peer was when it ends; who has configured another endpoint meanwhile knows better.
    @Test
    void anEndpointThatIsSetWhileTheActorEndsIsKept() throws Exception {
        var initiation = new AtomicReference<byte[]>();
        network.tap((from, _, datagram) -> {
            if (datagram.length == InitiationMessage.LENGTH && from.port() == 51820) initiation.set(datagram.clone());
            return true;
        });
        var packet = packet(b.inside, a.inside, 10);
        b.tun.inject(packet);
        assertArrayEquals(packet, a.next());
        putToSleep();
        watchPeersOfA();
        again(initiation.get()); // an old one: it wakes the peer, which then has nothing to do
        var idle = woken();
        eventually("it is awake", () -> awake() == 1);

        var moved = new InetSocketAddress("192.0.2.77", 7777);
        var packets = busy(a.device.loop(1));
        sleepy(idle);
        a.peer(new PeerUpdate(b.publicKey, false, true, null, moved, OptionalInt.empty(), false, List.of()));
        packets.countDown();
        eventually("it is asleep", () -> awake() == 0);
        try (var status = a.device.status().await(10, SECONDS)) {
            assertEquals(moved, status.peers().getFirst().endpoint());
        }
    }

    private void again(byte[] datagram) throws Exception {
        try (var arena = Arena.ofShared();
                var stranger = network.open(9999, InetAddress.getByName("192.0.2.50"))) {
            var batch = PacketBatch.unpooled(arena.allocate(4096, 64), 1);
            int at = batch.append(datagram.length, 0, Endpoint.of(new InetSocketAddress(a.address, 51820)));
            MemorySegment.copy(datagram, 0, batch.slab(), ValueLayout.JAVA_BYTE, at, datagram.length);
            stranger.send(batch);
        }
    }

    private long awake() {
        return a.device.counters().await().get("router.peers-awake");
    }
}
