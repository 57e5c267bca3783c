package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.cookie.CookieGenerator;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.noise.Handshake;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.tunnel.Tunnel;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.MessageType;
import dev.warren.crypto.wire.ResponseMessage;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.testkit.MemoryUdp;
import dev.warren.verticles.bus.HandshakeCommand;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.PeerNotice;
import dev.warren.verticles.bus.PeerNotices;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What those can do who know public keys, or see what goes by.
class UnknownInitiatorsTest extends DeviceLab {
    private static final InetSocketAddress ROUTER = new InetSocketAddress("192.0.2.1", 51820);
    private static final InetSocketAddress THEIRS = new InetSocketAddress("192.0.2.50", 40000);
    private static final long WALL = SECONDS.toNanos(1_800_000_000);

    private final Arena arena = Arena.ofShared();
    private final PacketBatch in = PacketBatch.unpooled(arena.allocate(4 << 20), 64);
    private final ArrayDeque<byte[]> received = new ArrayDeque<>();
    private Suite suite;
    private MemoryUdp socket;
    private CookieGenerator signer;

    UnknownInitiatorsTest() {
        super(1, 1);
    }

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void openSocket() throws Exception {
        suite = Suite.open(Suite.Choice.AUTO);
        socket = network.open(THEIRS.getPort(), InetAddress.getByName("192.0.2.50"));
        signer = new CookieGenerator(suite, a.publicKey);
    }

    @AfterEach
    void closeSocket() {
        socket.close();
        suite.close();
    }

    private void send(byte[] message) {
        var out = PacketBatch.unpooled(arena.allocate(4096, 64), 1);
        int at = out.append(message.length, 0, Endpoint.of(ROUTER));
        MemorySegment.copy(message, 0, out.slab(), ValueLayout.JAVA_BYTE, at, message.length);
        socket.send(out);
    }

    /// The next message of this type that comes to the socket.
    private byte[] receive(int type) {
        long until = System.nanoTime() + SECONDS.toNanos(20);
        while (System.nanoTime() < until) {
            for (var next = received.poll(); next != null; next = received.poll()) {
                if (MessageType.classify(next) == type) return next;
            }
            read();
            Thread.onSpinWait();
        }
        throw new AssertionError("no message of type " + type + " within 20 s");
    }

