package dev.warren.verticles.peer;

import dev.warren.crypto.peer.Peer;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketRun;
import dev.warren.io.counters.CounterRow;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.SharedPeerState;
import dev.warren.verticles.counters.PeerCounter;
import dev.warren.verticles.loop.ErrorLog;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// What an active peer's actor owns: the protocol state, where the peer is, and its counters. Touched on
/// the peer's loop only.
final class LivePeer {
    final PeerRef ref;
    final Peer peer;
    /// Called with the time when the peer was stepped otherwise than by a message to its actor: it does what is
    /// due and sets its timer.
    private final LongConsumer settle;

    private final PeerLog log;
    private final ErrorLog errors;

    @Nullable
    Endpoint endpoint;

    /// Its actor has ended: what waits for it is given back, and counted no more, since its counters may be those of
    /// another peer by then.
    boolean retired;

    private final SharedPeerState state;
    private final CounterRow<PeerCounter> counters;
    /// The revision of the endpoint configured last.
    private int revision;
    /// Packets that wait for a session, as published last.
    private int staged;

    /// @param log of the loop
    /// @param errors of the loop, not of this peer alone
    LivePeer(PeerRef ref, Peer peer, SharedPeerState state, PeerLog log, ErrorLog errors, LongConsumer settle) {
        this.ref = ref;
        this.peer = peer;
        this.state = state;
        this.counters = state.counters();
        this.log = log;
        this.errors = errors;
        this.settle = settle;
    }

    void count(PeerCounter counter, long amount) {
        counters.add(counter, amount);
    }

    /// The peer was stepped otherwise than by a message to its actor.
    void settle(long now) {
        try {
            settle.accept(now);
        } catch (Throwable e) {
            errors.caught(ref + " - Timers were not dealt with", e);
        }
    }

    /// Roaming: the peer is where its last authenticated datagram came from.
    ///
    /// @param source null: nothing authenticated
    void heardFrom(@Nullable Endpoint source, long now) {
        var known = endpoint;
        if (source == null || source == known) return;
        if (known == null) endpoint(source);
        else if (!source.equals(known)) {
            endpoint(source);
            if (!source.withoutLocal().equals(known.withoutLocal())) log.roamed(ref, known, source, now);
        }
    }

    /// A run could not be dealt with to its end, by an error that should not be.
    void failed(PacketRun run, Throwable cause) {
        for (int entry = run.from(); entry < run.to(); entry++) {
            count(PeerCounter.DROP_INTERNAL_ERROR, run.batch().packets(entry));
        }
        errors.caught(ref + " - Packets were dropped", cause);
    }

    void endpoint(@Nullable Endpoint changed) {
        publish(changed);
        peer.endpointKnown(changed != null);
    }

    /// As it was configured.
    void endpoint(@Nullable Endpoint configured, int itsRevision) {
        revision = itsRevision;
        endpoint(configured);
    }

    /// The next datagram may leave from any address of this host.
    void forgetLocal() {
        var known = endpoint;
        if (known != null && known.hasLocal()) publish(known.withoutLocal());
    }

    void publishStaged() {
        int packets = peer.stagedPackets();
        if (packets == staged) return;
        staged = packets;
        state.staged(packets);
    }

    private void publish(@Nullable Endpoint changed) {
        endpoint = changed;
        state.place(changed, revision);
    }
}
