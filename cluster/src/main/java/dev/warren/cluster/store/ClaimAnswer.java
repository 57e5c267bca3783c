package dev.warren.cluster.store;

import org.jspecify.annotations.Nullable;

/// What a node that took or looked up a peer is told.
public sealed interface ClaimAnswer {
    /// A claim as it is written. Of two claims of one peer that with the greater epoch is the later.
    ///
    /// @param epoch zxid of the write: no two writes of the fleet have the same
    /// @param before the claim that it replaced; null: none, or not asked for
    record Held(PeerClaim claim, long epoch, @Nullable PeerClaim before) implements ClaimAnswer {}

    /// Nobody has claimed the peer.
    record Unclaimed() implements ClaimAnswer {}

    /// Nobody knows: the connection was lost. A node that wanted to take the peer does not serve it.
    record Unknown() implements ClaimAnswer {}
}
