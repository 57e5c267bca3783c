package dev.warren.crypto.peer;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.noise.ReceivedInitiation;
import dev.warren.crypto.noise.ResponderDh;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.primitive.Aead;
import dev.warren.crypto.session.Keypair;
import dev.warren.crypto.session.Keypairs;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.DataMessage;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.MessageType;
import dev.warren.crypto.wire.ResponseMessage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The state machine of one peer: it is stepped with bytes and a time, opens no socket and reads no clock.
///
/// Confined to one thread, that of its [Suite]. Times are nanoseconds of a clock that does not stop in suspend. A run
/// of packets goes
///
/// ```
/// if (peer.ready(now)) { for each packet: n = peer.seal(...); peer.sent(packets, bytes, now); }
/// else for each packet: peer.stage(...);
/// if (peer.nextDeadline() <= now) peer.advance(now, wall);
/// ```
///
/// and a run of datagrams: `open` for each, then `received` once, then the same last line. Whoever calls keeps the
/// endpoint: it moves with every datagram that authenticates ([#open] not negative, OK from [#receiveInitiation] and
/// [#receiveResponse]), and never with a cookie reply.
public final class Peer implements AutoCloseable {
    /// [#lastHandshake] and [#handshakeRtt] when there was none.
    public static final long NEVER = -1;

    /// What an IPv4 datagram carries at most.
    private static final int LONGEST_DATAGRAM = 65535 - 20 - 8;

    /// With its padding.
    private static final int LONGEST_PACKET = LONGEST_DATAGRAM - DataMessage.OVERHEAD;

    /// So old a session still receives, but is not used for data any more: a datagram may be under way for so long, and
    /// what waits for a new session is not lost.
    private static final long SEND_LIMIT = Protocol.REJECT_AFTER_TIME - Protocol.REKEY_TIMEOUT;

    private static final long LAST_MINUTE =
            Protocol.REJECT_AFTER_TIME - Protocol.KEEPALIVE_TIMEOUT - Protocol.REKEY_TIMEOUT;

    private static final int DEFAULT_MTU = 1420;

    private static final int MAX_INDEX_TRIES = 100;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /// What a [Peer] wants done. Called synchronously from inside the peer's methods, on its thread; must not call
    /// the peer back and must not throw.
    public interface Transmit {
        /// A handshake message, a keepalive or a packet that was staged, complete as it goes into a UDP datagram.
        ///
        /// The segment is native and the peer's; it is valid only during the call, so copy what is kept.
        /// During [Peer#receiveInitiation], [Peer#respond] and [Peer#receiveResponse] this is only called
        /// once the message authenticated: the datagram goes to where that message came from, which is the
        /// peer's new endpoint.
        void transmit(MemorySegment datagram, long at, int length);

        /// From now on datagrams with this receiver index are for this peer.
        void indexAdded(int index);

        /// The index is free again. Every index added is removed exactly once, at the latest by [Peer#close].
        void indexRemoved(int index);

        void event(PeerEvent event);
    }

    private final PublicKey remote;
    private final IndexSource indices;
    private final Transmit transmit;
    private final HandshakePair handshakes;
    private final Keypairs keypairs = new Keypairs(this::retired);
    private final Timers timers;
    private final StagedPackets staged;
    private final PeerCounters counters;
    private final LossEstimate loss = new LossEstimate();

    private long lastHandshake = NEVER;
    private long handshakeRtt = NEVER;
    private int mtu = DEFAULT_MTU;
    private boolean oursFirst;
    private boolean confirmed;
    private boolean closed;

    /// @param identity ours; not closed by the peer
    /// @param remote the peer's public key
    /// @param random for ephemeral keys
    /// @param pool where its staged packets lie; of the same thread, closed after the peer
    /// @param counters are the caller's, and outlive the peer
    public Peer(
            Suite suite,
            StaticIdentity identity,
            PublicKey remote,
            IndexSource indices,
            SecureRandom random,
            StagedPool pool,
            Transmit transmit,
            PeerCounters counters) {
        this.remote = remote;
        this.indices = indices;
        this.transmit = transmit;
        this.counters = counters;
        this.handshakes = new HandshakePair(suite, identity, remote, random);
        this.staged = new StagedPackets(pool, () -> dropped(Verdict.STAGED_OVERFLOW));
        this.timers = new Timers(new TimerActions(), random.nextLong());
        this.oursFirst = precedes(identity.publicKey(), remote);
    }

