package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// Keys have one owner, and are wiped when the last who uses them has another.
@ParameterizedClass(name = "{0} packet loops")
@ValueSource(ints = {1, 2})
class DeviceKeyTest extends DeviceLab {
    private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();

    DeviceKeyTest(int packetLoops) {
        super(packetLoops, 1);
    }

    private static DeviceUpdate key(PrivateKey key) {
        return new DeviceUpdate(key, OptionalInt.empty(), OptionalInt.empty(), false, List.of());
    }

    private static DeviceUpdate peers(List<PeerUpdate> peers) {
        return new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, peers);
    }

    @Test
    void theKeyMayChangeWhileInitiationsWait() throws Exception {
        var initiation = new AtomicReference<byte[]>();
        network.tap((_, _, datagram) -> {
            if (datagram.length == InitiationMessage.LENGTH) initiation.set(datagram.clone());
            return true;
        });
        connect();
        // No peer is active then, for whom the change would wait.
        b.update(peers(List.of(PeerUpdate.remove(a.publicKey))));
        vertx.exceptionHandler(thrown::add);
        try (var other = PrivateKey.generate(random);
                var arena = Arena.ofShared();
                var stranger = network.open(9999, InetAddress.getByName("192.0.2.50"))) {
            var batch = PacketBatch.unpooled(arena.allocate(64 * 1024, 64), 64);
            for (int i = 0; i < 60; i++) append(batch, Objects.requireNonNull(initiation.get()));
            for (int change = 0; change < 400; change++) {
                stranger.send(batch);
                b.update(key(change % 2 == 0 ? other : b.key));
            }
        }
        assertEquals(List.of(), List.copyOf(thrown));
        // Another peer, since what was sent so often would be news to b, which has forgotten a.
        var c = side("memC", "192.0.2.3", "10.0.0.3");
        b.knows(c, "10.0.0.3/32");
        c.knows(b, "10.0.0.2/32");
        var packet = packet(c.inside, b.inside, 10);
        c.tun.inject(packet);
        assertArrayEquals(packet, b.next());
    }

    /// By a handshake that b begins.
    private void flowsFromB() throws Exception {
        var packet = packet(b.inside, a.inside, 10);
        b.tun.inject(packet);
        assertArrayEquals(packet, a.next());
    }

    private void append(PacketBatch batch, byte[] datagram) {
        var to = Endpoint.of(new InetSocketAddress(b.address, 51820));
        int at = batch.append(datagram.length, 0, to);
        MemorySegment.copy(datagram, 0, batch.slab(), ValueLayout.JAVA_BYTE, at, datagram.length);
    }

    // Each peer twice in one change: the actor starts with the first preshared key, and the second is told to it.
    @Test
    void aPresharedKeyMayChangeWhileItsPeerWakes() throws Exception {
        vertx.exceptionHandler(thrown::add);
        int count = 30;
        var packetLoop = busy(a.device.loop(packetLoops)); // so that the second comes before the start
        for (int i = 0; i < count; i++) {
            var bytes = new byte[32];
            random.nextBytes(bytes);
            var peer = PublicKey.of(bytes);
            var both = List.of(insistent(peer, i), insistent(peer, i));
            a.update(peers(both));
            both.forEach(PeerUpdate::close);
        }
        packetLoop.countDown();
        eventually("all are active", () -> active(a) == count);
        assertEquals(List.of(), List.copyOf(thrown));
    }

    private PeerUpdate insistent(PublicKey peer, int i) {
        var nobody = new InetSocketAddress("192.0.2.9", 1000 + i);
        return new PeerUpdate(
                peer, false, false, PresharedKey.generate(random), nobody, OptionalInt.of(25), false, List.of());
    }

    private static long active(Side side) {
        return Objects.requireNonNull(side.device.counters().await().get("router.peers-active"));
    }

    // The key before is in libcrypto's memory no more, on no loop, when the change is answered; nor the last one when
    // it is taken away.
    @Test
    void noLoopKeepsAKeyThatWasReplaced() throws Exception {
        connect();
        assertEquals(1, kept(0), "the control loop has the key of the device");
        try (var other = PrivateKey.generate(random)) {
            b.update(key(other));
            assertEquals(1, kept(0), "the new key");
            assertEquals(0, kept(packetLoops), "nobody has used the new key here");
        }
        b.update(key(b.key));
        flowsFromB();
        assertEquals(1, kept(packetLoops));
        try (var none = PrivateKey.of(new byte[32])) {
            b.update(key(none));
        }
        for (int loop = 0; loop <= packetLoops; loop++) assertEquals(0, kept(loop), "loop " + loop);
    }

    private int kept(int loop) throws Exception {
        return b.device.keysKept(loop).await(10, SECONDS);
    }
}
