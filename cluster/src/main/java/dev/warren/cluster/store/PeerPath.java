package dev.warren.cluster.store;

import dev.warren.crypto.key.PublicKey;
import org.jspecify.annotations.Nullable;

/// The path of what is kept of one peer: `/HH/PEER`, its key in hexadecimal below the first two digits of it. So no
/// folder of 2.5 million peers has more than the 10 000 names that ZooKeeper lists in one answer.
final class PeerPath {
    private PeerPath() {}

    static String of(String root, PublicKey peer) {
        var hex = peer.toHex();
        return root + "/" + hex.substring(0, 2) + "/" + hex;
    }

    /// The peer of a path that [#of] made, or of its last name; null when it is none.
    static @Nullable PublicKey peer(String path) {
        try {
            return PublicKey.fromHex(path.substring(path.lastIndexOf('/') + 1));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
