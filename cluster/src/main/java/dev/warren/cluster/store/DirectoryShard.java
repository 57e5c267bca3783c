package dev.warren.cluster.store;

import dev.warren.crypto.key.PublicKey;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/// The peers of the directory in 1024 parts, so that a change writes and reads little: about 20 KB each with 100 000
/// peers.
final class DirectoryShard {
    static final int COUNT = 1024;

    /// Two contents and their record fit into jute.maxbuffer, which is 1 MB: about 2500 peers in a shard.
    static final int LONGEST_CONTENT = 480 * 1024;

    private static final int VERSION = 1;

    private DirectoryShard() {}

    /// The shard that a peer is in. Part of the format: it never changes.
    static int of(PublicKey peer) {
        var sum = new CRC32C();
        sum.update(peer.raw());
        return (int) sum.getValue() & (COUNT - 1);
    }

    /// Its znode below the directory, `s0000` to `s1023`.
    static String name(int shard) {
        return String.format("s%04d", shard);
    }

    static byte[] encode(Collection<FleetPeer> peers) {
        var out = new RecordOutput(VERSION).i32(peers.size());
        peers.forEach(peer -> peer.encode(out));
        return out.done();
    }

    /// @param content empty: no peers
    /// @throws StoreException when the bytes are of no shard
    static Map<PublicKey, FleetPeer> decode(byte[] content) {
        if (content.length == 0) return Map.of();
        var in = new RecordInput("a shard of the directory", content, VERSION);
        int count = in.count(FleetPeer.LEAST_BYTES);
        var peers = LinkedHashMap.<PublicKey, FleetPeer>newLinkedHashMap(count);
        for (int i = 0; i < count; i++) {
            var peer = FleetPeer.decode(in);
            peers.put(peer.publicKey(), peer);
        }
        in.end();
        return peers;
    }
}
