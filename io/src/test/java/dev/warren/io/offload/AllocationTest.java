package dev.warren.io.offload;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.BatchPool;
import dev.warren.io.PacketBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AllocationTest {
    private static final int TRAIN = 45;

    private final GsoSplitter splitter = new GsoSplitter();
    private final GroCoalescer coalescer = new GroCoalescer(64, true, true);
    private final Object[] peers = {new Object(), new Object(), new Object()};
    private final Object[] owners = new Object[64];

    @Test
    void theSteadyStateAllocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var p = new Packet();
        p.payload = new byte[TRAIN * 100];
        byte[] frame = Frames.frame(1, 1, 40, 100, 20, 16, p.partial());
        try (var arena = Arena.ofConfined();
                var pool = new BatchPool(2, 70_000, 64, Runnable::run, () -> true)) {
            MemorySegment source = arena.allocate(frame.length);
            Frames.write(source, 0, frame);
            MemorySegment iovecs = arena.allocate(64L * GroCoalescer.IOVEC, 8);
            long least = Long.MAX_VALUE; // until the compiler got to it, which takes as long as the machine lets it
            for (int window = 0; window < 100 && least >= 200 * TRAIN / 8; window++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 200; i++) {
                    round(pool, source, iovecs);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least < 200 * TRAIN / 8, least + " bytes for " + 200 * TRAIN + " packets");
        }
    }

    private void round(BatchPool pool, MemorySegment source, MemorySegment iovecs) {
        PacketBatch in = Objects.requireNonNull(pool.take());
        PacketBatch out = Objects.requireNonNull(pool.take());
        int length = (int) source.byteSize() - 10;
        int at = in.append(length, 100, null);
        MemorySegment.copy(source, 0, in.slab(), at - 10L, length + 10L);
        if (splitter.start(in, 0) != TRAIN) {
            throw new AssertionError();
        }
        while (splitter.next()) {
            int to = out.append(splitter.length(), 0, null);
            MemorySegment.copy(in.slab(), splitter.offset(), out.slab(), to, splitter.length());
        }
        if (coalescer.plan(out) != 1 || coalescer.fill(0, iovecs, 0) != TRAIN) {
            throw new AssertionError();
        }
        for (int i = 0; i < TRAIN; i++) {
            owners[i] = peers[i % 3];
        }
        int runs = out.group(owners);
        out.retain(runs);
        for (int k = 0; k < runs; k++) {
            out.run(k).done();
        }
        in.release();
    }
}
