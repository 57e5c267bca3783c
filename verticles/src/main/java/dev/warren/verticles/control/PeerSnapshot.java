package dev.warren.verticles.control;

import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.counters.PeerCounter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The figures of one peer. Holds no secret.
///
/// @param name that a configuration file gives it; null: none does
/// @param endpoint null: not known
/// @param active whether it has an actor
/// @param online whether it has completed a handshake in the last 180 seconds
/// @param lastHandshakeMillis since the Unix epoch; 0: never
/// @param rttNanos the last round trip that a handshake showed, nanoseconds; -1: none did
/// @param smoothedRttNanos smoothed over the last handshakes; -1: none showed one
/// @param staged packets that wait for a session
/// @param persistentKeepalive seconds; 0: off
public record PeerSnapshot(
        @Nullable String name,
        PublicKey publicKey,
        @Nullable Endpoint endpoint,
        List<IpPrefix> allowedIps,
        boolean active,
        boolean online,
        long lastHandshakeMillis,
        long rttNanos,
        long smoothedRttNanos,
        int staged,
        int persistentKeepalive,
        Counts counters) {
    /// Counters as they were at one moment, by [PeerCounter].
    public static final class Counts {
        /// Of a peer that never had an actor.
        public static final Counts NONE = new Counts(new long[PeerCounter.values().length]);

        private final long[] values;

        /// @param values by ordinal; the record's from now on
        public Counts(long[] values) {
            this.values = values;
        }

        @SuppressWarnings("EnumOrdinal")
        public long of(PeerCounter counter) {
            return values[counter.ordinal()];
        }
    }
}
