package dev.warren.io.offload;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The obvious twin of [GsoSplitter]: arrays, copies, every checksum from scratch. Takes a well-formed frame with its
/// virtio_net_hdr before it.
final class SlowSplitter {
    private SlowSplitter() {}

    static List<byte[]> split(byte[] frame) {
        ByteBuffer vnet = ByteBuffer.wrap(frame).order(ByteOrder.nativeOrder());
        int type = vnet.get(1) & 0x7f;
        int size = vnet.getShort(4) & 0xffff;
        int start = vnet.getShort(6) & 0xffff;
        int field = vnet.getShort(8) & 0xffff;
        byte[] whole = Arrays.copyOfRange(frame, 10, frame.length);
        if (type == 0) {
            if (vnet.get(0) == 1) {
                int sum = ~SlowChecksum.sum(whole, start, whole.length) & 0xffff;
                ByteBuffer.wrap(whole).putShort(start + field, (short) (sum == 0 && field == 6 ? 0xffff : sum));
            }
            return List.of(whole);
        }
        boolean tcp = type != 5;
        int header = start + (tcp ? (whole[start + 12] >>> 4 & 15) * 4 : 8);
        List<byte[]> packets = new ArrayList<>();
        for (int at = header; at < whole.length || packets.isEmpty(); at += size) {
            int end = Math.min(whole.length, at + size);
            byte[] packet = new byte[header + end - at];
            System.arraycopy(whole, 0, packet, 0, header);
            System.arraycopy(whole, at, packet, header, end - at);
            fix(packet, start, packets.size(), at - header, tcp, packets.isEmpty(), end == whole.length);
            packets.add(packet);
        }
        return packets;
    }

    private static void fix(byte[] packet, int start, int k, int skipped, boolean tcp, boolean first, boolean last) {
        ByteBuffer b = ByteBuffer.wrap(packet);
        if (packet[0] >>> 4 == 4) {
            b.putShort(2, (short) packet.length)
                    .putShort(4, (short) (b.getShort(4) + k))
                    .putShort(10, (short) 0);
            b.putShort(10, (short) ~SlowChecksum.sum(packet, 0, (packet[0] & 15) * 4));
        } else {
            b.putShort(4, (short) (packet.length - 40));
        }
        int field = start + (tcp ? 16 : 6);
        if (tcp) {
            b.putInt(start + 4, b.getInt(start + 4) + skipped);
            int flags = packet[start + 13] & (first ? 0xff : 0x7f) & (last ? 0xff : ~0x09);
            b.put(start + 13, (byte) flags);
        } else {
            b.putShort(start + 4, (short) (packet.length - start));
        }
        b.putShort(field, (short) 0);
        int sum = SlowChecksum.add(
                SlowChecksum.pseudo(packet, start, tcp ? 6 : 17), SlowChecksum.sum(packet, start, packet.length));
        sum = ~sum & 0xffff;
        b.putShort(field, (short) (sum == 0 && !tcp ? 0xffff : sum));
    }
}
