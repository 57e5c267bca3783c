package dev.warren.crypto.peer;

import dev.warren.crypto.Protocol;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The staged packets of one peer: copies in a [StagedPool], oldest first. Bounded in number and bytes:
/// beyond that the oldest is dropped, as in the kernel and in wireguard-go, since newer packets are more
/// likely still useful. Confined to the pool's thread.
public final class StagedPackets {
    static final int CAPACITY = Protocol.MAX_STAGED_PACKETS;
    private static final int MAX_BLOCKS = Protocol.MAX_STAGED_BYTES / StagedPool.BLOCK;

    private final StagedPool pool;
    private final Runnable dropped;
    private int first;
    private int last;
    private int count;
    private int blocks;

    // Neighbours in the pool's list of queues of about the same size; written by the pool.
    @Nullable
    StagedPackets preceding;

    @Nullable
    StagedPackets following;

    /// @param dropped called for each packet dropped because there was no room; also from within [#add] of
    /// another peer
    public StagedPackets(StagedPool pool, Runnable dropped) {
        this.pool = pool;
        this.dropped = dropped;
    }

    /// Appends a copy of a packet of 1 to 65 535 bytes, from any segment.
    public void add(MemorySegment src, long at, int length) {
        int need = StagedPool.blocks(length);
        while (count > 0 && (count == CAPACITY || blocks + need > MAX_BLOCKS)) {
            dropOldest();
        }
        while (!pool.hasRoom(need)) {
            var largest = pool.largest();
            if (largest != null && largest != this && largest.blocks > blocks + need) {
                largest.dropOldest();
            } else if (count > 0) {
                dropOldest();
            } else {
                dropped.run();
                return;
            }
        }
        int packet = pool.put(src, at, length);
        if (count++ == 0) {
            first = packet;
        } else {
            pool.follow(last, packet);
        }
        last = packet;
        hold(need);
    }

    private void dropOldest() {
        removeFirst();
        dropped.run();
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public int size() {
        return count;
    }

    /// Length of the longest packet, 0 when there is none.
    int longest() {
        int longest = 0;
        int packet = first;
        for (int i = 0; i < count; i++) {
            longest = Math.max(longest, pool.length(packet));
            packet = pool.nextPacket(packet);
        }
        return longest;
    }

    /// Length of the oldest packet; the queue must not be empty.
    public int firstLength() {
        return pool.length(first);
    }

    /// Copies the oldest packet to `dst + to`; it stays in the queue.
    public void copyFirst(MemorySegment dst, long to) {
        pool.copy(first, dst, to);
    }

    /// Removes the oldest packet; the queue must not be empty.
    public void removeFirst() {
        int packet = first;
        int freed = StagedPool.blocks(pool.length(packet));
        first = pool.nextPacket(packet);
        count--;
        hold(-freed);
        pool.release(packet);
    }

    private void hold(int more) {
        int before = blocks;
        blocks += more;
        pool.moved(this, before, blocks);
    }

    /// Removes all packets and returns their number. Does not call `dropped`.
    public int clear() {
        int cleared = count;
        while (count > 0) {
            removeFirst();
        }
        return cleared;
    }
}
