package dev.warren.verticles.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.peer.Peer;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.crypto.suite.Suite;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.counters.CounterRow;
import dev.warren.routing.allowedips.AllowedIps;
import dev.warren.verticles.OnLoop;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.LocalCodec;
import dev.warren.verticles.bus.PeerNotices;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.SharedPeerState;
import dev.warren.verticles.bus.SharedState;
import dev.warren.verticles.bus.TunMailbox;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.counters.CountedPeer;
import dev.warren.verticles.counters.PeerCounter;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Vertx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/// Errors of this program while packets are sealed.
class EncapsulatorTest {
    private final CounterRow<PeerCounter> counters = CounterRow.single(PeerCounter.class);

    @Test
    void anErrorCostsOneRunWhichIsGivenBack() {
        var vertx = Vertx.vertx();
        LocalCodec.register(vertx.eventBus());
        var loop = Loop.open(vertx, EventLoops.of(vertx).device(0, 1).control(), Suite.Choice.JDK)
                .await();
        OnLoop.run(loop.context(), () -> {
            var shared = new PeerLoop(
                    "dev",
                    loop,
                    new SharedState(new AllowedIps<PeerRef>().snapshot(), 1420),
                    new UdpMailbox(vertx, "dev", loop),
                    new TunMailbox(vertx, "dev", 0, loop),
                    new HandshakeMailbox(vertx, "dev"),
                    new PeerNotices(vertx, "dev"),
                    1 << 20);
            var live = peer(loop, shared);
            var batch = gone();
            shared.encapsulator.run(live, batch.run(0), 1);
            assertEquals(1, counters.get(PeerCounter.DROP_INTERNAL_ERROR));
            assertThrows(AssertionError.class, batch::done, "it was not given back");
        });
        loop.close().await();
        vertx.close().await();
    }

    private LivePeer peer(Loop loop, PeerLoop shared) {
        var random = new SecureRandom();
        var identity = new StaticIdentity(PrivateKey.generate(random), loop.suite());
        var remote = PrivateKey.generate(random).publicKey(loop.suite().x25519());
        var counted = new CountedPeer(counters);
        var peer = new Peer(
                loop.suite(), identity, remote, random::nextInt, random, shared.staged, new Nowhere(), counted);
        var live = new LivePeer(
                new PeerRef(0, remote), peer, new SharedPeerState(counters), shared.log, shared.errors, _ -> {});
        live.endpoint(Endpoint.of(new InetSocketAddress("192.0.2.1", 51820)));
        return live;
    }

    /// One frame in memory that is gone.
    private static PacketBatch gone() {
        try (var arena = Arena.ofConfined()) {
            var batch = PacketBatch.unpooled(arena.allocate(8192, 64), 4);
            batch.append(40, 0, null);
            assertEquals(1, batch.group(new Object[] {"peer"}));
            batch.retain(1);
            return batch;
        }
    }

    private static final class Nowhere implements Peer.Transmit {
        @Override
        public void transmit(MemorySegment datagram, long at, int length) {}

        @Override
        public void indexAdded(int index) {}

        @Override
        public void indexRemoved(int index) {}

        @Override
        public void event(PeerEvent event) {}
    }
}
