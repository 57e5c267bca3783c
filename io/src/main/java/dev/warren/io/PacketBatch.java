package dev.warren.io;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One off-heap slab and a list of the entries in it.
///
/// The words, in the manner of quinn-udp: a *packet* is one IP packet; a *datagram* is the content of one
/// UDP packet. A *frame* is what one read or write of the TUN carries: a packet, or a super-packet (TSO,
/// USO, GRO) that stands for several. A *slab* is the memory of a batch. An *entry* is a range of the slab:
/// `length` bytes (`len` of quinn-udp's `RecvMeta`) at `offset`. It holds a packet, a datagram, a frame, or
/// several datagrams back to back, which are its *segments*: all have `segment` bytes (`stride` when
/// received with UDP_GRO, `segment_size` when sent with UDP_SEGMENT) but the last, which may be shorter.
/// With segment 0, or not less than the length, an entry is a single packet or datagram. The segment of a
/// frame is its GSO size: the payload bytes of each packet that [dev.warren.io.offload.GsoSplitter] cuts
/// from it. A *run* is neighbouring entries of one peer or other destination.
///
/// A batch has one owner at a time: whoever passes it on may not touch it again. The owner may divide it
/// into runs ([#group] and [#retain]); then the owner of each run calls [#done] once, and the last call
/// returns the batch to its pool. Only [#done] and [#release] may be called from any thread.
///
/// Memory is never zeroed: bytes outside the entries are those of earlier uses.
public final class PacketBatch {
    /// Free bytes kept before every entry and behind the last one.
    public static final int MARGIN = 128;
    /// Entries made by [#append] begin at a multiple of this.
    public static final int ALIGNMENT = 64;

    /// Bytes of the largest IP packet: its length field has 16 bits (RFC 791; RFC 8200 without jumbograms).
    public static final int MAX_PACKET = 65_535;

    /// Bytes of a slab for four super-packets or trains of 64 KB, with what is written before and behind them.
    public static final int LARGE_SLAB = 4 * (65_536 + 512) + 1024;

    private static final VarHandle OWNERS;

