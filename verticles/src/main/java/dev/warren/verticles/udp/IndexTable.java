package dev.warren.verticles.udp;

import dev.warren.verticles.bus.PeerMailbox;
import org.jspecify.annotations.Nullable;

/// Receiver indices that are live, and whose they are. Open addressing over two flat arrays, since it is
/// asked for every run of datagrams; indices are random already, so their low bits are the hash.
final class IndexTable {
    private int[] indices = new int[64];
    private @Nullable PeerMailbox[] owners = new @Nullable PeerMailbox[64];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    PeerMailbox owner(int index) {
        int mask = indices.length - 1;
        for (int slot = index & mask; ; slot = (slot + 1) & mask) {
            var owner = owners[slot];
            if (owner == null) return null;
            if (indices[slot] == index) return owner;
        }
    }

    /// False when another peer has it.
    boolean claim(int index, PeerMailbox owner) {
        if (size * 2 >= indices.length) grow();
        int mask = indices.length - 1;
        int slot = index & mask;
        for (var there = owners[slot]; there != null; there = owners[slot]) {
            if (indices[slot] == index) return there == owner;
            slot = (slot + 1) & mask;
        }
        indices[slot] = index;
        owners[slot] = owner;
        size++;
        return true;
    }

    /// Nothing when it is another's.
    void unclaim(int index, PeerMailbox owner) {
        int mask = indices.length - 1;
        int slot = index & mask;
        while (owners[slot] != null && indices[slot] != index) slot = (slot + 1) & mask;
        if (owners[slot] != owner) return;
        size--;
        // Close the gap: move back whatever probed past it.
        int gap = slot;
        for (int next = (gap + 1) & mask; owners[next] != null; next = (next + 1) & mask) {
            int ideal = indices[next] & mask;
            if (((next - ideal) & mask) >= ((next - gap) & mask)) {
                indices[gap] = indices[next];
                owners[gap] = owners[next];
                gap = next;
            }
        }
        owners[gap] = null;
    }

    private void grow() {
        var oldIndices = indices;
        var oldOwners = owners;
        indices = new int[oldIndices.length * 2];
        owners = new @Nullable PeerMailbox[indices.length];
        size = 0;
        for (int i = 0; i < oldIndices.length; i++) {
            var owner = oldOwners[i];
            if (owner != null) claim(oldIndices[i], owner);
        }
    }
}
