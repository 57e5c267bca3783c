package dev.warren.verticles.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.peer.Peer;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.crypto.suite.Suite;
import dev.warren.io.BatchPool;
import dev.warren.io.PacketBatch;
import dev.warren.io.PacketRun;
import dev.warren.io.counters.CounterRow;
import dev.warren.routing.allowedips.AllowedIps;
import dev.warren.verticles.OnLoop;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.LocalCodec;
import dev.warren.verticles.bus.PeerNotices;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.SharedPeerState;
import dev.warren.verticles.bus.SharedState;
import dev.warren.verticles.bus.TunCommand;
import dev.warren.verticles.bus.TunMailbox;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.counters.CountedPeer;
import dev.warren.verticles.counters.PeerCounter;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Vertx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What waits while no TUN buffer is there: on one loop, with a TUN that gives buffers back when it is told to. The
/// datagrams are of no session, so that each that is looked at is one more in a counter.
class DecapsulatorTest {
    private static final int TRAIN = 40;
    private static final int DATAGRAM = 96;

    private final SecureRandom random = new SecureRandom();
    private final ArrayDeque<PacketBatch> atTun = new ArrayDeque<>();
    private final CounterRow<PeerCounter> counters = CounterRow.single(PeerCounter.class);
    private final Vertx vertx = Vertx.vertx();
    private Loop loop;
    private PeerLoop shared;
    private LivePeer live;
    private TunMailbox tun;
    private int settled;

    @BeforeEach
    @SuppressWarnings("NullAway.Init") // on the loop
    void open() {
        LocalCodec.register(vertx.eventBus());
        loop = Loop.open(vertx, EventLoops.of(vertx).device(0, 1).control(), Suite.Choice.JDK)
                .await();
        onLoop(() -> {
            var state = new SharedState(new AllowedIps<PeerRef>().snapshot(), 1420);
            tun = new TunMailbox(vertx, "dev", 0, loop);
            tun.listen(message -> {
                if (message instanceof TunCommand.Write write) atTun.add(write.batch());
            });
            shared = new PeerLoop(
                    "dev",
                    loop,
                    state,
                    new UdpMailbox(vertx, "dev", loop),
                    tun,
                    new HandshakeMailbox(vertx, "dev"),
                    new PeerNotices(vertx, "dev"),
                    1 << 20);
            var identity = new StaticIdentity(PrivateKey.generate(random), loop.suite());
            var remote = PrivateKey.generate(random).publicKey(loop.suite().x25519());
            var counted = new CountedPeer(counters);
            var peer = new Peer(
                    loop.suite(), identity, remote, random::nextInt, random, shared.staged, new Nowhere(), counted);
            live = new LivePeer(
                    new PeerRef(0, remote),
                    peer,
                    new SharedPeerState(counters),
                    shared.log,
                    shared.errors,
                    _ -> settled++);
        });
    }

    @AfterEach
    void close() {
        onLoop(() -> atTun.forEach(PacketBatch::release));
        shared.close().await();
        loop.close().await();
        vertx.close().await();
    }

    private void onLoop(Runnable task) {
        OnLoop.run(loop.context(), task);
    }

    /// Fills every TUN buffer there is and puts it on its way.
    private void exhaust() {
        onLoop(() -> {
            for (var out = tun.reserve(40); out != null; out = tun.reserve(40)) out.append(40, 0, null);
        });
        onLoop(() -> assertEquals(4, atTun.size()));
    }

    /// A batch of one train, all of it for the peer.
    private static PacketRun received(BatchPool pool) {
        var batch = Objects.requireNonNull(pool.take());
        int at = batch.append(TRAIN * DATAGRAM, DATAGRAM, null);
        for (int i = 0; i < TRAIN; i++) batch.slab().set(ValueLayout.JAVA_BYTE, at + (long) i * DATAGRAM, (byte) 4);
        assertEquals(1, batch.group(new Object[] {"peer"}));
        batch.retain(1);
        return batch.run(0);
    }

    private long looked() {
        return counters.get(PeerCounter.DROP_UNKNOWN_INDEX);
    }

    /// As many runs as there are batches of this pool.
    private void waiting(BatchPool pool) {
        onLoop(() -> {
            for (int i = 0; i < pool.size(); i++) shared.decapsulator.run(live, received(pool), 0);
        });
    }

    private BatchPool pool(int batches) {
        var made = new BatchPool[1];
        onLoop(() -> made[0] = loop.pool("test", batches, 8192, 4));
        return made[0];
    }

    /// Gives a TUN buffer back, and what waits goes on.
    private void room() {
        onLoop(() -> atTun.remove().release());
    }

    @Test
    void whatWaitsGoesOnWhereItStoppedWhenABufferComesBack() {
        exhaust();
        var pool = pool(2);
        waiting(pool);
        onLoop(() -> assertEquals(0, pool.free()));
        assertEquals(0, looked());
        room();
        onLoop(() -> {
            assertEquals(2, pool.free());
            assertEquals(2 * TRAIN, looked());
            assertEquals(2, settled, "its timers are armed, as after a message");
            assertEquals(0, counters.get(PeerCounter.DROP_BACKLOG));
            pool.close();
        });
    }

    @Test
    void aThirdBatchIsDroppedAndCounted() {
        exhaust();
        var three = pool(3);
        waiting(three);
        onLoop(() -> assertEquals(1, three.free()));
        assertEquals(TRAIN, counters.get(PeerCounter.DROP_BACKLOG));
        room();
        onLoop(() -> assertEquals(3, three.free()));
        // And the same again: what waited before does not count any more.
        exhaust();
        var two = pool(2);
        waiting(two);
        onLoop(() -> assertEquals(0, two.free()));
        assertEquals(TRAIN, counters.get(PeerCounter.DROP_BACKLOG));
        room();
        onLoop(() -> {
            assertEquals(2, two.free());
            two.close();
            three.close();
        });
    }

    /// The row of its counters may be another peer's by then.
    @Test
    void whatWaitsForAPeerThatHasRetiredIsGivenBackAndNotCounted() {
        exhaust();
        var pool = pool(2);
        waiting(pool);
        onLoop(() -> live.retired = true);
        room();
        onLoop(() -> {
            assertEquals(2, pool.free());
            for (var counter : PeerCounter.values()) assertEquals(0, counters.get(counter), counter.label());
            pool.close();
        });
    }

    @Test
    void whatWaitsIsGivenBackWhenTheDeviceCloses() {
        exhaust();
        var pool = pool(1);
        waiting(pool);
        onLoop(() -> {
            assertEquals(0, pool.free());
            shared.decapsulator.close();
            assertEquals(1, pool.free());
            pool.close();
        });
    }

    @Test
    void anErrorCostsOneRunAndNotWhatWaitsBehindIt() {
        exhaust();
        var pool = pool(1);
        onLoop(() -> shared.decapsulator.run(live, broken(), 0));
        waiting(pool);
        assertEquals(0, looked());
        room();
        onLoop(() -> {
            assertEquals(TRAIN, counters.get(PeerCounter.DROP_INTERNAL_ERROR));
            assertEquals(TRAIN, looked());
            assertEquals(1, pool.free());
            pool.close();
        });
    }

    /// A run whose memory is gone.
    private static PacketRun broken() {
        try (var arena = Arena.ofConfined()) {
            var batch = PacketBatch.unpooled(arena.allocate(8192, 64), 4);
            batch.append(TRAIN * DATAGRAM, DATAGRAM, null);
            assertEquals(1, batch.group(new Object[] {"peer"}));
            batch.retain(1);
            return batch.run(0);
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
