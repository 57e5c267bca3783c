package dev.warren.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import dev.warren.io.PacketBatch;
import dev.warren.io.offload.GroCoalescer;
import dev.warren.io.offload.GsoSplitter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfShort;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A train of 45 TCP segments of 1380 bytes each: cut into packets after a TUN read, merged before a TUN write. The
/// score is per packet.
@OperationsPerInvocation(OffloadBenchmark.PACKETS)
public class OffloadBenchmark extends ShortRun {
    static final int PACKETS = 45;

    private static final int MSS = 1380;
    private static final int TCP = 20;
    private static final int TCP_TIMESTAMPS = 12;
    private static final int FRAME_ROOM = 66 * 1024;
    private static final OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final OfInt U32 = JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);

    @Param({"4", "6"})
    public int version;

    private final Arena arena = Arena.ofConfined();
    private final GsoSplitter splitter = new GsoSplitter();
    private final GroCoalescer coalescer = new GroCoalescer(256, true, true);
    private final PacketBatch frame = PacketBatch.unpooled(arena.allocate(FRAME_ROOM, 64), 1);
    private final PacketBatch packets = PacketBatch.unpooled(arena.allocate(2L * FRAME_ROOM, 64), 256);
    private final MemorySegment pristine = arena.allocate(256);
    private final MemorySegment iovecs = arena.allocate((long) GroCoalescer.IOVEC * GroCoalescer.MAX_PACKETS, 8);
    private int header;

    @Setup
    public void frames() {
        int ip = version == 4 ? 20 : 40;
        header = ip + TCP + TCP_TIMESTAMPS;
        int length = header + PACKETS * MSS;
        int at = frame.append(length, MSS, null);
        var slab = frame.slab();
        for (int i = 0; i < length; i++) {
            slab.set(JAVA_BYTE, at + i, (byte) (i * 31));
        }
        virtioNetHeader(slab, at - 10L, ip);
        if (version == 4) {
            slab.set(U32, at, 0x4500_0000 | length);
            slab.set(U32, at + 4, 0x1234_4000);
            slab.set(U32, at + 8, (64 << 24) | (6 << 16));
            slab.set(U32, at + 12, 0x0a00_0001);
            slab.set(U32, at + 16, 0x0a00_0002);
        } else {
            slab.set(U32, at, 6 << 28);
            slab.set(U32, at + 4, ((length - ip) << 16) | (6 << 8) | 64);
        }
        int words = (TCP + TCP_TIMESTAMPS) / 4;
        slab.set(U16, at + ip + 12, (short) ((words << 12) | 0x10)); // data offset, ACK
        slab.set(U32, at + ip + TCP, 0x0101_080a); // two NOPs, timestamps of ten bytes
        MemorySegment.copy(slab, at - 10L, pristine, 0, header + 10);
        splitter.start(frame, 0);
        while (splitter.next()) {
            int to = packets.append(splitter.length(), 0, null);
            MemorySegment.copy(slab, splitter.offset(), packets.slab(), to, splitter.length());
        }
        if (packets.count() != PACKETS || coalescer.plan(packets) != 1) {
            throw new IllegalStateException("The train is not one: " + packets + " in " + coalescer.plan(packets));
        }
    }

    /// flags NEEDS_CSUM, type, header length, segment size, and where the TCP checksum lies: virtio 1.2 §5.1.6.
    private void virtioNetHeader(MemorySegment slab, long at, int ip) {
        slab.set(JAVA_BYTE, at, (byte) 1);
        slab.set(JAVA_BYTE, at + 1, (byte) (version == 4 ? 1 : 4));
        short[] fields = {(short) header, MSS, (short) ip, 16};
        for (int i = 0; i < fields.length; i++) {
            slab.set(JAVA_SHORT_UNALIGNED, at + 2 + i * JAVA_SHORT.byteSize(), fields[i]);
        }
    }

    /// In place, so headers land in payload: what is split next time has other bytes but the same shape.
    @Benchmark
    public long split() {
        MemorySegment.copy(pristine, 0, frame.slab(), frame.offset(0) - 10L, header + 10);
        splitter.start(frame, 0);
        long sum = 0;
        while (splitter.next()) {
            sum += splitter.offset() + splitter.length();
        }
        return sum;
    }

    /// Planning verifies every checksum; filling writes the iovecs.
    @Benchmark
    public int coalesce() {
        int units = coalescer.plan(packets);
        int iovs = 0;
        for (int k = 0; k < units; k++) {
            iovs += coalescer.fill(k, iovecs, 0);
            coalescer.restore(k);
        }
        return iovs;
    }

    @TearDown
    public void close() {
        arena.close();
    }
}
