package dev.warren.verticles.peer;

import dev.warren.crypto.peer.Peer;
import dev.warren.io.Endpoint;
import dev.warren.verticles.bus.PeerRef;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// What an awake peer's actor owns: the protocol state, where the peer is, and the router's own drop counters. Touched
/// on the peer's loop only.
final class LivePeer {
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
    long routingLoop;
    long backlog;

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

    void endpoint(@Nullable Endpoint changed) {
        endpoint = changed;
        peer.endpointKnown(changed != null);
    }
}
