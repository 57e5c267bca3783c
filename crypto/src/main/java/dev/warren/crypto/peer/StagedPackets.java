package dev.warren.crypto.peer;

import dev.warren.crypto.Protocol;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Copies of the packets that wait for a session. Bounded: the oldest goes first.
final class StagedPackets {
    static final int CAPACITY = Protocol.MAX_STAGED_PACKETS;

    /// Not there before it is needed: most peers never stage anything twice.
    private @Nullable ArrayDeque<byte[]> packets;

    /// False when the oldest packet had to go for this one.
    boolean add(MemorySegment src, long at, int length) {
        var queue = packets;
        if (queue == null) {
            queue = packets = new ArrayDeque<>();
        }
        boolean room = queue.size() < CAPACITY;
        if (!room) {
            queue.removeFirst();
        }
        queue.addLast(src.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
        return room;
    }

    boolean isEmpty() {
        return packets == null || packets.isEmpty();
    }

    int size() {
        return packets == null ? 0 : packets.size();
    }

    /// Length of the longest packet.
    int longest() {
        int longest = 0;
        if (packets != null) {
            for (byte[] packet : packets) {
                longest = Math.max(longest, packet.length);
            }
        }
        return longest;
    }

    byte @Nullable [] first() {
        return packets == null ? null : packets.peekFirst();
    }

    void removeFirst() {
        if (packets != null) {
            packets.pollFirst();
            if (packets.isEmpty()) {
                packets = null;
            }
        }
    }

    /// Returns how many there were.
    int clear() {
        int count = size();
        packets = null;
        return count;
    }
}
