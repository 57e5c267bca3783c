package dev.warren.crypto.tunnel;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.cookie.HandshakeGate;
import dev.warren.crypto.cookie.LoadMeter;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.noise.ReceivedInitiation;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.peer.IndexSource;
import dev.warren.crypto.peer.Peer;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.crypto.peer.PeerStatistics;
import dev.warren.crypto.peer.StagedPool;
import dev.warren.crypto.primitive.Aead;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.DataMessage;
import dev.warren.crypto.wire.MessageType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A WireGuard tunnel to one peer, for embedding: it opens no socket, reads no clock and starts no thread.
///
/// The caller has a UDP socket, a source of IP packets and a timer:
///
/// ```
/// var tunnel = Tunnel.builder(privateKey, peerKey).endpoint(address).create();
/// // an IP packet to send:      perform(tunnel.encapsulate(packet, now, wall), tunnel.endpoint());
/// // a datagram was received:           perform(tunnel.decapsulate(datagram, source, now, wall), source);
/// // nextDeadline() is reached: perform(tunnel.advance(now, wall), tunnel.endpoint());
/// ```
///
/// where `perform` sends the [TunnelResult#datagrams] to the given address, and delivers the packet of a
/// [TunnelResult.Deliver] after checking that this peer may use its source address. After every call,
/// re-arm the timer for [#nextDeadline].
///
/// - **Time.** `now` is nanoseconds, never negative, of a clock that counts during suspend
///   (CLOCK_BOOTTIME); `wall` is nanoseconds since the Unix epoch, for handshake timestamps only. Both may
///   jump.
/// - **Buffers.** Arguments are read during the call and never kept or changed; a ByteBuffer is read from
///   its position to its limit, and neither moves. Results are fresh and the caller's.
/// - **Threads.** Only the thread that created it may use it.
/// - **Nothing from the network is an exception.** What is not accepted is a [TunnelResult.Dropped]. Errors
///   of the caller are exceptions at once: a negative `now` (IllegalArgumentException), another thread
///   (WrongThreadException), null, an unresolved address (IllegalArgumentException), use after [#close]
///   (IllegalStateException).
///
/// For many peers on one socket use [Peer] and [HandshakeGate] instead: a tunnel has one of each of its
/// own.
public final class Tunnel implements AutoCloseable {
    /// The longest payload of a UDP datagram over IPv4.
    private static final int LONGEST_DATAGRAM = 65535 - 20 - 8;

    /// Handshake messages per second, two DH each, beyond which initiators need a valid cookie first.
    private static final int WORK_PER_SECOND = 400;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private final Suite suite;
    private final boolean ownSuite;
    private final StaticIdentity identity;
    private final PublicKey remote;
    private final HandshakeGate gate;
    private final LoadMeter load = new LoadMeter(WORK_PER_SECOND);
    private final StagedPool staged = new StagedPool(Protocol.MAX_STAGED_BYTES);
    private final Peer peer;
    private final PeerStatistics counted = new PeerStatistics();
    private final Datagrams datagrams;
    private final byte[] reply = new byte[CookieReplyMessage.LENGTH];

    // Detects other threads: only the thread that made this segment may read it.
    private final MemorySegment owner = Arena.ofConfined().allocate(1);
    private Arena arena = Arena.ofConfined();
    private MemorySegment plain = MemorySegment.NULL;
    private MemorySegment sealed = MemorySegment.NULL;
    private @Nullable InetSocketAddress endpoint;
    private boolean closed;

    private Tunnel(Builder builder) {
        Suite given = builder.suite;
        ownSuite = given == null;
        suite = given == null ? Suite.open(builder.choice) : given;
        SecureRandom random = builder.random;
        identity = new StaticIdentity(builder.privateKey.copy(), suite);
        remote = builder.peer;
        datagrams = new Datagrams(builder.events);
        gate = new HandshakeGate(suite, identity, random);
        IndexSource source = builder.indices;
        peer = new Peer(
                suite, identity, remote, source == null ? random::nextInt : source, random, staged, datagrams, counted);
        peer.presharedKey(builder.presharedKey);
        peer.mtu(builder.mtu);
        endpoint(builder.endpoint);
        peer.persistentKeepalive(builder.persistentKeepalive, 0);
    }

    /// Starts the configuration of a tunnel.
    ///
    /// @param privateKey ours; copied by [Builder#create], and still owned by the caller
    /// @param peer public key of the peer
    public static Builder builder(PrivateKey privateKey, PublicKey peer) {
        return new Builder(privateKey, peer);
    }

