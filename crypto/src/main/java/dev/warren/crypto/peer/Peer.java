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

/// The state machine of one peer, stepped with bytes and a time. Opens no socket and reads no clock.
///
/// Confined to one thread, that of its [Suite]. Times are nanoseconds of a clock that does not stop in
/// suspend. A run of packets goes
///
/// ```
/// if (peer.ready(now)) { for each packet: n = peer.seal(...); peer.sent(packets, bytes, now); }
/// else for each packet: peer.stage(...);
/// if (peer.nextDeadline() <= now) peer.advance(now, wall);
/// ```
///
/// and a run of datagrams: `open` for each, then `received` once, then the same last line. The caller keeps
/// the endpoint: it roams with every authenticated datagram ([#open] not negative, OK from
/// [#receiveInitiation] and [#receiveResponse]), and never with a cookie reply.
public final class Peer implements AutoCloseable {
    /// Value of [#lastHandshake] and [#handshakeRtt] before the first handshake.
    public static final long NEVER = -1;

    /// The longest payload of a UDP datagram over IPv4.
    private static final int LONGEST_DATAGRAM = 65535 - 20 - 8;

    /// The longest packet including its padding.
    private static final int LONGEST_PACKET = LONGEST_DATAGRAM - DataMessage.OVERHEAD;

    /// From this age on a session receives but no longer sends data: a datagram may be in flight for
    /// REKEY_TIMEOUT and would arrive expired, while staged packets are not lost.
    private static final long SEND_LIMIT = Protocol.REJECT_AFTER_TIME - Protocol.REKEY_TIMEOUT;

    private static final long REKEY_AFTER_TIME_RECEIVING =
            Protocol.REJECT_AFTER_TIME - Protocol.KEEPALIVE_TIMEOUT - Protocol.REKEY_TIMEOUT;

    private static final int DEFAULT_MTU = 1420;

    private static final int MAX_INDEX_TRIES = 100;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /// Receives the output of a [Peer]. Called synchronously from inside the peer's methods, on its thread;
    /// must not call the peer back and must not throw.
    public interface Transmit {
        /// Sends a handshake message, a keepalive or a staged packet: the complete payload of a UDP
        /// datagram.
        ///
        /// The segment is native and owned by the peer; it is valid only during the call, so copy what you
        /// keep. During [Peer#receiveInitiation], [Peer#respond] and [Peer#receiveResponse] this is called
        /// only after the message authenticated: send the datagram to the source of that message, which is
        /// the peer's new endpoint.
        void transmit(MemorySegment datagram, long at, int length);
        // a response goes to the source of the initiation, not to the configured endpoint.

        /// Directs datagrams with this receiver index to this peer from now on.
        void indexAdded(int index);

        /// Frees the index. Every index added is removed exactly once, at the latest by [Peer#close].
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

    /// @param suite of the peer's thread; not closed by the peer
    /// @param identity ours; not closed by the peer
    /// @param remote the peer's public key
    /// @param indices source of receiver indices
    /// @param random for ephemeral keys
    /// @param pool memory of its staged packets; of the same thread, closed after the peer
    /// @param transmit receives datagrams, indices and events
    /// @param counters the caller's; outlive the peer
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

    /// Sets the preshared key, which is copied. Sessions stay; the next handshake uses it. Null or zero:
    /// none.
    public void presharedKey(@Nullable PresharedKey psk) {
        //
        handshakes.presharedKey(psk);
    }

    /// Sets the persistent keepalive interval in seconds, 0 to 65535; 0 is off. Switching it on sends a
    /// keepalive at once, or requests a handshake.
    ///
    /// @throws IllegalArgumentException when `seconds` is out of range
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

    /// Sets the MTU of the tunnel in bytes, which padding does not exceed. 0: unknown, padding is not
    /// limited. Default 1420.
    public void mtu(int bytes) {
        mtu = bytes;
    }

