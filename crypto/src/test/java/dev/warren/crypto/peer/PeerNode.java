package dev.warren.crypto.peer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.cookie.CookieGenerator;
import dev.warren.crypto.cookie.HandshakeGate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.noise.ReceivedInitiation;
import dev.warren.crypto.noise.ResponderDh;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.primitive.Aead;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.MessageType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// One end: a real peer and gate, and around them what a router does.
final class PeerNode implements AutoCloseable, Peer.Transmit {
    private static final int ROOM = 70_000;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    final String name;
    final List<PeerEvent> events = new ArrayList<>();
    final List<byte[]> delivered = new ArrayList<>();
    final Set<Integer> indices = new HashSet<>();
    final Set<Integer> everyIndex = new HashSet<>();
    final HandshakeGate gate;
    private final TwoPeers net;
    private final Suite suite;
    private final SecureRandom random;
    private final byte[] address;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment in = arena.allocate(ROOM);
    private final MemorySegment out = arena.allocate(ROOM);
    private PublicKey remote;
    StaticIdentity identity;
    Peer peer;
    /// Where the other side was heard last: its address and, to be moved by tests, a port.
    int endpointPort = 51820;

    int port = 51820;
    /// Time from an initiation to the Diffie-Hellmans of its response, as if another thread computed them.
    long answerAfter;

    long keptDelivered;
    long lastDelivery;
    PeerStatistics counted = new PeerStatistics();
    long longestGap;
    boolean keep = true;
    private boolean crowded;
    Verdict lastVerdict = Verdict.OK;

    private final StagedPool pool = new StagedPool(1 << 20);

    PeerNode(String name, TwoPeers net, Suite suite, SecureRandom random, byte[] address) {
        this.name = name;
        this.net = net;
        this.suite = suite;
        this.random = random;
        this.address = address;
        identity = new StaticIdentity(PrivateKey.generate(random), suite);
        remote = identity.publicKey();
        gate = new HandshakeGate(suite, identity, random);
        peer = new Peer(suite, identity, identity.publicKey(), random::nextInt, random, pool, this, counted);
    }

    void meet(PublicKey other) {
        remote = other;
        peer.close();
        counted = new PeerStatistics();
        peer = new Peer(suite, identity, other, random::nextInt, random, pool, this, counted);
        peer.endpointKnown(true);
    }

    /// The process dies and starts again: everything but the keys is forgotten.
    void restart() {
        meet(remote);
    }

    /// From now on it is under load, and newcomers have used up what they may do without a cookie.
    void crowd() {
        gate.load(true);
        crowded = true;
    }

    private void newcomers(byte[] from) {
        try (var generator = new CookieGenerator(suite, identity.publicKey())) {
            var message = InitiationMessage.create(1);
            generator.sign(message, net.now());
            for (int i = 0; i < Protocol.SOURCE_BURST; i++) {
                gate.admit(message, from, 1, net.now(), new byte[64]);
            }
        }
    }

    void send(byte[]... packets) {
        long now = net.now();
        if (peer.ready(now)) {
            long bytes = 0;
            int count = 0;
            for (byte[] packet : packets) {
                MemorySegment.copy(packet, 0, in, BYTE, Aead.MARGIN, packet.length);
                int length = peer.seal(in, Aead.MARGIN, packet.length, out, Aead.MARGIN);
                if (length > 0) {
                    net.transmit(this, out.asSlice(Aead.MARGIN, length).toArray(BYTE));
                    bytes += length;
                    count++;
                }
            }
            peer.sent(count, bytes, now);
        } else {
            for (byte[] packet : packets) {
                peer.stage(MemorySegment.ofArray(packet), 0, packet.length);
            }
        }
        settle();
    }

    void settle() {
        if (peer.nextDeadline() <= net.now()) {
            peer.advance(net.now(), net.wall());
            assertTrue(peer.nextDeadline() > net.now() || net.clockWentBack(), name + " is due again at once");
        }
    }

