package dev.warren.crypto.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Off-heap memory of a bounded size for the staged packets of all peers of one thread.
///
/// Divides chunks into blocks of 512 bytes. Chunks are allocated on first use and freed when nothing is
/// staged any more. When all blocks are taken, the oldest packet of the peer with the most blocks (to
/// within a factor of two) is dropped, so that a few busy peers leave room for many others; see
/// docs/decisions/0020. Confined to one thread, that of the first packet.
public final class StagedPool implements AutoCloseable {
    //
    static final int BLOCK = 512;
    private static final int CHUNK = 1024; // blocks
    private static final int NONE = -1;

    private final int capacity;
    private final @Nullable Arena[] arenas;
    private final MemorySegment[] chunks;
    private int made;
    private int taken;
    /// For a free block the next free one, for a taken one the next of its packet.
    private int[] next = {};
    /// Indexed by the first block of a packet: its length, and the first block of the next packet.
    private int[] lengths = {};

    private int[] nextPackets = {};
    private int free = NONE;
    /// Lists of queues that hold packets, indexed by the binary logarithm of their number of blocks.
    private final @Nullable StagedPackets[] holders = new @Nullable StagedPackets[Integer.SIZE];

    /// @param bytes capacity, 64 KiB to 1 GiB
    /// @throws IllegalArgumentException when it is out of range
    public StagedPool(long bytes) {
        if (bytes < 65536 || bytes > 1L << 30) {
            throw new IllegalArgumentException("Staged packets take 64 KiB to 1 GiB, not " + bytes + " bytes.");
        }
        capacity = (int) (bytes / BLOCK);
        int most = (capacity + CHUNK - 1) / CHUNK;
        arenas = new @Nullable Arena[most];
        chunks = new MemorySegment[most];
    }

    /// Bytes in use, of [#capacity].
    public long used() {
        return (long) taken * BLOCK;
    }

    /// Capacity in bytes.
    public long capacity() {
        return (long) capacity * BLOCK;
    }

    static int blocks(int length) {
        return Math.max(1, (length + BLOCK - 1) / BLOCK);
    }

    boolean hasRoom(int blocks) {
        return capacity - taken >= blocks;
    }

    /// A queue with the most blocks, to within a factor of two; null when all are empty.
    @Nullable
    StagedPackets largest() {
        for (int size = holders.length - 1; size >= 0; size--) {
            if (holders[size] != null) {
                return holders[size];
            }
        }
        return null;
    }

    /// Copies a packet into the pool, which must have room. Returns its first block.
    int put(MemorySegment src, long at, int length) {
        int first = take();
        lengths[first] = length;
        nextPackets[first] = NONE;
        int block = first;
        for (int done = 0; ; ) {
            int part = Math.min(BLOCK, length - done);
            MemorySegment.copy(src, at + done, chunks[block / CHUNK], offset(block), part);
            done += part;
            if (done == length) {
                next[block] = NONE;
                return first;
            }
            int following = take();
            next[block] = following;
            block = following;
        }
    }

    int length(int first) {
        return lengths[first];
    }

    /// The first block of the packet after this one, or a negative number.
    int nextPacket(int first) {
        return nextPackets[first];
    }

    void follow(int first, int following) {
        nextPackets[first] = following;
    }

    void copy(int first, MemorySegment dst, long to) {
        int length = lengths[first];
        int block = first;
        for (int done = 0; done < length; done += BLOCK) {
            int part = Math.min(BLOCK, length - done);
            MemorySegment.copy(chunks[block / CHUNK], offset(block), dst, to + done, part);
            block = next[block];
        }
    }

    /// Frees the blocks of a packet. Wipes nothing: the packets came from the TUN in clear.
    void release(int first) {
        for (int block = first; block != NONE; ) {
            int following = next[block];
            next[block] = free;
            free = block;
            taken--;
            block = following;
        }
        if (taken == 0 && made > 1) {
            shrink();
        }
    }

    /// Moves a queue to the list of its new size.
    void moved(StagedPackets queue, int before, int after) {
        int from = size(before);
        int to = size(after);
        if (from == to) {
            return;
        }
        if (from >= 0) {
            unlink(queue, from);
        }
        if (to >= 0) {
            link(queue, to);
        }
    }

    private static int size(int blocks) {
        return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(blocks);
    }

    private void link(StagedPackets queue, int size) {
        var head = holders[size];
        queue.following = head;
        queue.preceding = null;
        if (head != null) {
            head.preceding = queue;
        }
        holders[size] = queue;
    }

    private void unlink(StagedPackets queue, int size) {
        var before = queue.preceding;
        var behind = queue.following;
        if (before == null) {
            holders[size] = behind;
        } else {
            before.following = behind;
        }
        if (behind != null) {
            behind.preceding = before;
        }
        queue.preceding = null;
        queue.following = null;
    }

    private int take() {
        if (free == NONE) {
            grow();
        }
        int block = free;
        free = next[block];
        taken++;
        return block;
    }

    private static long offset(int block) {
        return (long) (block % CHUNK) * BLOCK;
    }

    private void grow() {
        int chunk = made++;
        var arena = Arena.ofConfined();
        arenas[chunk] = arena;
        int from = chunk * CHUNK;
        int to = Math.min(capacity, from + CHUNK);
        chunks[chunk] = arena.allocate((long) (to - from) * BLOCK);
        if (next.length < to) {
            next = Arrays.copyOf(next, to);
            lengths = Arrays.copyOf(lengths, to);
            nextPackets = Arrays.copyOf(nextPackets, to);
        }
        for (int block = to - 1; block >= from; block--) {
            next[block] = free;
            free = block;
        }
    }

    private void shrink() {
        close(1);
        free = NONE;
        for (int block = Math.min(capacity, CHUNK) - 1; block >= 0; block--) {
            next[block] = free;
            free = block;
        }
    }

    private void close(int kept) {
        for (int chunk = kept; chunk < made; chunk++) {
            var arena = arenas[chunk];
            if (arena != null) {
                arena.close();
            }
            arenas[chunk] = null;
            chunks[chunk] = MemorySegment.NULL;
        }
        made = Math.min(made, kept);
    }

    /// Frees the memory. No packet may be staged any more.
    @Override
    public void close() {
        close(0);
        free = NONE;
    }
}