    /// Changes our static key. Ends all sessions and the handshake in flight; staged packets wait for the
    /// next handshake, which may begin at once. Do not call it for the key that is set already.
    public void identity(StaticIdentity changed) {
        // the caller compares the keys.
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

    /// Sets whether the caller knows an endpoint. Without one nothing is sent, and a requested handshake
    /// waits. Authenticated messages set it to true by themselves.
    public void endpointKnown(boolean known) {
        timers.endpointKnown(known);
    }

    /// Reports that the configured endpoint changed. An initiation in flight is retransmitted there at
    /// once, in the next [#advance].
    public void endpointMoved() {
        timers.retryHandshake();
    }

    // ---- sending

    /// True when there is a session to send with: [#seal] all packets of the run. Otherwise a handshake is
    /// requested, which [#nextDeadline] takes into account: [#stage] the packets. Sends packets staged
    /// before.
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

    /// Encrypts one IP packet into a transport data message (whitepaper §5.4.6): header 16, packet,
    /// padding, tag 16. Allocates nothing.
    ///
    /// Both segments are native and do not overlap; margins as in [dev.warren.crypto.primitive.AeadKey].
    /// The padding bytes after the packet are zeroed and restored: `src` must be writable for 16 bytes
    /// there. Call [#ready] before.
    ///
    /// @param length bytes of the packet, 0 or more; 0 makes a keepalive
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

    /// Reports that a run of sealed packets was sent.
    ///
    /// @param packets data packets in the run, without keepalives
    /// @param datagramBytes total length of all datagrams
    public void sent(int packets, long datagramBytes, long now) {
        counters.sent(packets, datagramBytes);
        timers.anyAuthenticatedPacketTraversal(now);
        timers.anyAuthenticatedPacketSent();
        if (packets > 0) {
            timers.dataSent(now);
        }
        rekeyAfterSending(now);
    }

    /// Copies a packet and keeps it until there is a session. At most 128 packets are staged, and as many
    /// bytes as the pool has room for; beyond that the oldest is dropped and counted as STAGED_OVERFLOW. A
    /// packet too long for a datagram is dropped at once and counted as TOO_LONG. `src` may be any segment.
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

    /// True when we sent this datagram to this peer, in a session or handshake that still exists.
    /// Recognised by its index, which is random: one foreign datagram in 2^32 is taken for ours.
    ///
    /// @param length bytes available at `at`, 0 or more
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

    /// Decrypts a transport data message (whitepaper §5.4.6). Allocates nothing. The first one in a new
    /// session confirms that session.
    ///
    /// Both segments are native and do not overlap; margins as in [dev.warren.crypto.primitive.AeadKey].
    ///
    /// @return length of the plaintext at `dst + to`, padding included (trim it by the IP header), 0 for a
    /// keepalive; or the code of MALFORMED, UNKNOWN_INDEX, EXPIRED, COUNTER_LIMIT, REPLAYED or BAD_TAG
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

    /// Reports a run of datagrams that [#open] accepted, without the refused ones. Sends the staged packets
    /// when one of them confirmed a session.
    ///
    /// @param dataPackets datagrams that were not keepalives
    /// @param countedBytes total length of the datagrams that count as received: keepalives, and packets
    /// with a source in the peer's allowed IPs (kernel receive.c counts rx_bytes after that check)
    public void received(int dataPackets, int keepalives, long countedBytes, long now) {
        if (dataPackets + keepalives <= 0) {
            return;
        }
        counters.received(countedBytes);
        loss.count(keypairs, dataPackets + keepalives, counters);
        timers.endpointKnown(true);
        if (confirmed) {
            confirmed = false;
            established(false, sinceResponse(now), now);
            flushStaged(now);
        }
        rekeyAfterReceiving(now);
        timers.anyAuthenticatedPacketReceived();
        timers.anyAuthenticatedPacketTraversal(now);
        if (dataPackets > 0) {
            timers.dataReceived(now);
        }
    }

    /// Responds to an initiation of this peer that passed the gate. Passes the response to
    /// [Transmit#transmit], for the source of the initiation. The caller closes `initiation`.
    ///
    /// @param messageBytes its length, for the statistics
    /// @return OK; or the reason it was refused, and then nothing is changed
    public Verdict receiveInitiation(ReceivedInitiation initiation, int messageBytes, long now) {
        Verdict verdict = consumeInitiation(initiation, now);
        return verdict == Verdict.OK ? respond(null, messageBytes, now) : verdict;
    }

    /// The first half of [#receiveInitiation]: authenticates the initiation. After OK call [#respond].
    ///
    /// @return OK; UNKNOWN_PEER when the peer is closed; or a verdict of
    /// [dev.warren.crypto.noise.Handshake#consumeInitiation]. Unless OK, nothing is changed
    public Verdict consumeInitiation(ReceivedInitiation initiation, long now) {
        if (closed) {
            return Verdict.UNKNOWN_PEER;
        }
        Verdict verdict = handshakes.consumeInitiation(initiation, now);
        // An equal timestamp is a duplicated datagram, which needs no event.
        if (verdict == Verdict.OLD_TIMESTAMP && initiation.compareTimestamp(handshakes.lastTimestamp()) < 0) {
            transmit.event(new PeerEvent.TimestampRefused(now));
        }
        return dropped(verdict);
    }

    /// The second half, maybe some time after the first: meanwhile another thread may compute the
    /// Diffie-Hellmans of the response.
    ///
    /// @param dh for the initiation consumed last, closed by the caller; null: computed here
    /// @param messageBytes length of the initiation in bytes, for the statistics
    /// @return OK; UNEXPECTED_RESPONSE when `dh` is not for the initiation consumed last, because another
    /// one was consumed or ours was sent since; LOW_ORDER_POINT; UNKNOWN_PEER when the peer is closed
    /// @throws IllegalStateException when `dh` is null and no consumed initiation is left to respond to
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
        addKeypair(handshakes.respondedSession(now), now);
        timers.anyAuthenticatedPacketTraversal(now);
        timers.anyAuthenticatedPacketSent();
        timers.handshakeSent(now);
        transmit(response);
        counters.received(messageBytes);
        timers.anyAuthenticatedPacketReceived();
        return Verdict.OK;
    }

