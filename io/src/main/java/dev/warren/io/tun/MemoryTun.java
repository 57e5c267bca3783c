package dev.warren.io.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.TunDevice;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.TunCounter;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.EventFd;
import dev.warren.io.offload.VirtioNetHeader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;

/// A TUN in memory, for tests: [#read] reads the frames of [#inject], and [#written] has the packets of
/// [#write]. Its descriptor is an eventfd, so that the same event loop watches it. [#inject] and [#written]
/// may be used from any thread.
public final class MemoryTun implements TunDevice {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Frame(byte[] header, byte[] packet) {}

    private static final byte[] NO_OFFLOAD = new byte[VirtioNetHeader.LENGTH];

    private final String name;
    private final EventFd event = new EventFd();
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private final BlockingQueue<byte[]> written = new LinkedBlockingQueue<>();
    private final int mtu;
    private boolean gone;
    private boolean closed;
    private CounterRow<TunCounter> counters = CounterRow.single(TunCounter.class);

    public MemoryTun(String name, int mtu) {
        this.name = name;
        this.mtu = mtu;
    }

    /// A device with several queues, each with its own frames and written packets.
    public static List<MemoryTun> queues(String name, int mtu, int count) {
        return IntStream.range(0, count).mapToObj(_ -> new MemoryTun(name, mtu)).toList();
    }

    /// Adds an IP packet to those that can be read. The bytes are copied.
    public void inject(byte[] packet) {
        inject(NO_OFFLOAD, packet);
    }

    /// Adds a frame to those that can be read, with its virtio_net_hdr (10 bytes, native order). The bytes are copied.
    ///
    /// @throws IllegalArgumentException for a header of another length
    public synchronized void inject(byte[] header, byte[] packet) {
        if (header.length != VirtioNetHeader.LENGTH) throw new IllegalArgumentException("a header has 10 bytes");
        if (closed) return;
        frames.add(new Frame(header.clone(), packet.clone()));
        event.signal(true);
    }

    /// Number of frames injected and not read yet.
    public synchronized int waiting() {
        return frames.size();
    }

    /// The packets written so far and not taken, oldest first.
    public BlockingQueue<byte[]> written() {
        return written;
    }

    /// Behaves as when the interface is deleted: reads and writes fail with EBADFD, and the descriptor is readable.
    public synchronized void delete() {
        gone = true;
        event.signal(true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public synchronized int fd() {
        return event.fd();
    }

    @Override
    public synchronized int read(PacketBatch batch) {
        if (closed) return -Errno.EBADF;
        if (gone) return -Errno.EBADFD;
        int count = 0;
        while (!frames.isEmpty() && !batch.full() && batch.room() >= PacketBatch.MAX_PACKET) {
            Frame frame = frames.remove();
            int at = batch.nextOffset();
            copy(frame.header, batch.slab(), at - VirtioNetHeader.LENGTH);
            copy(frame.packet, batch.slab(), at);
            boolean whole =
                    VirtioNetHeader.gsoType(batch.slab(), at - VirtioNetHeader.LENGTH) == VirtioNetHeader.GSO_NONE;
            int segment = whole ? 0 : VirtioNetHeader.gsoSize(batch.slab(), at - VirtioNetHeader.LENGTH);
            batch.add(at, frame.packet.length, segment, null);
            count++;
        }
        if (frames.isEmpty()) event.signal(false);
        counters.add(TunCounter.READ_FRAMES, count);
        return count;
    }

    private static void copy(byte[] from, MemorySegment to, long at) {
        MemorySegment.copy(from, 0, to, JAVA_BYTE, at, from.length);
    }

    @Override
    public synchronized int write(PacketBatch batch) {
        int lost = 0;
        for (int i = 0; i < batch.count(); i++) {
            if (batch.length(i) == 0) continue;
            if (closed || gone) {
                lost++;
                continue;
            }
            written.add(batch.slab().asSlice(batch.offset(i), batch.length(i)).toArray(JAVA_BYTE));
            counters.increment(TunCounter.WRITE_PACKETS);
        }
        return lost;
    }

    @Override
    public synchronized boolean attached() {
        return !gone;
    }

    @Override
    public List<Offload> offloads() {
        return List.of();
    }

    @Override
    public void onOffloadLost(Runnable action) {
        // There are none.
    }

    @Override
    public synchronized void counters(CounterRow<TunCounter> row) {
        counters = row;
    }

    @Override
    public synchronized CounterRow<TunCounter> counters() {
        return counters;
    }

    @Override
    public synchronized void close() {
        closed = true;
        frames.clear();
        event.close();
    }
}
