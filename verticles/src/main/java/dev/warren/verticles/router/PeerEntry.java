package dev.warren.verticles.router;

import dev.warren.crypto.noise.PresharedKey;
import dev.warren.crypto.peer.PeerMemory;
import dev.warren.io.Endpoint;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerMessage;
import dev.warren.verticles.bus.PeerRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the router keeps of a configured peer. While it is asleep this is all there is of it.
final class PeerEntry {
    enum State {
        ASLEEP,
        WAKING,
        AWAKE,
        RETIRING
    }

    final PeerRef ref;
    State state = State.ASLEEP;

    @Nullable
    PresharedKey presharedKey;
    /// As configured, or where it was when it fell asleep.
    @Nullable
    Endpoint endpoint;

    int persistentKeepalive;

    @Nullable
    PeerMemory memory;

    @Nullable
    PeerMailbox door;

    @Nullable
    String deployment;

    boolean removed;

    private List<PeerMessage> waiting = List.of();

    PeerEntry(PeerRef ref) {
        this.ref = ref;
    }

    /// Keeps a message until the actor is there; false when enough are waiting already.
    boolean hold(PeerMessage message, int most) {
        if (waiting.size() >= most) return false;
        if (waiting.isEmpty()) waiting = new ArrayList<>(1);
        waiting.add(message);
        return true;
    }

    /// What was kept, now the caller's.
    List<PeerMessage> release() {
        var kept = waiting;
        waiting = List.of();
        return kept;
    }

    /// Its settings, for its actor.
    PeerMessage.Configure configuration() {
        return new PeerMessage.Configure(presharedKey, endpoint, persistentKeepalive);
    }

    boolean wanted() {
        return !waiting.isEmpty();
    }
}
