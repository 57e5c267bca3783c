package dev.warren.cluster.store;

import dev.warren.crypto.key.PublicKey;
import org.jspecify.annotations.Nullable;

/// The path of what is kept of one peer: `/HH/PEER`, its key in hexadecimal below the first two digits of it. So no
/// folder of 2.5 million peers has more than the 10 000 names that ZooKeeper lists in one answer.
final class PeerPath {
    /// Folders that there may be, `00` to `ff`.
    static final int FOLDERS = 256;

    private PeerPath() {}

    static String of(String root, PublicKey peer) {
        var hex = peer.toHex();
        return root + "/" + hex.substring(0, 2) + "/" + hex;
    }

    /// The folder of a path that [#of] made.
    static String folder(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    /// The peer of such a path or name; null when it is none.
    static @Nullable PublicKey peer(String path) {
        try {
            return PublicKey.fromHex(path.substring(path.lastIndexOf('/') + 1));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
