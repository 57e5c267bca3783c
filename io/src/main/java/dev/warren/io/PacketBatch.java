package dev.warren.io;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One off-heap slab and a list of what lies in it. An entry is a *train*: `length` bytes at `offset`, cut
/// every `segment` bytes; with segment 0, or not less than the length, it is a single packet.
///
/// A batch has one holder at a time. Giving it away ends every right to it. The holder may divide it
/// ([#group] and [#retain]); then each part's holder says [#done] once and the last one returns the batch
/// to its pool. Nothing here is thread-safe but [#done] and [#release].
///
/// Content is never zeroed: bytes outside the entries are whatever was there before.
public final class PacketBatch {
    /// Free bytes kept before every entry and behind the last one.
    public static final int MARGIN = 128;
    /// Entries made by [#append] begin at a multiple of this.
    public static final int ALIGNMENT = 64;

    private static final VarHandle HOLDERS;

    static {
        try {
            HOLDERS = MethodHandles.lookup().findVarHandle(PacketBatch.class, "holders", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemorySegment slab;
    private final long slabSize;
    private final @Nullable BatchPool pool;
    /// What a foreign thread hands to the owner's executor; made once.
    final Runnable returning;

    private int[] offsets;
    private int[] lengths;
    private int[] segments;
    private byte[] trafficClasses;
    private @Nullable Endpoint[] endpoints;
    private int count;
    private int used;

    private final RunTable runs;

    @SuppressWarnings("unused") // through HOLDERS
    private volatile int holders;

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

    /// A batch without a pool, held by the caller; when it is released nothing happens. The slab stays the caller's.
    public static PacketBatch unpooled(MemorySegment slab, int maxEntries) {
        var batch = new PacketBatch(slab, maxEntries, null);
        batch.taken();
        return batch;
    }

    /// The memory, bounded. Only the holder touches it.
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

    /// Most entries.
    public int capacity() {
        return offsets.length;
    }

    /// True when no further entry has a place in the list.
    public boolean full() {
        return count == offsets.length;
    }

    /// Where entry i begins in the slab.
    public int offset(int i) {
        return offsets[i];
    }

    /// Bytes of entry i.
    public int length(int i) {
        return lengths[i];
    }

    /// Bytes between the cuts of entry i; 0 when it is a single packet.
    public int segment(int i) {
        return segments[i];
    }

    /// Where entry i came from or goes to; null inside the TUN side.
    public @Nullable Endpoint endpoint(int i) {
        return endpoints[i];
    }

    /// The traffic class (DSCP and ECN, RFC 2474 and 3168) that the datagrams of entry i came with or leave with, 0 to
    /// 255; 0 unless it was given.
    public int trafficClass(int i) {
        return trafficClasses[i] & 0xff;
    }

    /// Number of packets in entry i.
    public int packets(int i) {
        int segment = segments[i];
        int length = lengths[i];
        return segment <= 0 || segment >= length ? 1 : (length + segment - 1) / segment;
    }

    /// The first byte behind all entries; 0 when there are none.
    public int used() {
        return used;
    }

    /// Where the next entry best begins: aligned, with the margin before it.
    public int nextOffset() {
        return (used + MARGIN + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// Most bytes an entry at [#nextOffset] may have so that the margin behind it is kept; negative when there is no
    /// room.
    public int room() {
        return (int) slabSize - MARGIN - nextOffset();
    }

    /// Notes `length` bytes at `offset` as the next entry. Margins before the first and behind the last byte of the
    /// slab are checked; that entries keep apart is the caller's care.
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

    /// Notes an entry at [#nextOffset] and returns that offset.
    public int append(int length, int segment, @Nullable Endpoint endpoint) {
        int offset = nextOffset();
        add(offset, length, segment, endpoint);
        return offset;
    }

    /// Changes entry i, for instance when it was trimmed or sealed.
    public void set(int i, int offset, int length, int segment, @Nullable Endpoint endpoint) {
        Objects.checkIndex(i, count);
        check(offset, length);
        offsets[i] = offset;
        lengths[i] = length;
        segments[i] = segment;
        endpoints[i] = endpoint;
        used = Math.max(used, offset + length);
    }

    /// Changes where entry i goes.
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

    /// Forgets all entries. The bytes stay.
    public void clear() {
        count = 0;
        used = 0;
    }

    /// Permutes the entries so that those of one owner are neighbours, in the order in which owners first
    /// appear and with the order within an owner kept. Owners are told apart by identity. An entry without
    /// one goes to nobody: such entries end up behind all others, in no run. Costs one pass of compares
    /// when there is but one owner.
    ///
    /// @param ownerOfEntry the owner of each entry; only read
    /// @return the number of runs; they are at [#run], valid until the batch is back or grouped anew
    public int group(@Nullable Object[] ownerOfEntry) {
        return runs.group(ownerOfEntry, count);
    }

    /// Run k of the last [#group].
    public PacketRun run(int k) {
        return runs.run(k);
    }

    /// For RunTable: entry `i` of the old order goes to place `places[i]`.
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
        if (!HOLDERS.compareAndSet(this, 0, 1)) {
            throw new AssertionError("a batch in the pool was held");
        }
    }

    /// The only holder divides the batch among `holders` (at least 1) others, each of which calls [#done] once.
    public void retain(int holders) {
        if (holders < 1 || !HOLDERS.compareAndSet(this, 1, holders)) {
            throw new AssertionError("only the one holder of a batch can divide it, by 1 or more");
        }
    }

    /// One of the holders needs the batch no more; the last one returns it to its pool. Any thread.
    public void done() {
        int before = (int) HOLDERS.getAndAdd(this, -1);
        if (before == 1) {
            goHome();
        } else if (before < 1) {
            throw new AssertionError("a batch was done with more often than it was held");
        }
    }

    /// The only holder returns the batch to its pool. Any thread. Twice is an error of ours, and so is a release
    /// while others hold parts.
    public void release() {
        if (!HOLDERS.compareAndSet(this, 1, 0)) {
            throw new AssertionError("a batch was released twice, or while it was divided");
        }
        goHome();
    }

    private void goHome() {
        if (pool != null) {
            pool.released(this);
        }
    }

    @Override
    public String toString() {
        return "PacketBatch[" + count + " entries, "
                + Arrays.stream(lengths, 0, count).sum() + " bytes, held by " + holders + "]";
    }
}