    // ---- configuration

    /// Copied. Sessions stay, the next handshake uses it. Null or zero: none.
    public void presharedKey(@Nullable PresharedKey psk) {
        handshakes.presharedKey(psk);
    }

    /// Seconds, 0 to 65535; 0 is off. Switching it on sends a keepalive at once, or asks for a handshake.
    public void persistentKeepalive(int seconds, long now) {
        if (seconds < 0 || seconds > 65535) {
            throw new IllegalArgumentException("persistent keepalive is 0 to 65535 seconds, not " + seconds);
        }
        boolean switchedOn = timers.persistentInterval() == 0 && seconds > 0;
        timers.persistentInterval(seconds * Protocol.SECOND);
        if (switchedOn && !closed) {
            sendKeepalive(now);
        }
    }

    /// MTU of the tunnel in bytes: padding does not exceed it. 0: not known, nothing is clamped.
    public void mtu(int bytes) {
        mtu = bytes;
    }

    /// Our private key changed to another one: all sessions and the handshake under way are gone. Staged packets wait
    /// for the next handshake, which may begin at once. Not to be called for the key that is set already.
    public void identity(StaticIdentity changed) {
        forgetInitiation();
        handshakes.identity(changed);
        oursFirst = precedes(changed.publicKey(), remote);
        keypairs.clear();
        confirmed = false;
        timers.forgetHandshake();
        if (!staged.isEmpty()) {
            timers.requestHandshake();
        }
    }

    /// Without an endpoint nothing is sent; a handshake that is wanted waits for it. Messages that authenticate make
    /// it known by themselves.
    public void endpointKnown(boolean known) {
        timers.endpointKnown(known);
    }

    /// The peer was said to be at another endpoint. An initiation under way is repeated there at once.
    public void endpointMoved() {
        timers.retryHandshake();
    }

    // ---- sending

    /// Whether a session to send with exists; then [#seal] as many packets as there are. If not, a handshake is asked
    /// for and [#nextDeadline] tells when: [#stage] the packets.
    public boolean ready(long now) {
        Keypair keypair = keypairs.current();
        if (keypair != null && keypair.sendable(SEND_LIMIT, now)) {
            if (!staged.isEmpty()) {
                flushStaged(now);
            }
            return true;
        }
        if (!closed) {
            timers.requestHandshake();
        }
        return false;
    }

    /// Makes the transport datagram of one IP packet: header 16, packet, padding, tag 16. Allocates
    /// nothing.
    ///
    /// Both segments are native and do not overlap; margins as in [dev.warren.crypto.primitive.AeadKey].
    /// The padding bytes behind the packet are zeroed and restored: `src` must be writable for 16 bytes
    /// there. Call [#ready] before.
    ///
    /// @param length bytes of the packet; 0 makes a keepalive
    /// @return length of the datagram at `dst + to`, or the code of NO_SESSION, COUNTER_LIMIT or TOO_LONG
    public int seal(MemorySegment src, long at, int length, MemorySegment dst, long to) {
        Keypair keypair = keypairs.current();
        if (keypair == null) {
            return dropped(Verdict.NO_SESSION).code();
        }
        int padding = Padding.of(length, mtu);
        if (length + padding > LONGEST_PACKET) {
            return dropped(Verdict.TOO_LONG).code();
        }
        int result;
        if (padding == 0) {
            result = keypair.seal(src, at, length, dst, to);
        } else {
            long tail = at + length;
            long first = src.get(LONG, tail);
            long second = src.get(LONG, tail + 8);
            src.set(LONG, tail, 0);
            src.set(LONG, tail + 8, 0);
            result = keypair.seal(src, at, length + padding, dst, to);
            src.set(LONG, tail, first);
            src.set(LONG, tail + 8, second);
        }
        if (result < 0) {
            dropped(Verdict.of(result));
            timers.requestHandshake();
        }
        return result;
    }

