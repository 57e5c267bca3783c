package dev.warren.verticles.router;

import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.peer.PeerMemory;
import dev.warren.io.Endpoint;
import dev.warren.verticles.bus.PeerCommand;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.SharedPeerState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the router keeps of a configured peer. While it is inactive this is all there is of it.
final class ConfiguredPeer {
    enum State {
        INACTIVE,
        ACTIVATING,
        ACTIVE,
        RETIRING
    }

    final PeerRef ref;
    State state = State.INACTIVE;

    @Nullable
    PresharedKey presharedKey;
    /// As configured.
    private @Nullable Endpoint endpoint;
    /// Grows with each that is configured.
    private int revision;

    /// Made when the peer is first activated.
    @Nullable
    SharedPeerState shared;

    int persistentKeepalive;

    @Nullable
    PeerMemory memory;

    @Nullable
    PeerMailbox mailbox;

    @Nullable
    String deployment;

    boolean removed;

    /// Packets for it wait at the TUN.
    boolean packetsWait;

    /// Its actor has a session.
    boolean established;

    /// An initiation of the peer has activated it.
    boolean initiated;

    /// Initiations that wait for its actor.
    private List<PeerCommand> waiting = List.of();

    ConfiguredPeer(PeerRef ref) {
        this.ref = ref;
    }

    /// Keeps a message until the actor is there; false when enough are waiting already.
    boolean hold(PeerCommand message, int most) {
        if (waiting.size() >= most) return false;
        if (waiting.isEmpty()) waiting = new ArrayList<>(1);
        waiting.add(message);
        return true;
    }

    /// What was kept, now the caller's.
    List<PeerCommand> release() {
        var kept = waiting;
        waiting = List.of();
        return kept;
    }

    /// Configures where the peer is.
    void endpoint(Endpoint configured) {
        endpoint = configured;
        revision++;
        ref.hasEndpoint(true);
    }

    /// Its endpoint: the one its actor learned last, unless one was configured since.
    @Nullable
    Endpoint endpoint() {
        var heard = shared == null ? null : shared.place();
        return heard != null && heard.revision() == revision ? heard.endpoint() : endpoint;
    }

    /// Tells one configuration of an endpoint from the next: an actor may only say where its peer is if nobody has
    /// said otherwise since.
    int revision() {
        return revision;
    }

    /// Its settings, for its actor.
    ///
    /// @param moved null: it stays where it is
    PeerCommand.Configure configuration(@Nullable Endpoint moved) {
        return new PeerCommand.Configure(copyOfPresharedKey(), moved, revision, persistentKeepalive);
    }

    /// The receiver closes it.
    @Nullable
    PresharedKey copyOfPresharedKey() {
        return presharedKey == null ? null : presharedKey.copy();
    }

    /// Takes a copy; the key before is wiped.
    void presharedKey(@Nullable PresharedKey changed) {
        if (presharedKey != null) presharedKey.close();
        presharedKey = changed == null || changed.isZero() ? null : changed.copy();
    }

    /// It has a reason to be active: something waits, or its keepalive does not wait for traffic.
    boolean wanted() {
        return !waiting.isEmpty() || ((packetsWait || persistentKeepalive > 0) && endpoint() != null);
    }
}
