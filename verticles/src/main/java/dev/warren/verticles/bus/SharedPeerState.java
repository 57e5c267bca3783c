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
    private volatile long smoothedRtt = -1;
    private volatile int staged;
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

    /// Nanoseconds of the last round trip that a handshake showed; -1 when none did.
    public long rtt() {
        return rtt;
    }

    /// Nanoseconds, smoothed over the last handshakes as TCP smooths them (RFC 6298); -1 when none showed one.
    public long smoothedRtt() {
        return smoothedRtt;
    }

    /// A handshake was completed. Written by the actor alone.
    ///
    /// @param roundTrip nanoseconds; -1 when the handshake did not show any
    public void handshake(long now, long roundTrip) {
        lastHandshake = now;
        if (roundTrip < 0) return;
        rtt = roundTrip;
        long smoothed = smoothedRtt;
        smoothedRtt = smoothed < 0 ? roundTrip : smoothed + (roundTrip - smoothed) / 8;
    }

    /// Packets that wait for a session.
    public int staged() {
        return staged;
    }

    /// Written by the actor alone, when it changes.
    public void staged(int packets) {
        staged = packets;
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