    /// Configuration of a tunnel. Everything but the keys has a default.
    public static final class Builder {
        private final PrivateKey privateKey;
        private final PublicKey peer;
        private @Nullable PresharedKey presharedKey;
        private @Nullable InetSocketAddress endpoint;
        private @Nullable IndexSource indices;
        private @Nullable Suite suite;
        private Suite.Choice choice = Suite.Choice.AUTO;
        private SecureRandom random = new SecureRandom();
        private Consumer<PeerEvent> events = event -> {};
        private int persistentKeepalive;
        private int mtu = 1420;

        private Builder(PrivateKey privateKey, PublicKey peer) {
            this.privateKey = Objects.requireNonNull(privateKey, "privateKey");
            this.peer = Objects.requireNonNull(peer, "peer");
        }

        /// Preshared key, copied by [#create]. Default: none.
        public Builder presharedKey(@Nullable PresharedKey key) {
            presharedKey = key;
            return this;
        }

        /// Address of the peer, resolved, if known. Without it the tunnel sends nothing until it receives
        /// an authenticated message.
        public Builder endpoint(@Nullable InetSocketAddress address) {
            endpoint = address;
            return this;
        }

        /// Persistent keepalive interval in seconds, 1 to 65535; 0, the default, is off.
        public Builder persistentKeepalive(int seconds) {
            persistentKeepalive = seconds;
            return this;
        }

        /// MTU of the tunnel in bytes, which padding does not exceed; default 1420.
        public Builder mtu(int bytes) {
            mtu = bytes;
            return this;
        }

        /// Source of receiver indices, for tunnels that share a socket. Default: random indices.
        public Builder indices(IndexSource source) {
            indices = Objects.requireNonNull(source, "source");
            return this;
        }

        /// Shares cryptography with others on the same thread; the caller closes it after the tunnel.
        public Builder suite(Suite shared) {
            suite = Objects.requireNonNull(shared, "shared");
            return this;
        }

        /// Gives the tunnel its own cryptography, which it closes; default AUTO.
        public Builder suite(Suite.Choice own) {
            choice = Objects.requireNonNull(own, "own");
            suite = null;
            return this;
        }

        /// Randomness for ephemeral keys, cookie secrets and indices. Default: a new SecureRandom.
        public Builder random(SecureRandom source) {
            random = Objects.requireNonNull(source, "source");
            return this;
        }

        /// Receives events; called from inside the tunnel's methods, and must not call the tunnel back or
        /// throw. Default: ignores them.
        public Builder events(Consumer<PeerEvent> listener) {
            events = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /// Creates the tunnel, which the caller closes.
        ///
        /// @throws IllegalStateException when the chosen cryptography cannot be used
        /// @throws IllegalArgumentException when the keepalive is out of range or the endpoint unresolved
        public Tunnel create() {
            return new Tunnel(this);
        }
    }

    /// Sends one IP packet. Without a session it is staged (128 packets at most) and a handshake begins.
    ///
    /// @param packet an IP packet, 1 to 65 000 bytes; any segment
    /// @return Send; Nothing while the packet is staged; or Dropped (MALFORMED, TOO_LONG, COUNTER_LIMIT)
    public TunnelResult encapsulate(MemorySegment packet, long now, long wall) {
        Objects.requireNonNull(packet, "packet");
        enter(now);
        if (packet.byteSize() == 0) {
            return dropped(Verdict.MALFORMED);
        }
        if (packet.byteSize() > LONGEST_DATAGRAM - DataMessage.OVERHEAD - Protocol.PADDING) {
            return dropped(Verdict.TOO_LONG);
        }
        int length = (int) packet.byteSize();
        Verdict verdict = Verdict.OK;
        if (peer.ready(now)) {
            makeRoom(length + DataMessage.OVERHEAD + Protocol.PADDING);
            MemorySegment.copy(packet, 0, plain, Aead.MARGIN, length);
            int sealedLength = peer.seal(plain, Aead.MARGIN, length, sealed, Aead.MARGIN);
            if (sealedLength > 0) {
                datagrams.transmit(sealed, Aead.MARGIN, sealedLength);
                peer.sent(1, sealedLength, now);
            } else {
                verdict = Verdict.of(sealedLength);
            }
        } else {
            peer.stage(packet, 0, length);
        }
        if (peer.nextDeadline() <= now) {
            peer.advance(now, wall);
        }
        return verdict == Verdict.OK ? send() : new TunnelResult.Dropped(verdict, datagrams.take());
    }

    /// As [#encapsulate(MemorySegment, long, long)], from position to limit.
    public TunnelResult encapsulate(ByteBuffer packet, long now, long wall) {
        Objects.requireNonNull(packet, "packet");
        return encapsulate(MemorySegment.ofBuffer(packet), now, wall);
    }

