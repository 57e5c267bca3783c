package dev.warren.routing.ip;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Packets for tests.
public final class Packets {
    private Packets() {}

    public static byte[] v4(String source, String destination, int protocol, int payload) {
        var packet = ByteBuffer.allocate(20 + payload);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) (20 + payload));
        packet.putShort((short) 0xbeef).putShort((short) 0);
        packet.put((byte) 64).put((byte) protocol).putShort((short) 0);
        packet.put(IpAddress.parse(source).bytes())
                .put(IpAddress.parse(destination).bytes());
        return filled(packet.array(), packet.position());
    }

    public static byte[] v6(String source, String destination, int next, int payload) {
        var packet = ByteBuffer.allocate(40 + payload);
        packet.putInt(6 << 28).putShort((short) payload).put((byte) next).put((byte) 64);
        packet.put(IpAddress.parse(source).bytes())
                .put(IpAddress.parse(destination).bytes());
        return filled(packet.array(), packet.position());
    }

    /// One without payload, whose addresses are of one family.
    public static MemorySegment between(IpAddress source, IpAddress destination) {
        var from = source.toString();
        var to = destination.toString();
        return MemorySegment.ofArray(source.family() == IpFamily.V4 ? v4(from, to, 59, 0) : v6(from, to, 59, 0));
    }

    private static byte[] filled(byte[] packet, int header) {
        for (int i = header; i < packet.length; i++) {
            packet[i] = (byte) ((i - header) * 31 + 8);
        }
        return packet;
    }
}