    /// Reports a run of sealed packets that were handed to the network.
    ///
    /// @param datagramBytes length of all their datagrams
    public void sent(int packets, long datagramBytes, long now) {
        counters.sent(packets, datagramBytes);
        timers.anyAuthenticatedPacketTraversal(now);
        timers.anyAuthenticatedPacketSent();
        if (packets > 0) {
            timers.dataSent(now);
        }
        renewBeforeSending(now);
    }

    /// Keeps a copy of a packet until there is a session. At most 128 wait, and as many bytes as the pool has room
    /// for; the oldest is dropped and counted as STAGED_OVERFLOW. One that no datagram holds is dropped at once, as
    /// TOO_LONG. `src` may be any segment.
    public void stage(MemorySegment src, long at, int length) {
        if (closed) {
            return;
        }
        if (tooLong(length)) {
            dropped(Verdict.TOO_LONG);
        } else {
            staged.add(src, at, length);
        }
    }

    /// Whether this datagram is one that we sent to this peer, in a session or a handshake that still is. Told by
    /// its index, which is random: one datagram of somebody else in 2^32 is taken for ours.
    ///
    /// @param length bytes that are there; 0 or more
    public boolean isOurs(MemorySegment datagram, long at, int length) {
        if (length < MessageType.SHORTEST) {
            return false;
        }
        return switch (MessageType.of(datagram, at)) {
            case MessageType.DATA -> keypairs.sendsTo(DataMessage.receiver(datagram, at));
            case MessageType.INITIATION ->
                handshakes.inFlight() && handshakes.index() == InitiationMessage.sender(datagram, at);
            case MessageType.RESPONSE -> keypairs.find(ResponseMessage.sender(datagram, at)) != null;
            default -> false;
        };
    }

    // ---- receiving

    /// Opens a whole transport datagram. Allocates nothing. A datagram under a new session confirms it.
    ///
    /// Both segments are native and do not overlap; margins as in [dev.warren.crypto.primitive.AeadKey].
    ///
    /// @return length of the plaintext at `dst + to`, padding included (trim by the IP header), 0 for a
    /// keepalive; or
    ///     the code of MALFORMED, UNKNOWN_INDEX, EXPIRED, COUNTER_LIMIT, REPLAYED or BAD_TAG
    public int open(MemorySegment src, long at, int length, MemorySegment dst, long to, long now) {
        if (length < DataMessage.OVERHEAD || MessageType.of(src, at) != MessageType.DATA) {
            return dropped(Verdict.MALFORMED).code();
        }
        Keypair keypair = keypairs.find(DataMessage.receiver(src, at));
        if (keypair == null) {
            return dropped(Verdict.UNKNOWN_INDEX).code();
        }
        int result = keypair.open(src, at, length, dst, to, now);
        if (result < 0) {
            dropped(Verdict.of(result));
        } else if (keypair == keypairs.next()) {
            confirmed |= keypairs.confirm(keypair, oursFirst);
        }
        return result;
    }

    /// Reports a run of datagrams that [#open] accepted; the others do not count. Sends what was staged when one of
    /// them confirmed a session.
    ///
    /// @param dataPackets how many were not keepalives
    /// @param countedBytes length of those that count as received, as they came: keepalives, and packets
    ///     whose source is the peer's (kernel receive.c: rx_bytes come after the check of the allowed IPs)
    public void received(int dataPackets, int keepalives, long countedBytes, long now) {
        if (dataPackets + keepalives <= 0) {
            return;
        }
        counters.received(countedBytes);
        timers.endpointKnown(true);
        if (confirmed) {
            confirmed = false;
            established(false, NEVER, now);
            flushStaged(now);
        }
        renewAfterReceiving(now);
        timers.anyAuthenticatedPacketReceived();
        timers.anyAuthenticatedPacketTraversal(now);
        if (dataPackets > 0) {
            timers.dataReceived(now);
        }
    }

    /// Answers an initiation of this peer that passed the gate. The response goes through the transmit, to where the
    /// initiation came from. The caller closes `initiation`.
    ///
    /// @param messageBytes its length, for the statistics
    /// @return OK; or why not, and then nothing has changed
    public Verdict receiveInitiation(ReceivedInitiation initiation, int messageBytes, long now) {
        Verdict verdict = consumeInitiation(initiation, now);
        return verdict == Verdict.OK ? respond(null, messageBytes, now) : verdict;
    }