    /// Processes one UDP datagram. When it authenticates, its source becomes the [#endpoint] (roaming).
    ///
    /// @param source address it was received from: cookies and rate limits are bound to it, and the
    /// returned datagrams go there
    /// @return Deliver with a packet; Send or Nothing for keepalives and handshake messages; or Dropped
    public TunnelResult decapsulate(MemorySegment datagram, InetSocketAddress source, long now, long wall) {
        // no message is processed without its source.
        Objects.requireNonNull(datagram, "datagram");
        resolved(Objects.requireNonNull(source, "source"));
        enter(now);
        return switch (MessageType.classify(datagram, 0, datagram.byteSize())) {
            case MessageType.DATA -> data(datagram, source, now);
            case MessageType.INITIATION, MessageType.RESPONSE, MessageType.COOKIE_REPLY ->
                handshake(datagram.toArray(BYTE), source, now);
            default -> dropped(Verdict.MALFORMED);
        };
    }

    /// As [#decapsulate(MemorySegment, InetSocketAddress, long, long)], from position to limit.
    public TunnelResult decapsulate(ByteBuffer datagram, InetSocketAddress source, long now, long wall) {
        Objects.requireNonNull(datagram, "datagram");
        return decapsulate(MemorySegment.ofBuffer(datagram), source, now, wall);
    }

    /// Runs expired timers: handshakes and retransmissions, keepalives, wiping of old keys. Calling it
    /// early does no harm.
    ///
    /// @return Send or Nothing
    public TunnelResult advance(long now, long wall) {
        enter(now);
        peer.advance(now, wall);
        return send();
    }

    /// Time at which [#advance] must be called next, nanoseconds; may lie in the past. `Long.MAX_VALUE`:
    /// never.
    public long nextDeadline() {
        enter();
        return peer.nextDeadline();
    }

    /// Requests a handshake even if there is a session; at most one initiation is sent per 5 s. The next
    /// [#advance] returns it.
    public void forceHandshake(long now) {
        enter(now);
        peer.forceHandshake(now);
    }

    /// Source of the last authenticated datagram, or the address set since; null when there is neither.
    public @Nullable InetSocketAddress endpoint() {
        enter();
        return endpoint;
    }

    /// Sets the address of the peer. Null: unknown, so nothing is sent until an authenticated message is
    /// received.
    public void endpoint(@Nullable InetSocketAddress address) {
        enter();
        if (address != null) {
            resolved(address);
        }
        endpoint = address;
        peer.endpointKnown(address != null);
    }

    /// Sets the preshared key for the next handshake; the session stays. Copied. Null: none.
    public void presharedKey(@Nullable PresharedKey key) {
        enter();
        peer.presharedKey(key);
    }

    /// Our public key, which the peer must configure.
    public PublicKey publicKey() {
        return identity.publicKey();
    }

    /// A snapshot of the counters.
    public TunnelStatistics statistics() {
        enter();
        return new TunnelStatistics(
                counted.txBytes(),
                counted.rxBytes(),
                peer.lastHandshake(),
                peer.handshakeRtt(),
                peer.lossEstimate(),
                peer.stagedPackets());
    }

    /// Number of packets and messages dropped for these reasons.
    public long dropped(Verdict... reasons) {
        enter();
        long sum = 0;
        for (Verdict reason : reasons) {
            sum += counted.dropped(reason);
        }
        return sum;
    }

    /// Wipes all keys. Idempotent. Every other call on a closed tunnel is an IllegalStateException.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        enter();
        closed = true;
        peer.close();
        staged.close();
        gate.close();
        identity.close();
        arena.close();
        if (ownSuite) {
            suite.close();
        }
    }

    private void enter(long now) {
        enter();
        if (now < 0) {
            throw new IllegalArgumentException("now is " + now
                    + ", but time is never negative here:"
                    + " it is nanoseconds since a moment before the tunnel was made.");
        }
    }

    private void enter() {
        if (closed) {
            throw new IllegalStateException("The tunnel was closed.");
        }
        try {
            byte _ = owner.get(BYTE, 0);
        } catch (WrongThreadException e) {
            throw (WrongThreadException)
                    new WrongThreadException("A tunnel belongs to the thread that created it.").initCause(e);
        }
    }

