package dev.warren.verticles.peer;

import dev.warren.crypto.Protocol;
import dev.warren.io.Endpoint;
import dev.warren.verticles.bus.PeerRef;
import org.jspecify.annotations.Nullable;

/// Whether a peer is online, for the log: from the first packet of a session until there was no handshake for 180
/// seconds. Owned by the peer's actor, which steps it with the time.
final class Presence {
    private static final long NEVER = Long.MAX_VALUE;

    private final PeerRef peer;
    private final PeerLog log;
    private long offlineAt = NEVER;

    Presence(PeerRef peer, PeerLog log) {
        this.peer = peer;
        this.log = log;
    }

    /// There is a session, the first or a further one.
    ///
    /// @param rtt nanoseconds of the round trip, or -1 when it is not known
    void established(@Nullable Endpoint endpoint, boolean initiator, long rtt, long now) {
        if (offlineAt == NEVER) log.online(peer, endpoint, now);
        else log.rekeyed(peer, initiator, rtt, now);
        offlineAt = now + Protocol.REJECT_AFTER_TIME;
    }

    /// When [#advance] must be called, at the latest.
    long deadline() {
        return offlineAt;
    }

    void advance(long now) {
        if (offlineAt <= now) ended("no handshake for 180 s", now);
    }

    /// Its sessions are gone.
    ///
    /// @param why as a clause
    void ended(String why, long now) {
        if (offlineAt != NEVER) log.offline(peer, why, now);
        offlineAt = NEVER;
    }
}