    static {
        try {
            OWNERS = MethodHandles.lookup().findVarHandle(PacketBatch.class, "owners", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemorySegment slab;
    private final long slabSize;
    private final @Nullable BatchPool pool;
    /// The task that returns the batch on the pool's loop; made once, since a return from another thread is frequent.
    final Runnable returning;

    private int[] offsets;
    private int[] lengths;
    private int[] segments;
    private byte[] trafficClasses;
    private @Nullable Endpoint[] endpoints;
    private int count;
    private int used;

    private final RunTable runs;

    @SuppressWarnings("unused") // through OWNERS
    private volatile int owners;

    PacketBatch(MemorySegment slab, int maxEntries, @Nullable BatchPool pool) {
        if (slab.byteSize() < 2 * MARGIN || slab.byteSize() > Integer.MAX_VALUE || maxEntries < 1) {
            throw new IllegalArgumentException(
                    "a batch of " + maxEntries + " entries in " + slab.byteSize() + " bytes cannot be");
        }
        this.slab = slab;
        this.slabSize = slab.byteSize();
        this.pool = pool;
        this.returning = pool == null ? () -> {} : () -> pool.returned(this);
        this.offsets = new int[maxEntries];
        this.lengths = new int[maxEntries];
        this.segments = new int[maxEntries];
        this.trafficClasses = new byte[maxEntries];
        this.endpoints = new @Nullable Endpoint[maxEntries];
        this.runs = new RunTable(this, maxEntries);
    }

    /// A batch without a pool, owned by the caller; releasing it does nothing. The slab stays the caller's.
    ///
    /// @param slab       at least two margins, at most 2^31 - 1 bytes
    /// @param maxEntries 1 or more
    /// @throws IllegalArgumentException when they are not
    public static PacketBatch unpooled(MemorySegment slab, int maxEntries) {
        var batch = new PacketBatch(slab, maxEntries, null);
        batch.taken();
        return batch;
    }

    /// Bytes of a slab in which so many entries of up to `length` bytes find room, wherever they begin.
    public static int slabBytes(int entries, int length) {
        return entries * (length + MARGIN + ALIGNMENT) + 2 * MARGIN;
    }

    /// The memory, bounded. Only the owner reads or writes it.
    public MemorySegment slab() {
        return slab;
    }

    /// Bytes in the slab, margins included.
    public long slabSize() {
        return slabSize;
    }

    /// Number of entries.
    public int count() {
        return count;
    }

    /// The most entries that fit the list.
    public int capacity() {
        return offsets.length;
    }

    /// True when the list has [#capacity] entries.
    public boolean full() {
        return count == offsets.length;
    }

    /// Where entry i begins: bytes from the start of the slab.
    public int offset(int i) {
        return offsets[i];
    }

    /// Bytes of entry i.
    public int length(int i) {
        return lengths[i];
    }

    /// Bytes of a segment of entry i; 0 when it is a single packet or datagram.
    public int segment(int i) {
        return segments[i];
    }

    /// The endpoint that entry i came from or goes to; null for packets of the TUN.
    public @Nullable Endpoint endpoint(int i) {
        return endpoints[i];
    }

    /// The traffic class (DSCP and ECN, RFC 2474 and 3168) that the datagrams of entry i came with or leave with, 0 to
    /// 255; 0 unless it was given.
    public int trafficClass(int i) {
        return trafficClasses[i] & 0xff;
    }

    /// Number of segments in entry i, 1 for a single packet or datagram. For a frame it is no more than an
    /// estimate: see [dev.warren.io.offload.GsoSplitter#start].
    public int packets(int i) {
        int segment = segments[i];
        int length = lengths[i];
        return segment <= 0 || segment >= length ? 1 : (length + segment - 1) / segment;
    }

    /// The first byte behind all entries; 0 when there are none.
    public int used() {
        return used;
    }

    /// The offset at which [#append] puts the next entry: aligned, with the margin before it.
    public int nextOffset() {
        return (used + MARGIN + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// Most bytes an entry at [#nextOffset] may have so that the margin behind it is kept; negative when there is no
    /// room.
    public int room() {
        return (int) slabSize - MARGIN - nextOffset();
    }

    /// Adds `length` bytes at `offset` as the next entry. That entries do not overlap is left to the
    /// caller.
    ///
    /// @param segment bytes of a segment; 0 for a single packet or datagram
    /// @throws IndexOutOfBoundsException when the entry and a margin on each side are not inside the slab,
    /// or the list
    ///     is full
    public void add(int offset, int length, int segment, @Nullable Endpoint endpoint) {
        add(offset, length, segment, endpoint, 0);
    }

    /// As [#add(int,int,int,Endpoint)], with the traffic class of the datagrams.
    public void add(int offset, int length, int segment, @Nullable Endpoint endpoint, int trafficClass) {
        int i = count;
        check(offset, length);
        offsets[i] = offset;
        lengths[i] = length;
        segments[i] = segment;
        trafficClasses[i] = (byte) trafficClass;
        endpoints[i] = endpoint;
        count = i + 1;
        used = Math.max(used, offset + length);
    }

    /// Adds an entry at [#nextOffset].
    ///
    /// @return its offset
    /// @throws IndexOutOfBoundsException as [#add(int,int,int,Endpoint)]
    public int append(int length, int segment, @Nullable Endpoint endpoint) {
        int offset = nextOffset();
        add(offset, length, segment, endpoint);
        return offset;
    }

    /// Changes entry i, for instance when it was trimmed or sealed. Its traffic class stays.
    ///
    /// @throws IndexOutOfBoundsException as [#add(int,int,int,Endpoint)]
    public void set(int i, int offset, int length, int segment, @Nullable Endpoint endpoint) {
        Objects.checkIndex(i, count);
        check(offset, length);
        offsets[i] = offset;
        lengths[i] = length;
        segments[i] = segment;
        endpoints[i] = endpoint;
        used = Math.max(used, offset + length);
    }

    /// Changes the endpoint of entry i.
    public void endpoint(int i, @Nullable Endpoint endpoint) {
        Objects.checkIndex(i, count);
        endpoints[i] = endpoint;
    }

    private void check(int offset, int length) {
        if (offset < MARGIN || length < 0 || offset + (long) length > slabSize - MARGIN) {
            throw new IndexOutOfBoundsException(
                    length + " bytes at " + offset + " and their margins do not lie in a slab of " + slabSize);
        }
    }

    /// Removes all entries from the list. The bytes stay.
    public void clear() {
        count = 0;
        used = 0;
    }

    /// Groups the entries into runs of equal keys, compared by identity: runs are in the order in which
    /// their keys first appear, and entries keep their order within a run. Entries without a key (null) are
    /// moved behind all others and are in no run. With a single key this is one pass of compares.
    ///
    /// @param keys one for each entry, such as its peer; only read
    /// @return the number of runs; [#run] has them until the batch is returned to its pool or grouped again
    public int group(@Nullable Object[] keys) {
        return runs.group(keys, count);
    }

    /// Run k of the last [#group].
    public PacketRun run(int k) {
        return runs.run(k);
    }

    /// For [RunTable]: moves entry `i` to place `places[i]`.
    void permute(int[] places, Scratch scratch) {
        int[] oldOffsets = offsets;
        int[] oldLengths = lengths;
        int[] oldSegments = segments;
        byte[] oldTrafficClasses = trafficClasses;
        @Nullable Endpoint[] oldEndpoints = endpoints;
        for (int i = 0; i < count; i++) {
            int place = places[i];
            scratch.offsets[place] = oldOffsets[i];
            scratch.lengths[place] = oldLengths[i];
            scratch.segments[place] = oldSegments[i];
            scratch.trafficClasses[place] = oldTrafficClasses[i];
            scratch.endpoints[place] = oldEndpoints[i];
        }
        offsets = scratch.offsets;
        lengths = scratch.lengths;
        segments = scratch.segments;
        trafficClasses = scratch.trafficClasses;
        endpoints = scratch.endpoints;
        scratch.offsets = oldOffsets;
        scratch.lengths = oldLengths;
        scratch.segments = oldSegments;
        scratch.trafficClasses = oldTrafficClasses;
        scratch.endpoints = oldEndpoints;
    }

    /// The other half of a double buffer.
    static final class Scratch {
        private int[] offsets;
        private int[] lengths;
        private int[] segments;
        private byte[] trafficClasses;
        private @Nullable Endpoint[] endpoints;

        Scratch(int maxEntries) {
            offsets = new int[maxEntries];
            lengths = new int[maxEntries];
            segments = new int[maxEntries];
            trafficClasses = new byte[maxEntries];
            endpoints = new @Nullable Endpoint[maxEntries];
        }
    }

    void taken() {
        clear();
        if (!OWNERS.compareAndSet(this, 0, 1)) {
            throw new AssertionError("a batch in the pool had an owner");
        }
    }

    /// Divides the batch among `owners` (1 or more), each of which calls [#done] once. Called by the single owner.
    public void retain(int owners) {
        if (owners < 1 || !OWNERS.compareAndSet(this, 1, owners)) {
            throw new AssertionError("only the single owner of a batch can divide it, by 1 or more");
        }
    }

    /// Ends the part of one owner; the last call returns the batch to its pool. May be called from any thread.
    public void done() {
        int before = (int) OWNERS.getAndAdd(this, -1);
        if (before == 1) {
            returnToPool();
        } else if (before < 1) {
            throw new AssertionError("a batch was done with more often than it had owners");
        }
    }

    /// Returns the batch to its pool. Called by the single owner, from any thread.
    ///
    /// @throws AssertionError when it was released before, or is divided among several owners
    public void release() {
        if (!OWNERS.compareAndSet(this, 1, 0)) {
            throw new AssertionError("a batch was released twice, or while it was divided");
        }
        returnToPool();
    }

    private void returnToPool() {
        if (pool != null) {
            pool.released(this);
        }
    }

    @Override
    public String toString() {
        return "PacketBatch[" + count + " entries, "
                + Arrays.stream(lengths, 0, count).sum() + " bytes, owners " + owners + "]";
    }
}