    void receive(byte[] datagram, byte[] sourceAddress, int sourcePort) {
        int type = MessageType.classify(datagram);
        if (type == MessageType.DATA) {
            data(datagram, sourcePort);
        } else {
            handshake(type, datagram, sourceAddress, sourcePort);
        }
        settle();
    }

    private void data(byte[] datagram, int sourcePort) {
        MemorySegment.copy(datagram, 0, in, BYTE, Aead.MARGIN, datagram.length);
        int length = peer.open(in, Aead.MARGIN, datagram.length, out, Aead.MARGIN, net.now());
        if (length < 0) {
            lastVerdict = Verdict.of(length);
            return;
        }
        lastVerdict = Verdict.OK;
        endpointPort = sourcePort;
        peer.received(length > 0 ? 1 : 0, length > 0 ? 0 : 1, datagram.length, net.now());
        if (length > 0) {
            longestGap = keptDelivered == 0 ? 0 : Math.max(longestGap, net.now() - lastDelivery);
            lastDelivery = net.now();
            keptDelivered++;
            if (keep) {
                delivered.add(out.asSlice(Aead.MARGIN, length).toArray(BYTE));
            }
        }
    }

    private void handshake(int type, byte[] message, byte[] sourceAddress, int sourcePort) {
        if (crowded) {
            newcomers(sourceAddress);
        }
        var reply = new byte[64];
        lastVerdict = type == 0 ? Verdict.MALFORMED : gate.admit(message, sourceAddress, sourcePort, net.now(), reply);
        if (lastVerdict == Verdict.COOKIE_SENT) {
            net.transmit(this, reply);
        }
        if (lastVerdict != Verdict.OK) {
            return;
        }
        if (type == MessageType.COOKIE_REPLY) {
            lastVerdict = peer.receiveCookieReply(message, net.now());
            return;
        }
        int before = endpointPort;
        endpointPort = sourcePort;
        lastVerdict = type == MessageType.RESPONSE ? peer.receiveResponse(message, net.now()) : initiation(message);
        if (lastVerdict != Verdict.OK) {
            endpointPort = before;
        }
    }

    private Verdict initiation(byte[] message) {
        try (var initiation = ReceivedInitiation.read(suite, identity, message)) {
            if (initiation == null || !initiation.remoteStatic().equals(remote)) {
                return Verdict.UNKNOWN_PEER;
            }
            if (answerAfter == 0) {
                return peer.receiveInitiation(initiation, message.length, net.now());
            }
            var verdict = peer.consumeInitiation(initiation, net.now());
            var ephemeral = initiation.ephemeral();
            if (verdict == Verdict.OK) {
                net.at(net.now() + answerAfter, () -> answer(ephemeral, message.length));
            }
            return verdict;
        }
    }

    private void answer(byte[] ephemeral, int bytes) {
        try (var dh = ResponderDh.make(suite, random, ephemeral, remote)) {
            lastVerdict = peer.respond(dh, bytes, net.now());
        }
    }

    byte[] address() {
        return address;
    }

    long dropped(Verdict verdict) {
        return counted.dropped(verdict);
    }

    <T extends PeerEvent> List<T> events(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public void transmit(MemorySegment datagram, long at, int length) {
        assertTrue(datagram.isNative());
        net.transmit(this, datagram.asSlice(at, length).toArray(BYTE));
    }

    @Override
    public void indexAdded(int index) {
        assertTrue(indices.add(index), name + " added an index twice");
        everyIndex.add(index);
    }

    @Override
    public void indexRemoved(int index) {
        assertTrue(indices.remove(index), name + " removed an index it had not");
    }

    @Override
    public void event(PeerEvent event) {
        events.add(event);
    }

    @Override
    public void close() {
        peer.close();
        gate.close();
        identity.close();
        arena.close();
    }
}
