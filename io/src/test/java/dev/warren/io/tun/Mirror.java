package dev.warren.io.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.warren.io.PacketBatch;
import dev.warren.io.ffm.Libc;
import dev.warren.io.offload.GsoSplitter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/// The far side of a TUN: sends every packet back with its addresses swapped, so that this host talks to itself through
/// the interface. Sums of pseudo-headers do not change by that, so no checksum does either.
final class Mirror implements AutoCloseable {
    private final LinuxTun tun;
    private final Libc libc = new Libc();
    private final PacketBatch frames = PacketBatch.unpooled(Arena.ofAuto().allocate(LinuxTun.READ_SLAB, 64), 256);
    private final PacketBatch packets = PacketBatch.unpooled(Arena.ofAuto().allocate(2 << 20, 64), 4096);
    private final GsoSplitter splitter = new GsoSplitter();
    private final Thread thread = new Thread(this::run);
    private volatile boolean stop;
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger malformed = new AtomicInteger();

    Mirror(LinuxTun tun) {
        this.tun = tun;
    }

    Mirror start() {
        thread.start();
        return this;
    }

    private void run() {
        while (!stop) {
            if (libc.poll(tun.fd(), Libc.POLLIN, 50) == 0) continue;
            if (turn() < 0) return;
        }
    }

    /// One batch there and back. Returns what the read said.
    int turn() {
        frames.clear();
        int got = tun.read(frames);
        packets.clear();
        for (int i = 0; i < frames.count(); i++) {
            if (splitter.start(frames, i) < 0) {
                malformed.incrementAndGet();
                continue;
            }
            while (splitter.next()) {
                if (packets.full() || packets.room() < splitter.length()) flush();
                int at = packets.append(splitter.length(), 0, null);
                MemorySegment.copy(frames.slab(), splitter.offset(), packets.slab(), at, splitter.length());
                swap(packets.slab(), at);
            }
        }
        flush();
        return got;
    }

    private void flush() {
        lost.addAndGet(tun.write(packets));
        packets.clear();
    }

    /// Makes an IPv4 UDP packet one of the same flow in the other direction.
    static void answer(MemorySegment slab, long at) {
        swap(slab, at);
        short source = slab.get(JAVA_SHORT_UNALIGNED, at + 20);
        slab.set(JAVA_SHORT_UNALIGNED, at + 20, slab.get(JAVA_SHORT_UNALIGNED, at + 22));
        slab.set(JAVA_SHORT_UNALIGNED, at + 22, source);
    }

    private static void swap(MemorySegment slab, long at) {
        boolean v4 = (slab.get(JAVA_BYTE, at) & 0xf0) == 0x40;
        long source = at + (v4 ? 12 : 8);
        int size = v4 ? 4 : 16;
        for (int i = 0; i < size; i++) {
            byte kept = slab.get(JAVA_BYTE, source + i);
            slab.set(JAVA_BYTE, source + i, slab.get(JAVA_BYTE, source + size + i));
            slab.set(JAVA_BYTE, source + size + i, kept);
        }
    }

    /// Packets the TUN did not take.
    int lost() {
        return lost.get();
    }

    /// Frames that made no sense.
    int malformed() {
        return malformed.get();
    }

    @Override
    public void close() {
        stop = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
