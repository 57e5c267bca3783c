package dev.warren.io.offload;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.warren.io.PacketBatch;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Moves packets between arrays and batches, and plays the kernel and the sealing consumer.
final class Frames {
    private Frames() {}

    /// A virtio_net_hdr with a frame behind it.
    static byte[] frame(int flags, int type, int headerLength, int size, int start, int field, byte[] packet) {
        return ByteBuffer.allocate(10 + packet.length)
                .order(ByteOrder.nativeOrder())
                .put((byte) flags)
                .put((byte) type)
                .putShort((short) headerLength)
                .putShort((short) size)
                .putShort((short) start)
                .putShort((short) field)
                .put(packet)
                .array();
    }

    static byte[] read(MemorySegment slab, long at, int length) {
        var bytes = new byte[length];
        MemorySegment.copy(slab, JAVA_BYTE, at, bytes, 0, length);
        return bytes;
    }

    static void write(MemorySegment slab, long at, byte[] bytes) {
        MemorySegment.copy(bytes, 0, slab, JAVA_BYTE, at, bytes.length);
    }

    /// Adds a packet as a single entry.
    static void add(PacketBatch batch, byte[] packet) {
        write(batch.slab(), batch.append(packet.length, 0, null), packet);
    }

    /// Adds a frame as a TUN read does: IP header at the entry's offset, the virtio_net_hdr before it.
    static void addFrame(PacketBatch batch, byte[] frame) {
        int size = ByteBuffer.wrap(frame).order(ByteOrder.nativeOrder()).getShort(4) & 0xffff;
        write(batch.slab(), batch.append(frame.length - 10, size, null) - 10, frame);
    }

    /// What writev would hand to the kernel.
    static byte[] gather(PacketBatch batch, MemorySegment iovecs, int count) {
        long base = batch.slab().address();
        var frame = new byte[70_000];
        int length = 0;
        for (int i = 0; i < count; i++) {
            long at = iovecs.get(JAVA_LONG, 16L * i) - base;
            int bytes = Math.toIntExact(iovecs.get(JAVA_LONG, 16L * i + 8));
            MemorySegment.copy(batch.slab(), JAVA_BYTE, at, frame, length, bytes);
            length += bytes;
        }
        return java.util.Arrays.copyOf(frame, length);
    }

    /// Splits entry 0 as a consumer does that copies each packet away and then spoils what it may spoil: 64 bytes
    /// before the packet, and for the time of its work the bytes behind it.
    static List<byte[]> split(GsoSplitter splitter, PacketBatch batch, int entry) {
        List<byte[]> packets = new ArrayList<>();
        int count = splitter.start(batch, entry);
        if (count < 0) {
            return packets;
        }
        while (splitter.next()) {
            packets.add(read(batch.slab(), splitter.offset(), splitter.length()));
            batch.slab().asSlice(splitter.offset() - 64, 64).fill((byte) 0xee);
        }
        if (packets.size() != count) {
            throw new AssertionError("announced " + count + " packets, made " + packets.size());
        }
        return packets;
    }
}
