package dev.warren.cluster.bus;

import io.vertx.core.spi.cluster.NodeInfo;
import java.util.Set;

/// A node of the event bus, as its znode says.
///
/// @param id new at every start of the node
/// @param info where its event bus listens
/// @param addresses where consumers of it listen that other nodes may send to
/// @param created transaction of ZooKeeper that made the znode: the higher, the later
record BusMember(String id, NodeInfo info, Set<String> addresses, long created) {
    BusMember {
        addresses = Set.copyOf(addresses);
    }

    /// Whether both listen at the same host and port: one of them is gone, the other was started there
    /// since.
    boolean samePlace(NodeInfo other) {
        return info.port() == other.port() && info.host().equals(other.host());
    }
}
