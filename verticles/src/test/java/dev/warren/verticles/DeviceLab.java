package dev.warren.verticles;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.AllowedIpChange;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.io.TunDevice;
import dev.warren.io.UdpSocket;
import dev.warren.io.tun.MemoryTun;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.testkit.MemoryNetwork;
import dev.warren.verticles.device.Device;
import dev.warren.verticles.loop.DeviceLoops;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// Whole graphs of actors on devices in memory: two routers, a network between them, real cryptography and event loops.
public abstract class DeviceLab {
    final int packetLoops;
    final int tunQueues;
    final MemoryNetwork network = new MemoryNetwork();
    final SecureRandom random = new SecureRandom();
    Vertx vertx;
    final List<Side> sides = new ArrayList<>();
    final List<CountDownLatch> latches = new ArrayList<>();
    Side a;
    Side b;
    private int loopsGiven;

    DeviceLab(int packetLoops, int tunQueues) {
        this.packetLoops = packetLoops;
        this.tunQueues = tunQueues;
    }

    final class Side {
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
                            queues.stream().map(queue -> tun(name, queue)).toList(),
                            new Device.Options(
                                    Suite.Choice.AUTO,
                                    ownLoops(packetLoops),
                                    (port, _) -> udp(name, network.open(port, outside)),
                                    null))
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

        int batchesOut() {
            return device.batchesOut().await();
        }

        long counter(String name) throws Exception {
            return requireNonNull(device.counters().await(10, SECONDS).get(name), name);
        }
    }

    /// Event loops that no other device of the test has.
    DeviceLoops ownLoops(int packets) {
        var all = new ArrayList<EventLoop>();
        ((VertxInternal) vertx).nettyEventLoopGroup().forEach(loop -> all.add((EventLoop) loop));
        var own = all.subList(loopsGiven, loopsGiven += 1 + packets);
        return new DeviceLoops(own.getFirst(), own.subList(1, own.size()));
    }

    @BeforeEach
    void open() throws Exception {
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

    /// For tests with faults: what a side's device is given instead of this queue.
    TunDevice tun(String side, MemoryTun queue) {
        return queue;
    }

    /// Likewise of a socket.
    UdpSocket udp(String side, UdpSocket socket) {
        return socket;
    }

    Side side(String name, String address, String inside) throws Exception {
        var side = new Side(name, address, inside);
        sides.add(side);
        return side;
    }

    /// A UDP packet with this many bytes of payload.
    public static byte[] packet(String from, String to, int payload) throws Exception {
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
    CountDownLatch busy(Context loop) throws InterruptedException {
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
    static void idle(Context loop) throws InterruptedException {
        var ran = new CountDownLatch(1);
        loop.runOnContext(_ -> ran.countDown());
        assertTrue(ran.await(10, SECONDS));
    }

    public static void eventually(String what, BooleanSupplier holds) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, what);
            Thread.onSpinWait();
        }
    }

    void connect() throws Exception {
        var first = packet(a.inside, b.inside, 10);
        a.tun.inject(first);
        assertArrayEquals(first, b.next());
    }
}
