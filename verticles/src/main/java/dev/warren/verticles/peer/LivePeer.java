package dev.warren.verticles.peer;

import dev.warren.crypto.peer.Peer;
import dev.warren.io.Endpoint;
import dev.warren.verticles.bus.PeerRef;
import org.jspecify.annotations.Nullable;

/// What an awake peer's actor owns: the protocol state, where the peer is, and the router's own drop counters. Touched
/// on the peer's loop only.
final class LivePeer {
    final PeerRef ref;
    final Peer peer;

    @Nullable
    Endpoint endpoint;

    long noEndpoint;
    long sourceNotOwned;
    long badPacket;
    long routingLoop;
    long backlog;

    LivePeer(PeerRef ref, Peer peer) {
        this.ref = ref;
        this.peer = peer;
    }

    /// Roaming: the peer is where its last authenticated datagram came from.
    void heardFrom(Endpoint source) {
        var known = endpoint;
        if (source == known) return;
        if (known == null || !source.equals(known)) endpoint(source);
    }

    void endpoint(@Nullable Endpoint changed) {
        endpoint = changed;
        peer.endpointKnown(changed != null);
    }
}
