package dev.warren.crypto.peer;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.suite.Suite;
import java.nio.ByteBuffer;
import java.util.PriorityQueue;
import java.util.function.LongFunction;

/// Two real peers in virtual time that jumps to the next thing that happens, a seeded link, and an eavesdropper.
final class TwoPeers implements AutoCloseable {
    private static final long EPOCH = 1_800_000_000L * Protocol.SECOND;

    /// An event that is due; the number keeps what happens at one moment in order.
    private record Due(long at, long number, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    private final Suite suite = Suite.open(Suite.Choice.AUTO);
    private final PriorityQueue<Due> queue = new PriorityQueue<>();
    private final Wire wire = new Wire();
    private final LossyLink link;
    private final PeerNode a;
    private final PeerNode b;
    private final long seed;
    private long now;
    private long numbers;
    private boolean clockWentBack;

    private TwoPeers(long seed) {
        this.seed = seed;
        link = new LossyLink(seed);
        var random = new SeededRandom(seed);
        a = new PeerNode("a", this, suite, random, new byte[] {10, 0, 0, 1});
        b = new PeerNode("b", this, suite, random, new byte[] {10, 0, 0, 2});
        a.meet(b.identity.publicKey());
        b.meet(a.identity.publicKey());
    }

    static TwoPeers seeded(long seed) {
        return new TwoPeers(seed);
    }

    /// With a session that `a` began.
    static TwoPeers connected(long seed) {
        var net = new TwoPeers(seed);
        net.a.send(packet(0));
        net.advance(Protocol.SECOND);
        if (net.b.delivered.size() != 1) {
            throw new AssertionError("no session, seed " + seed);
        }
        return net;
    }

    PeerNode a() {
        return a;
    }

    PeerNode b() {
        return b;
    }

    PeerNode other(PeerNode node) {
        return node == a ? b : a;
    }

    LossyLink link() {
        return link;
    }

    Wire wire() {
        return wire;
    }

    Suite suite() {
        return suite;
    }

    long now() {
        return now;
    }

    long wall() {
        return EPOCH + now;
    }

    boolean clockWentBack() {
        return clockWentBack;
    }

    static long seconds(double seconds) {
        return (long) (seconds * Protocol.SECOND);
    }

    /// An IPv4 packet of 64 bytes that carries a number.
    static byte[] packet(long id) {
        return packet(id, 64);
    }

    static byte[] packet(long id, int length) {
        var packet = ByteBuffer.allocate(length);
        packet.put(0, (byte) 0x45).putShort(2, (short) length).putLong(20, id);
        return packet.array();
    }

    static long idOf(byte[] packet) {
        return ByteBuffer.wrap(packet).getLong(20);
    }

    /// Hands a datagram to the link.
    void transmit(PeerNode from, byte[] datagram) {
        var sighting = new Wire.Sighting(now, from.name, Wire.Kind.of(datagram), datagram);
        wire.saw(now, from.name, datagram);
        var to = other(from);
        int copies = link.copies(sighting);
        for (int i = 0; i < copies; i++) {
            at(now + link.latency(sighting.kind()), () -> to.receive(datagram, from.address(), from.port));
        }
    }

    /// Puts a datagram before a node, as if it had come from that port of the other one.
    void inject(PeerNode to, byte[] datagram, int sourcePort) {
        to.receive(datagram, other(to).address(), sourcePort);
    }

    void at(long time, Runnable action) {
        queue.add(new Due(time, numbers++, action));
    }

    /// Sends a packet every `interval` until `end`; packets are numbered from `firstId`.
    void stream(PeerNode from, long interval, long end, LongFunction<byte[]> packets) {
        stream(from, interval, end, packets, 0);
    }

    private void stream(PeerNode from, long interval, long end, LongFunction<byte[]> packets, long id) {
        from.send(packets.apply(id));
        if (now + interval < end) {
            at(now + interval, () -> stream(from, interval, end, packets, id + 1));
        }
    }

    /// Lets time pass, from event to event.
    void advance(long nanoseconds) {
        long end = now + nanoseconds;
        long before = now;
        int steps = 0;
        for (long next = nextEvent(); next <= end; next = nextEvent()) {
            now = Math.max(now, next);
            steps = now == before ? steps + 1 : 0;
            before = now;
            if (steps > 10_000) {
                throw new AssertionError("time stands still at " + now + ", seed " + seed);
            }
            step();
        }
        now = Math.max(now, end);
        clockWentBack = false;
    }

    /// The clock jumps and nobody ran meanwhile; datagrams under way are lost with suspended sockets.
    void jump(long nanoseconds) {
        queue.clear();
        now += nanoseconds;
        clockWentBack = nanoseconds < 0;
    }

    private long nextEvent() {
        long next = Math.min(a.peer.nextDeadline(), b.peer.nextDeadline());
        var due = queue.peek();
        return due == null ? next : Math.min(next, due.at());
    }

    private void step() {
        var due = queue.peek();
        if (due != null && due.at() <= now) {
            queue.poll();
            due.action().run();
            return;
        }
        a.settle();
        b.settle();
    }

    @Override
    public void close() {
        a.close();
        b.close();
        suite.close();
    }
}
