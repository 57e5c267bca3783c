package dev.warren.verticles.bus;

import dev.warren.crypto.peer.PeerMemory;
import dev.warren.io.Endpoint;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a peer says of itself when asked.
///
/// @param memory counters, last handshake and drops by verdict
/// @param endpoint where it was last heard, or was configured to be
/// @param noEndpoint packets that had nowhere to go
/// @param sourceNotOwned received packets whose source address is not this peer's
/// @param badPacket received packets that are no IP packets
/// @param congested received packets that met congestion on their way, of which their sender cannot be told (RFC 6040)
/// @param routingLoop own encrypted packets that came back through the TUN
/// @param backlog packets dropped for want of buffers
/// @param failed packets dropped, at most, by errors of this program
public record PeerReport(
        PeerMemory memory,
        @Nullable Endpoint endpoint,
        long noEndpoint,
        long sourceNotOwned,
        long badPacket,
        long congested,
        long routingLoop,
        long backlog,
        long failed) {
    /// Adds the router's own drop counters to sums by name.
    public void addDrops(Map<String, Long> sums) {
        sums.merge("peer.drop.no-endpoint", noEndpoint, Long::sum);
        sums.merge("peer.drop.source-not-owned", sourceNotOwned, Long::sum);
        sums.merge("peer.drop.bad-packet", badPacket, Long::sum);
        sums.merge("peer.drop.congestion-not-ect", congested, Long::sum);
        sums.merge("peer.drop.routing-loop", routingLoop, Long::sum);
        sums.merge("peer.drop.backlog", backlog, Long::sum);
        sums.merge("peer.drop.internal-error", failed, Long::sum);
    }
}