    /// Completes the handshake that we initiated. Sends the staged packets, or else a keepalive, which
    /// confirms the session to the peer. Does not check MAC1, which the gate does.
    ///
    /// @return OK; UNKNOWN_PEER when the peer is closed; or a verdict of
    /// [dev.warren.crypto.noise.Handshake#consumeResponse], and then nothing is changed: the genuine
    /// response is still accepted
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
        established(true, Math.max(0, now - handshakes.sent()), now);
        sendKeepalive(now);
        timers.anyAuthenticatedPacketReceived();
        timers.anyAuthenticatedPacketTraversal(now);
        return Verdict.OK;
    }

    /// Stores the cookie for the next handshake message. Changes no timer, no byte counter and no endpoint.
    ///
    /// @return OK, MALFORMED or COOKIE_INVALID
    public Verdict receiveCookieReply(byte[] message, long now) {
        //
        return dropped(handshakes.consumeCookieReply(message, now));
    }

    // ---- time

    /// Time at which [#advance] must be called next, nanoseconds; may lie in the past. `Long.MAX_VALUE`:
    /// never.
    public long nextDeadline() {
        return timers.nextDeadline();
    }

    /// Runs expired timers. Initiations are sent from here only.
    ///
    /// @param wall nanoseconds since the Unix epoch, for the timestamp of an initiation
    public void advance(long now, long wall) {
        if (!closed) {
            timers.advance(now, wall);
        }
    }

    /// Requests a handshake even if there is a session; at most one initiation is sent per 5 s
    /// (REKEY_TIMEOUT). The next [#advance] sends it.
    public void forceHandshake(long now) {
        //
        if (!closed) {
            timers.requestHandshake();
        }
    }

    /// True when [#memory] is all the state of this peer: no session, no handshake, no staged packet, no
    /// persistent keepalive. Such a peer may be closed and made anew later.
    public boolean idle() {
        return keypairs.isEmpty()
                && !handshakes.inFlight()
                && staged.isEmpty()
                && timers.persistentInterval() == 0
                && timers.isQuiet();
    }

