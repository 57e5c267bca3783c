package dev.warren.crypto.peer;

import dev.warren.crypto.LocalIdentity;
import dev.warren.crypto.Suite;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.noise.PresharedKey;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.crypto.noise.ReceivedInitiation;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// The state machine of one peer: it is stepped with bytes and a time, opens no socket and reads no clock.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Peer implements AutoCloseable {
    /// What a [Peer] wants done. Called synchronously from inside the peer's methods, on its thread; must not call the peer
    /// back and must not throw.
    public interface Outbox {
        /// A handshake message, a keepalive or a packet that was staged, complete as it goes into a UDP datagram.
        ///
        /// The segment is native and the peer's; it is valid only during the call, so copy what is kept. During
        /// [Peer#receiveInitiation] and [Peer#receiveResponse] this is only called once the message authenticated: the
        /// datagram goes to where that message came from, which is the peer's new endpoint.
        void transmit(MemorySegment datagram, long at, int length);

        /// From now on datagrams with this receiver index are for this peer.
        void indexAdded(int index);

        /// The index is free again. Every index added is removed exactly once, at the latest by [Peer#close].
        void indexRemoved(int index);

        void event(PeerEvent event);
    }

    /// [#lastHandshake] and [#handshakeRtt] when there was none.
    public static final long NEVER = -1;

    public Peer(
            Suite suite,
            LocalIdentity identity,
            PublicKey remote,
            IndexSource indices,
            SecureRandom random,
            Outbox outbox) {}

    /// Copied. Sessions stay, the next handshake uses it. Null or zero: none.
    public void presharedKey(@Nullable PresharedKey psk) {
        throw new UnsupportedOperationException();
    }

    /// Seconds, 0 to 65535; 0 is off. Switching it on asks for a keepalive at once.
    public void persistentKeepalive(int seconds, long now) {
        throw new UnsupportedOperationException();
    }

    public void mtu(int bytes) {
        throw new UnsupportedOperationException();
    }

    public void identity(LocalIdentity changed) {
        throw new UnsupportedOperationException();
    }

    public void endpointKnown(boolean known) {
        throw new UnsupportedOperationException();
    }

    public boolean ready(long now) {
        throw new UnsupportedOperationException();
    }

    public int seal(MemorySegment src, long at, int length, MemorySegment dst, long to) {
        throw new UnsupportedOperationException();
    }

    public void sent(int packets, long datagramBytes, long now) {
        throw new UnsupportedOperationException();
    }

    public void stage(MemorySegment src, long at, int length) {
        throw new UnsupportedOperationException();
    }

    public int open(MemorySegment src, long at, int length, MemorySegment dst, long to, long now) {
        throw new UnsupportedOperationException();
    }

    public void received(int dataPackets, int keepalives, long datagramBytes, long now) {
        throw new UnsupportedOperationException();
    }

    public Verdict receiveInitiation(ReceivedInitiation initiation, int messageBytes, long now) {
        throw new UnsupportedOperationException();
    }

    public Verdict receiveResponse(byte[] message, long now) {
        throw new UnsupportedOperationException();
    }

    public Verdict receiveCookieReply(byte[] message, long now) {
        throw new UnsupportedOperationException();
    }

    public long nextDeadline() {
        throw new UnsupportedOperationException();
    }

    public void advance(long now, long wall) {
        throw new UnsupportedOperationException();
    }

    public void forceHandshake(long now) {
        throw new UnsupportedOperationException();
    }

    public boolean idle() {
        throw new UnsupportedOperationException();
    }

    public long txBytes() {
        throw new UnsupportedOperationException();
    }

    public long rxBytes() {
        throw new UnsupportedOperationException();
    }

    /// The `now` of the last completed handshake, or [#NEVER].
    public long lastHandshake() {
        throw new UnsupportedOperationException();
    }

    /// Nanoseconds, or [#NEVER].
    public long handshakeRtt() {
        throw new UnsupportedOperationException();
    }

    /// 0.0 to 1.0.
    public double lossEstimate() {
        throw new UnsupportedOperationException();
    }

    public int stagedPackets() {
        throw new UnsupportedOperationException();
    }

    /// Counters by the ordinal of [Verdict], a copy.
    public long[] drops() {
        throw new UnsupportedOperationException();
    }

    public PeerMemory memory() {
        throw new UnsupportedOperationException();
    }

    public void restore(PeerMemory memory) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