    private static void resolved(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(
                    address + " is not resolved: a tunnel asks for no names, so look it up before.");
        }
    }

    private TunnelResult data(MemorySegment datagram, InetSocketAddress source, long now) {
        if (datagram.byteSize() > LONGEST_DATAGRAM) {
            return dropped(Verdict.TOO_LONG);
        }
        int length = (int) datagram.byteSize();
        makeRoom(length);
        MemorySegment.copy(datagram, 0, sealed, Aead.MARGIN, length);
        int opened = peer.open(sealed, Aead.MARGIN, length, plain, Aead.MARGIN, now);
        if (opened < 0) {
            return new TunnelResult.Dropped(Verdict.of(opened), datagrams.take());
        }
        endpoint = source;
        if (opened == 0) {
            peer.received(0, 1, length, now);
            return send();
        }
        peer.received(1, 0, length, now);
        int trimmed = packetLength(plain, Aead.MARGIN, opened);
        if (trimmed < 0) {
            return new TunnelResult.Dropped(count(Verdict.MALFORMED), datagrams.take());
        }
        return new TunnelResult.Deliver(copy(plain, Aead.MARGIN, trimmed), datagrams.take());
    }

    private TunnelResult handshake(byte[] message, InetSocketAddress source, long now) {
        var address = Objects.requireNonNull(source.getAddress(), "the source of a datagram is a resolved address");
        gate.load(load.underLoad(now));
        Verdict admitted = gate.admit(message, address.getAddress(), source.getPort(), now, reply);
        if (admitted == Verdict.COOKIE_SENT) {
            return new TunnelResult.Dropped(count(admitted), List.of(ByteBuffer.wrap(reply.clone())));
        }
        if (admitted != Verdict.OK) {
            return dropped(admitted);
        }
        int type = MessageType.of(message);
        if (type == MessageType.COOKIE_REPLY) {
            return result(peer.receiveCookieReply(message, now));
        }
        Verdict verdict =
                type == MessageType.INITIATION ? initiation(message, now) : peer.receiveResponse(message, now);
        load.spent(1, now);
        if (verdict == Verdict.OK) {
            endpoint = source;
        }
        return result(verdict);
    }

    private Verdict initiation(byte[] message, long now) {
        try (var initiation = ReceivedInitiation.read(suite, identity, message)) {
            if (initiation == null) {
                return count(Verdict.DECRYPT_FAILED);
            }
            if (!initiation.remoteStatic().equals(remote)) {
                return count(Verdict.UNKNOWN_PEER);
            }
            return peer.receiveInitiation(initiation, message.length, now);
        }
    }

    private TunnelResult result(Verdict verdict) {
        return verdict == Verdict.OK ? send() : new TunnelResult.Dropped(verdict, datagrams.take());
    }

    private TunnelResult send() {
        return datagrams.isEmpty() ? new TunnelResult.Nothing() : new TunnelResult.Send(datagrams.take());
    }

    private TunnelResult dropped(Verdict verdict) {
        return new TunnelResult.Dropped(count(verdict), List.of());
    }

    private Verdict count(Verdict verdict) {
        counted.dropped(verdict, 1);
        return verdict;
    }

    /// Grows both buffers for packets of this length, with margins on both sides.
    private void makeRoom(int length) {
        long size = length + 2L * (Aead.MARGIN + Aead.TAG_LENGTH);
        if (plain.byteSize() < size) {
            arena.close();
            arena = Arena.ofConfined();
            long rounded = Math.max(2048, Long.highestOneBit(size) * 2);
            plain = arena.allocate(rounded);
            sealed = arena.allocate(rounded);
        }
    }

    /// Length of the packet by its IP header, or -1 when the header is invalid.
    private static int packetLength(MemorySegment buffer, long at, int available) {
        int version = (buffer.get(BYTE, at) & 0xF0) >>> 4;
        if (version == 4 && available >= 20) {
            int length = u16(buffer, at + 2);
            return length >= 20 && length <= available ? length : -1;
        }
        if (version == 6 && available >= 40) {
            int length = 40 + u16(buffer, at + 4);
            return length <= available ? length : -1;
        }
        return -1;
    }

    private static int u16(MemorySegment buffer, long at) {
        return (buffer.get(BYTE, at) & 0xFF) << 8 | (buffer.get(BYTE, at + 1) & 0xFF);
    }

    private static ByteBuffer copy(MemorySegment buffer, long at, int length) {
        return ByteBuffer.wrap(buffer.asSlice(at, length).toArray(BYTE));
    }

    /// Collects the datagrams to send.
    private static final class Datagrams implements Peer.Transmit {
        private final Consumer<PeerEvent> events;
        private List<ByteBuffer> datagrams = new ArrayList<>();

        Datagrams(Consumer<PeerEvent> events) {
            this.events = events;
        }

        boolean isEmpty() {
            return datagrams.isEmpty();
        }

        List<ByteBuffer> take() {
            if (datagrams.isEmpty()) {
                return List.of();
            }
            var taken = datagrams;
            datagrams = new ArrayList<>();
            return taken;
        }

        @Override
        public void transmit(MemorySegment datagram, long at, int length) {
            datagrams.add(copy(datagram, at, length));
        }

        @Override
        public void indexAdded(int index) {}

        @Override
        public void indexRemoved(int index) {}

        @Override
        public void event(PeerEvent event) {
            events.accept(event);
        }
    }
}