    /// What is there.
    private void read() {
        in.clear();
        int entries = socket.receive(socket.fd4(), in);
        for (int i = 0; i < entries; i++) {
            int step = in.segment(i) > 0 ? in.segment(i) : in.length(i);
            for (int at = 0; at < in.length(i); at += step) {
                int length = Math.min(step, in.length(i) - at);
                received.add(in.slab().asSlice(in.offset(i) + at, length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    private long counted(String name) {
        try {
            return a.counter(name);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private PrivateKey peer(String allowedIps) throws Exception {
        var key = PrivateKey.generate(random);
        var like = a.unknown(allowedIps);
        a.peer(new PeerUpdate(
                key.publicKey(suite.x25519()),
                false,
                false,
                null,
                THEIRS,
                OptionalInt.empty(),
                false,
                like.allowedIps()));
        return key;
    }

    // S12 of what reviewers found: only public keys are needed to make the static part of an initiation.
    @Test
    void initiationsForgedFromPublicKeysWakeNobody() throws Exception {
        for (int i = 0; i < 100; i++) {
            try (var key = peer("10.9.0." + i + "/32");
                    var identity = new StaticIdentity(key.copy(), suite);
                    var handshake = new Handshake(suite, identity, a.publicKey, random)) {
                var message = handshake.createInitiation(i, WALL);
                assertNotNull(message);
                message[InitiationMessage.TIMESTAMP + 3] ^= 1; // nobody can make it who has not the key
                signer.sign(message, 0);
                send(message);
            }
        }
        eventually("all are refused", () -> counted("router.drop.forged") == 100);
        assertEquals(0, a.counter("router.peers-active"));
    }

    // S5: a response costs two Diffie-Hellmans, whoever sent it.
    @Test
    void forgedResponsesAreLookedAtEightTimesAndTheRightOneStillCounts() throws Exception {
        try (var key = peer("10.9.0.1/32");
                var tunnel = Tunnel.builder(key, a.publicKey).suite(suite).create()) {
            long now = System.nanoTime();
            a.tun.inject(packet(a.inside, "10.9.0.1", 20));
            var initiation = receive(MessageType.INITIATION);
            for (int i = 0; i < 5; i++) send(forgedResponse(initiation));
            var right = tunnel.decapsulate(MemorySegment.ofArray(initiation), ROUTER, now, WALL);
            var bytes = new byte[right.datagrams().getFirst().remaining()];
            right.datagrams().getFirst().get(bytes);
            send(bytes);
            receive(MessageType.DATA); // the session is there, and what was staged leaves
        }
    }

    @Test
    void afterEightForgedResponsesACookieIsAskedFor() throws Exception {
        try (var _ = peer("10.9.0.1/32")) {
            a.tun.inject(packet(a.inside, "10.9.0.1", 20));
            var initiation = receive(MessageType.INITIATION);
            for (int i = 0; i < 60; i++) send(forgedResponse(initiation));
            receive(MessageType.COOKIE_REPLY);
            eventually("all are dealt with", () -> counted("handshake.cookies-sent") == 52);
            assertEquals(8, a.counter("handshake.drop.psk-mismatch"));
            assertEquals(0, a.counter("handshake.under-load"));
        }
    }

    // Each is within its eight, so only the measure of all work can tell.
    @Test
    void responsesToManyInitiationsAreALoad() throws Exception {
        var wasted = new AtomicInteger();
        vertx.eventBus().addOutboundInterceptor(context -> {
            if (context.body() instanceof HandshakeCommand.Wasted spent) wasted.addAndGet(spent.diffieHellmans());
            context.next();
        });
        int peers = 15;
        var initiations = new ArrayList<byte[]>();
        for (int i = 0; i < peers; i++) {
            peer("10.9.0." + i + "/32").close();
            a.tun.inject(packet(a.inside, "10.9.0." + i, 20));
            initiations.add(receive(MessageType.INITIATION));
        }
        for (int n = 0; n < 7; n++) {
            for (var initiation : initiations) send(forgedResponse(initiation));
        }
        eventually("all are refused", () -> counted("handshake.drop.psk-mismatch") == 7 * peers);
        assertEquals(2 * 7 * peers, wasted.get(), "two Diffie-Hellmans each are told of");
        // So many in a moment are a load, which a slow machine may not have made of them.
        new HandshakeMailbox(vertx, a.device.name()).tell(new HandshakeCommand.Wasted(wasted.get()));
        eventually("there is a load", () -> counted("handshake.under-load") == 1);
        // Their eighth: for nothing but the load cookies are asked for. A few newcomers do without.
        for (var initiation : initiations) send(forgedResponse(initiation));
        receive(MessageType.COOKIE_REPLY);
    }

    private byte[] forgedResponse(byte[] initiation) {
        var message = ResponseMessage.create(7, InitiationMessage.sender(initiation));
        var ephemeral = new byte[32];
        random.nextBytes(ephemeral);
        System.arraycopy(ephemeral, 0, message, ResponseMessage.EPHEMERAL, ephemeral.length);
        signer.sign(message, 0);
        return message;
    }

    // The clock of a peer went back: it is refused, told, and accepted again when that is said. Awake and inactive.
    @Test
    void aPeerWhoseClockWentBackIsToldOfAndCanBeLetIn() throws Exception {
        var heard = new LinkedBlockingQueue<PeerNotice>();
        PeerNotices.listen(vertx, a.device.name(), heard::add).completion().await();
        try (var key = peer("10.9.0.1/32");
                var identity = new StaticIdentity(key.copy(), suite);
                var handshake = new Handshake(suite, identity, a.publicKey, random)) {
            send(initiation(handshake, 1, WALL));
            receive(MessageType.RESPONSE);
            for (int index = 2; index < 4; index++) {
                if (index == 3) inactive();
                Thread.sleep(25); // fifty initiations a second at most
                send(initiation(anew(identity), index, WALL - SECONDS.toNanos(3600)));
                PeerEvent event;
                do event = Objects.requireNonNull(heard.poll(10, SECONDS)).event();
                while (!(event instanceof PeerEvent.TimestampRefused));
                long refused = index - 1L;
                eventually("it is counted", () -> counted("handshake.drop.replayed-timestamp") == refused);
            }
            reset(identity.publicKey());
            send(initiation(anew(identity), 9, WALL - SECONDS.toNanos(1800)));
            assertEquals(9, ResponseMessage.receiver(receive(MessageType.RESPONSE)));
            reset(identity.publicKey());
            Thread.sleep(25);
            send(initiation(anew(identity), 10, WALL - SECONDS.toNanos(3000)));
            assertEquals(10, ResponseMessage.receiver(receive(MessageType.RESPONSE)));
        }
    }

    private Handshake anew(StaticIdentity identity) {
        return new Handshake(suite, identity, a.publicKey, random);
    }

    private byte[] initiation(Handshake handshake, int index, long wall) {
        var message = handshake.createInitiation(index, wall);
        assertNotNull(message);
        signer.sign(message, 0);
        return message;
    }

    private void reset(PublicKey peer) throws Exception {
        a.peer(new PeerUpdate(peer, false, true, null, null, OptionalInt.empty(), false, List.of(), true, null));
    }

    /// All peers of a: a new key and the old one again do it.
    private void inactive() throws Exception {
        for (var next : List.of(PrivateKey.of(new byte[32]), a.key.copy())) {
            try (next) {
                a.update(new DeviceUpdate(next, OptionalInt.empty(), OptionalInt.empty(), false, List.of()));
            }
        }
        eventually("it sleeps", () -> counted("router.peers-active") == 0);
    }
}
