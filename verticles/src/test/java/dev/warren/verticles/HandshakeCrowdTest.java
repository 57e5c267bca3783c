package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.tunnel.Tunnel;
import dev.warren.crypto.tunnel.TunnelResult;
import dev.warren.crypto.wire.MessageType;
import dev.warren.crypto.wire.ResponseMessage;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.testkit.MemoryUdp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Many peers come at once: the loop of the handshakes shares the work with the loops of the peers, and nobody is left
/// without an answer.
class HandshakeCrowdTest extends DeviceLab {
    /// Many turns of the handshake loop, and fewer than make it ask for cookies.
    private static final int CROWD = 60;

    private static final InetSocketAddress ROUTER = new InetSocketAddress("192.0.2.1", 51820);

    private static final long WALL = SECONDS.toNanos(1_800_000_000);

    HandshakeCrowdTest() {
        super(2, 1);
    }

    @Test
    void everyInitiationIsAnswered() throws Exception {
        try (var suite = Suite.open(Suite.Choice.AUTO);
                var arena = Arena.ofConfined();
                var socket = network.open(40000, InetAddress.getByName("192.0.2.50"))) {
            var crowd = crowd(suite);
            var out = PacketBatch.unpooled(arena.allocate(64 * 1024), CROWD);
            long now = System.nanoTime();
            for (int i = 0; i < CROWD; i++) {
                var tunnel = crowd.get(i);
                tunnel.forceHandshake(now);
                var initiation = tunnel.advance(now, WALL).datagrams().getFirst();
                int at = out.append(initiation.remaining(), 0, Endpoint.of(ROUTER));
                MemorySegment.copy(MemorySegment.ofBuffer(initiation), 0, out.slab(), at, initiation.remaining());
            }
            var strangers = busy(a.device.loop(0)); // so that they wait together
            assertEquals(0, socket.send(out));
            idle(a.device.loop(1));
            strangers.countDown();

            var in = PacketBatch.unpooled(arena.allocate(4 * 1024 * 1024), CROWD);
            var answered = new AtomicInteger();
            eventually("all are answered", () -> answered.addAndGet(answers(socket, in, crowd)) == CROWD);
            assertEquals(0, a.counter("peer.drop.backlog"));
            assertEquals(0, a.counter("router.peers-without-session"), "who initiates need not make room");
            crowd.forEach(Tunnel::close);
        }
    }

    /// Peers of a. The index of each is its place, by which an answer finds it.
    private List<Tunnel> crowd(Suite suite) throws Exception {
        var crowd = new ArrayList<Tunnel>();
        var peers = new ArrayList<PeerUpdate>();
        for (int i = 0; i < CROWD; i++) {
            int place = i;
            try (var key = PrivateKey.generate(random)) {
                crowd.add(Tunnel.builder(key, a.publicKey)
                        .suite(suite)
                        .endpoint(ROUTER)
                        .indices(() -> place)
                        .create());
                peers.add(new PeerUpdate(
                        key.publicKey(suite.x25519()),
                        false,
                        false,
                        null,
                        null,
                        OptionalInt.empty(),
                        false,
                        List.of()));
            }
        }
        a.update(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, peers));
        return crowd;
    }

    /// What has arrived, each an answer to the one it names, who then has a session.
    private static int answers(MemoryUdp socket, PacketBatch in, List<Tunnel> crowd) {
        in.clear();
        int entries = socket.receive(socket.fd4(), in);
        int answers = 0;
        for (int i = 0; i < entries; i++) {
            for (int k = 0; k < in.packets(i); k++) {
                var message = in.slab()
                        .asSlice(in.offset(i) + (long) k * ResponseMessage.LENGTH, ResponseMessage.LENGTH)
                        .toArray(ValueLayout.JAVA_BYTE);
                assertEquals(MessageType.RESPONSE, MessageType.classify(message));
                var tunnel = crowd.get(ResponseMessage.receiver(message));
                var result = tunnel.decapsulate(MemorySegment.ofArray(message), ROUTER, System.nanoTime(), WALL);
                assertInstanceOf(TunnelResult.Send.class, result); // the keepalive that confirms the session
                answers++;
            }
        }
        return answers;
    }
}