    /// The first half of [#receiveInitiation]: authenticates it. When it is OK, [#respond] follows.
    public Verdict consumeInitiation(ReceivedInitiation initiation, long now) {
        if (closed) {
            return Verdict.UNKNOWN_PEER;
        }
        Verdict verdict = handshakes.consumeInitiation(initiation, now);
        // The same timestamp once more is a datagram that came twice, and nothing that need be told.
        if (verdict == Verdict.OLD_TIMESTAMP && initiation.compareTimestamp(handshakes.lastTimestamp()) < 0) {
            transmit.event(new PeerEvent.TimestampRefused(now));
        }
        return dropped(verdict);
    }

    /// The second half, some time after the first: the Diffie-Hellmans of the response may be made on another thread
    /// meanwhile.
    ///
    /// @param dh of the initiation consumed last; null: made here; the caller closes it
    /// @param messageBytes length of the initiation, for the statistics
    /// @return OK; or why not, and then nothing has changed: UNEXPECTED_RESPONSE when the initiation was forgotten,
    ///     since another one came or one of ours left; LOW_ORDER_POINT
    public Verdict respond(@Nullable ResponderDh dh, int messageBytes, long now) {
        if (closed) {
            return Verdict.UNKNOWN_PEER;
        }
        if (dh != null && !handshakes.expects(dh)) {
            return dropped(Verdict.UNEXPECTED_RESPONSE);
        }
        int index = freshIndex();
        byte[] response = handshakes.response(index, dh, now);
        if (response == null) {
            return dropped(Verdict.LOW_ORDER_POINT);
        }
        timers.endpointKnown(true);
        transmit.indexAdded(index);
        addKeypair(handshakes.answeredSession(now), now);
        timers.anyAuthenticatedPacketTraversal(now);
        timers.anyAuthenticatedPacketSent();
        timers.handshakeSent(now);
        transmit(response);
        counters.received(messageBytes);
        timers.anyAuthenticatedPacketReceived();
        return Verdict.OK;
    }

    /// Completes the handshake that we began. Sends what was staged, or a keepalive that tells the peer that its
    /// response arrived. MAC1 is the gate's affair.
    ///
    /// @return OK; or why not, and then nothing has changed and the response may still come
    public Verdict receiveResponse(byte[] message, long now) {
        if (closed) {
            return Verdict.UNKNOWN_PEER;
        }
        Verdict verdict = handshakes.consumeResponse(message);
        if (verdict != Verdict.OK) {
            return dropped(verdict);
        }
        timers.endpointKnown(true);
        addKeypair(handshakes.initiatedSession(now), now);
        counters.received(message.length);
        handshakeRtt = Math.max(0, now - handshakes.sent());
        established(true, handshakeRtt, now);
        sendKeepalive(now);
        timers.anyAuthenticatedPacketReceived();
        timers.anyAuthenticatedPacketTraversal(now);
        return Verdict.OK;
    }

    /// Keeps the cookie for the next handshake message. Touches no timer, no counter of bytes and no endpoint (R-40,
    ///
    public Verdict receiveCookieReply(byte[] message, long now) {
        return dropped(handshakes.consumeCookieReply(message, now));
    }

    // ---- time

    /// When [#advance] must be called, nanoseconds; may lie in the past. `Long.MAX_VALUE`: there is nothing to do.
    public long nextDeadline() {
        return timers.nextDeadline();
    }

    /// Does everything that is due. Initiations are made here and nowhere else.
    ///
    /// @param wall nanoseconds since the Unix epoch, for the timestamp of an initiation
    public void advance(long now, long wall) {
        if (!closed) {
            timers.advance(now, wall);
        }
    }

    /// Asks for a new session, whatever there is. Not more often than every 5 s.
    public void forceHandshake(long now) {
        if (!closed) {
            timers.requestHandshake();
        }
    }

    /// Whether nothing would be lost but [#memory] if this peer went to sleep: no session, no handshake, nothing
    /// staged, no persistent keepalive.
    public boolean idle() {
        return keypairs.isEmpty()
                && !handshakes.inFlight()
                && staged.isEmpty()
                && timers.persistentInterval() == 0
                && timers.isQuiet();
    }

