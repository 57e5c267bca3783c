package dev.warren.verticles.peer;

import dev.warren.crypto.peer.Peer;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketRun;
import dev.warren.verticles.bus.PeerRef;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an awake peer's actor owns: the protocol state, where the peer is, and the router's own drop counters. Touched
/// on the peer's loop only.
final class LivePeer {
    private static final Logger LOG = LoggerFactory.getLogger(LivePeer.class);

    final PeerRef ref;
    final Peer peer;
    /// To be called with the time when the peer was stepped otherwise than by a message to its actor: it does what is
    /// due and sets its timer.
    final LongConsumer settle;

    @Nullable
    Endpoint endpoint;

    long noEndpoint;
    long sourceNotOwned;
    long badPacket;
    long congested;
    long routingLoop;
    long backlog;
    long failed;

    LivePeer(PeerRef ref, Peer peer, LongConsumer settle) {
        this.ref = ref;
        this.peer = peer;
        this.settle = settle;
    }

    /// Roaming: the peer is where its last authenticated datagram came from.
    ///
    /// @param source null: nothing authenticated
    void heardFrom(@Nullable Endpoint source) {
        var known = endpoint;
        if (source == null || source == known) return;
        if (known == null || !source.equals(known)) endpoint(source);
    }

    /// Gives back a run that could not be dealt with to its end, by an error that should not be. Said once.
    void failed(PacketRun run, RuntimeException cause) {
        if (failed == 0)
            LOG.error("{} - Packets are dropped by an error of this program, please report it", ref, cause);
        for (int entry = run.from(); entry < run.to(); entry++)
            failed += run.batch().packets(entry);
        run.done();
    }

    void endpoint(@Nullable Endpoint changed) {
        endpoint = changed;
        peer.endpointKnown(changed != null);
    }
}
