package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.TunCommand;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/// An actor that has nothing left to do goes to sleep; one that has got something meanwhile does not.
class IdlePeerTest extends DeviceLab {
    /// Those of a's peers that have woken up.
    private final BlockingQueue<PeerMailbox> woken = new LinkedBlockingQueue<>();

    IdlePeerTest() {
        super(1, 1);
    }

    private void watchPeersOfA() {
        vertx.eventBus().addOutboundInterceptor(context -> {
            if (context.body() instanceof TunCommand.Active active
                    && active.peer().peer().publicKey().equals(b.publicKey)) {
                woken.add(active.peer());
            }
            context.next();
        });
    }

    private PeerMailbox woken() throws InterruptedException {
        return Objects.requireNonNull(woken.poll(10, SECONDS), "nobody woke");
    }

    private void idle(PeerMailbox actor) {
        new RouterMailbox(vertx, a.device.name()).tell(new RouterCommand.Idle(actor));
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
            idle(actor);
            connect(); // what is sent while it is asked arrives
        }
        assertEquals(actor, woken());
        eventually("it is active", () -> active() == 1);
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
        for (int i = 0; i < 20; i++) idle(earlier);
        connect();
        assertEquals(1, active());
        assertEquals(0, woken.size(), "nobody was asked, so nobody went on");
    }

    // The actor says where its peer was when it ends; who has configured another endpoint meanwhile knows better.
    @Test
    void anEndpointThatIsSetWhileTheActorEndsIsKept() throws Exception {
        watchPeersOfA();
        connect();
        try (var other = PrivateKey.generate(random)) {
            changeKey(other); // its sessions are gone, and there is nothing to send: it is active and idle
        }
        var idle = woken();
        var moved = new InetSocketAddress("192.0.2.77", 7777);
        var packets = busy(a.device.loop(1));
        idle(idle);
        a.peer(new PeerUpdate(b.publicKey, false, true, null, moved, OptionalInt.empty(), false, List.of()));
        assertEquals(1, active(), "it cannot have ended yet");
        packets.countDown();
        eventually("it is inactive", () -> active() == 0);
        try (var status = a.device.status().await(10, SECONDS)) {
            assertEquals(moved, status.peers().getFirst().endpoint());
        }
    }

    private long active() {
        return Objects.requireNonNull(a.device.counters().await().get("router.peers-active"));
    }
}