    /// Accepts initiations with any timestamp again, old ones too, once: for a peer whose clock went back. Until the
    /// next one is accepted, somebody who recorded old initiations can make us answer them, and no more than that.
    public void resetTimestamp() {
        handshakes.resetTimestamp();
    }

    // ---- statistics

    /// The `now` of the last completed handshake, or [#NEVER].
    public long lastHandshake() {
        return lastHandshake;
    }

    /// Nanoseconds from our last answered initiation to its response, or [#NEVER].
    public long handshakeRtt() {
        return handshakeRtt;
    }

    /// Share of the peer's datagrams that did not arrive, 0.0 to 1.0, from the gaps in its counters. Sessions weigh
    /// half with every session that follows them.
    public double lossEstimate() {
        return loss.of(keypairs);
    }

    public int stagedPackets() {
        return staged.size();
    }

    /// What must survive while the peer sleeps, besides its counters.
    public PeerMemory memory() {
        return new PeerMemory(
                lastHandshake,
                handshakeRtt,
                loss.expected(keypairs),
                loss.received(keypairs),
                handshakes.lastWall(),
                handshakes.lastTimestamp());
    }

    /// Takes back what [#memory] gave; to be called on a new peer.
    public void restore(PeerMemory memory) {
        lastHandshake = memory.lastHandshake;
        handshakeRtt = memory.handshakeRtt;
        loss.restore(memory.expectedPackets, memory.receivedPackets);
        handshakes.restore(memory);
    }