    /// Accepts the next initiation whatever its timestamp: for a peer whose clock went back. Until then an
    /// attacker can replay a recorded initiation and make us send a response, but gets no session.
    public void resetTimestamp() {
        handshakes.resetTimestamp();
    }

    // ---- statistics

    /// Time of the last completed handshake, nanoseconds, or [#NEVER].
    public long lastHandshake() {
        return lastHandshake;
    }

    /// Nanoseconds of the last round trip: from our initiation to the response, or as responder from our
    /// response to the first datagram under the new keys. [#NEVER] when none is known.
    public long handshakeRtt() {
        return handshakeRtt;
    }

    /// Share of the peer's datagrams that did not arrive, 0.0 to 1.0, from the gaps in its counters. The
    /// weight of a session halves with every session after it.
    public double lossEstimate() {
        return loss.of(keypairs);
    }

    /// Number of packets staged until there is a session.
    public int stagedPackets() {
        return staged.size();
    }

    /// The state that must survive while an idle peer is closed, besides its counters.
    public PeerMemory memory() {
        return new PeerMemory(
                lastHandshake,
                handshakeRtt,
                loss.expected(keypairs),
                loss.received(keypairs),
                handshakes.lastWall(),
                handshakes.lastTimestamp());
    }

    /// Restores what [#memory] returned; call it on a new peer.
    public void restore(PeerMemory memory) {
        lastHandshake = memory.lastHandshake;
        handshakeRtt = memory.handshakeRtt;
        loss.restore(memory.expectedPackets, memory.receivedPackets);
        handshakes.restore(memory);
    }

    /// Wipes all keys and frees all indices. A closed peer drops everything and has no deadline.
    /// Idempotent.
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

    // ---- private

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

    /// Adds the keypair, which keeps the index of its handshake.
    private void addKeypair(Keypair keypair, long now) {
        keypairs.add(keypair, oursFirst);
        timers.sessionDerived(now);
    }

    private void established(boolean initiator, long rtt, long now) {
        timers.handshakeComplete();
        lastHandshake = now;
        if (rtt != NEVER) {
            handshakeRtt = rtt;
        }
        transmit.event(new PeerEvent.SessionEstablished(now, initiator, rtt));
    }

    /// Nanoseconds from our response to the first datagram of the session that it confirmed, which an initiator
    /// sends at once. [#NEVER] when that one was lost and another came later.
    private long sinceResponse(long now) {
        Keypair keypair = keypairs.current();
        long since = keypair == null ? NEVER : now - keypair.created();
        return since >= 0 && since < Protocol.REKEY_TIMEOUT ? since : NEVER;
    }

    private void forgetInitiation() {
        boolean listening = handshakes.inFlight();
        handshakes.forget();
        if (listening) {
            transmit.indexRemoved(handshakes.index());
        }
    }

    /// Sends the staged packets, or a keepalive when there are none.
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

    /// Sends the staged packets. At the counter limit the rest stay staged.
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

    /// Requests a rekey after REKEY_AFTER_MESSAGES in either role, or after REKEY_AFTER_TIME as initiator
    /// (kernel send.c, keep_key_fresh).
    private void rekeyAfterSending(long now) {
        Keypair keypair = keypairs.current();
        if (keypair != null
                && (Long.compareUnsigned(keypair.sendCounter(), Protocol.REKEY_AFTER_MESSAGES) > 0
                        || (keypair.initiator() && keypair.olderThan(Protocol.REKEY_AFTER_TIME, now)))) {
            timers.requestHandshake();
        }
    }

    /// Requests a rekey as initiator when the session is about to expire and we only receive (kernel
    /// receive.c, keep_key_fresh).
    private void rekeyAfterReceiving(long now) {
        Keypair keypair = keypairs.current();
        if (keypair != null && keypair.initiator() && keypair.olderThan(REKEY_AFTER_TIME_RECEIVING, now)) {
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

    /// True on one side and false on the other, so that both prefer the same session.
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

        /// Keeps a handshake in flight: its keys will be new.
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
