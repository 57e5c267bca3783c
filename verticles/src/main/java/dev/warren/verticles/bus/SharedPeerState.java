package dev.warren.verticles.bus;

import dev.warren.crypto.peer.Peer;
import dev.warren.io.Endpoint;
import dev.warren.io.counters.CounterRow;
import dev.warren.verticles.counters.PeerCounter;
import org.jspecify.annotations.Nullable;

/// What the actor of a peer publishes of itself for anybody to read without a message: its counters, its last handshake
/// and where it is. Made when the peer is first activated, kept while it is configured.
public final class SharedPeerState {
    private final CounterRow<PeerCounter> counters;
    private volatile long lastHandshake = Peer.NEVER;
    private volatile long rtt = -1;
    private volatile @Nullable Place place;

    /// Where an actor sends to.
    ///
    /// @param revision of the configured endpoint that the actor knew; an endpoint learned since is newer
    public record Place(@Nullable Endpoint endpoint, int revision) {}

    /// @param counters the actor's to add to
    public SharedPeerState(CounterRow<PeerCounter> counters) {
        this.counters = counters;
    }

    public CounterRow<PeerCounter> counters() {
        return counters;
    }

    /// The time of the last completed handshake on the clock of the loops, or [Peer#NEVER].
    public long lastHandshake() {
        return lastHandshake;
    }

    /// Nanoseconds from the initiation to the response of the last handshake that we began; -1 when there was none.
    public long rtt() {
        return rtt;
    }

    /// A handshake was completed. Written by the actor alone.
    ///
    /// @param handshakeRtt -1 as responder
    public void handshake(long now, long handshakeRtt) {
        lastHandshake = now;
        if (handshakeRtt >= 0) rtt = handshakeRtt;
    }

    /// Null: no actor has published any.
    public @Nullable Place place() {
        return place;
    }

    /// Written by the actor alone, when it changes.
    public void place(@Nullable Endpoint endpoint, int revision) {
        place = new Place(endpoint, revision);
    }
}
