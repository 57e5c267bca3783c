package dev.warren.cluster.store;

import dev.warren.io.Endpoint;
import org.jspecify.annotations.Nullable;

/// Which node serves a peer, and where the peer was heard last.
///
/// @param slot of the node, 0 to 255
/// @param boot id of the node's start
/// @param endpoint of the peer; null: not known
public record PeerClaim(int slot, long boot, @Nullable Endpoint endpoint) {
    private static final int VERSION = 1;

    byte[] encode() {
        var out = new RecordOutput(VERSION).u8(slot).i64(boot).flag(endpoint != null);
        return (endpoint == null ? out : out.endpoint(endpoint)).done();
    }

    /// @throws StoreException when the bytes are no claim
    static PeerClaim decode(byte[] bytes) {
        var in = new RecordInput("a claim", bytes, VERSION);
        var claim = new PeerClaim(in.u8(), in.i64(), in.flag() ? in.endpoint() : null);
        in.end();
        return claim;
    }
}