    /// Wipes all keys and gives all indices back. A closed peer drops everything and wants nothing. Idempotent.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        timers.stop();
        staged.clear();
        forgetInitiation();
        keypairs.clear();
        handshakes.close();
    }

    /// For tests.
    Keypairs keypairs() {
        return keypairs;
    }

    // ---- what follows

    private void initiate(long now, long wall, int attempt) {
        forgetInitiation();
        int index = freshIndex();
        byte[] message = handshakes.initiation(index, now, wall);
        if (message == null) {
            dropped(Verdict.LOW_ORDER_POINT);
            return;
        }
        transmit.indexAdded(index);
        timers.anyAuthenticatedPacketTraversal(now);
        timers.anyAuthenticatedPacketSent();
        timers.handshakeSent(now);
        transmit(message);
        timers.handshakeInitiated(now);
        transmit.event(new PeerEvent.HandshakeStarted(now, attempt));
    }

    /// The index of the handshake goes over to the keypair.
    private void addKeypair(Keypair keypair, long now) {
        keypairs.add(keypair, oursFirst);
        timers.sessionDerived(now);
    }

    private void established(boolean initiator, long rtt, long now) {
        timers.handshakeComplete();
        lastHandshake = now;
        transmit.event(new PeerEvent.SessionEstablished(now, initiator, rtt));
    }

    private void forgetInitiation() {
        boolean listening = handshakes.inFlight();
        handshakes.forget();
        if (listening) {
            transmit.indexRemoved(handshakes.index());
        }
    }

    /// A keepalive, or better what is staged.
    private void sendKeepalive(long now) {
        Keypair keypair = keypairs.current();
        if (keypair == null || !keypair.sendable(Protocol.REJECT_AFTER_TIME, now) || !timers.endpointKnown()) {
            timers.requestHandshake();
        } else if (!staged.isEmpty()) {
            flushStaged(now);
        } else {
            try (var arena = Arena.ofConfined()) {
                var src = arena.allocate(2L * Aead.MARGIN + Protocol.PADDING);
                var dst = arena.allocate(roomFor(0));
                int length = seal(src, Aead.MARGIN, 0, dst, Aead.MARGIN);
                if (length > 0) {
                    transmit.transmit(dst, Aead.MARGIN, length);
                    sent(0, length, now);
                }
            }
        }
    }

    /// Sends what waits, in one go. What cannot be sealed goes on waiting.
    private void flushStaged(long now) {
        Keypair keypair = keypairs.current();
        if (staged.isEmpty() || keypair == null || !keypair.sendable(SEND_LIMIT, now)) {
            return;
        }
        int packets = 0;
        long bytes = 0;
        int longest = staged.longest();
        try (var arena = Arena.ofConfined()) {
            var src = arena.allocate(2L * Aead.MARGIN + longest + Protocol.PADDING);
            var dst = arena.allocate(roomFor(longest));
            while (!staged.isEmpty()) {
                int packet = staged.firstLength();
                staged.copyFirst(src, Aead.MARGIN);
                int length = seal(src, Aead.MARGIN, packet, dst, Aead.MARGIN);
                if (length == Verdict.COUNTER_LIMIT.code()) {
                    break;
                }
                staged.removeFirst();
                if (length > 0) {
                    transmit.transmit(dst, Aead.MARGIN, length);
                    packets++;
                    bytes += length;
                }
            }
        }
        if (packets > 0) {
            sent(packets, bytes, now);
        }
    }

    private boolean tooLong(int length) {
        return length + Padding.of(length, mtu) > LONGEST_PACKET;
    }

    private static long roomFor(int packetLength) {
        return 2L * Aead.MARGIN + DataMessage.OVERHEAD + packetLength + Protocol.PADDING + Aead.TAG_LENGTH;
    }

    private void transmit(byte[] handshakeMessage) {
        counters.sent(0, handshakeMessage.length);
        try (var arena = Arena.ofConfined()) {
            var datagram = arena.allocate(handshakeMessage.length);
            MemorySegment.copy(handshakeMessage, 0, datagram, ValueLayout.JAVA_BYTE, 0, handshakeMessage.length);
            transmit.transmit(datagram, 0, handshakeMessage.length);
        }
    }

    /// Kernel send.c: many messages whoever began, or as initiator 120 s old.
    private void renewBeforeSending(long now) {
        Keypair keypair = keypairs.current();
        if (keypair != null
                && (Long.compareUnsigned(keypair.sendCounter(), Protocol.REKEY_AFTER_MESSAGES) > 0
                        || (keypair.initiator() && keypair.olderThan(Protocol.REKEY_AFTER_TIME, now)))) {
            timers.requestHandshake();
        }
    }

    /// Kernel receive.c: the peer goes on sending, and we as initiator have nothing to send that would renew it.
    private void renewAfterReceiving(long now) {
        Keypair keypair = keypairs.current();
        if (keypair != null && keypair.initiator() && keypair.olderThan(LAST_MINUTE, now)) {
            timers.requestLastMinuteHandshake();
        }
    }

    private Verdict dropped(Verdict verdict) {
        if (verdict != Verdict.OK) {
            counters.dropped(verdict, 1);
        }
        return verdict;
    }

    private int freshIndex() {
        for (int tries = 0; tries < MAX_INDEX_TRIES; tries++) {
            int index = indices.next();
            boolean taken = keypairs.find(index) != null || (handshakes.inFlight() && handshakes.index() == index);
            if (!taken) {
                return index;
            }
        }
        throw new IllegalStateException("the index source gives indices that are in use");
    }

    private void retired(Keypair keypair) {
        loss.retired(keypair);
        transmit.indexRemoved(keypair.localIndex());
    }

    /// Both sides come to opposite results.
    private static boolean precedes(PublicKey ours, PublicKey theirs) {
        return Arrays.compareUnsigned(ours.bytes(), theirs.bytes()) < 0;
    }

    private final class TimerActions implements Timers.Actions {
        @Override
        public void sendKeepalive(long now) {
            Peer.this.sendKeepalive(now);
        }

        @Override
        public void sendInitiation(long now, long wall, int attempt) {
            initiate(now, wall, attempt);
        }

        @Override
        public void pathInDoubt(long now) {
            transmit.event(new PeerEvent.PathInDoubt(now));
        }

        @Override
        public boolean giveUp(long now, int attempts) {
            int unsent = staged.clear();
            counters.dropped(Verdict.NO_ANSWER, unsent);
            transmit.event(new PeerEvent.HandshakeGivenUp(now, attempts, unsent));
            if (keypairs.usable(now)) {
                return true;
            }
            forgetInitiation();
            wipeKeys(now);
            return false;
        }

        /// A handshake under way is not touched: its keys will be new.
        @Override
        public void zeroKeys(long now) {
            if (!timers.handshakeInFlight()) {
                forgetInitiation();
            }
            wipeKeys(now);
        }

        private void wipeKeys(long now) {
            confirmed = false;
            if (!keypairs.isEmpty()) {
                keypairs.clear();
                transmit.event(new PeerEvent.KeysZeroed(now));
            }
        }
    }
}
