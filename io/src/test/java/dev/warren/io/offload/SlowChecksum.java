package dev.warren.io.offload;

import java.nio.ByteBuffer;

/// RFC 1071 word by word, with nothing clever.
final class SlowChecksum {
    private SlowChecksum() {}

    static int sum(byte[] bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i += 2) {
            int high = bytes[i] & 0xff;
            int low = i + 1 < to ? bytes[i + 1] & 0xff : 0;
            sum = add(sum, high << 8 | low);
        }
        return sum;
    }

    static int add(int a, int b) {
        int sum = a + b;
        return sum > 0xffff ? sum - 0xffff : sum;
    }

    static int pseudo(byte[] packet, int transport, int protocol) {
        boolean v4 = packet[0] >>> 4 == 4;
        int sum = v4 ? sum(packet, 12, 20) : sum(packet, 8, 40);
        return add(add(sum, protocol), packet.length - transport);
    }

    static boolean validIpv4(byte[] packet) {
        return packet[0] >>> 4 != 4 || sum(packet, 0, (packet[0] & 15) * 4) == 0xffff;
    }

    static boolean validTransport(byte[] packet, int transport, int protocol) {
        return add(pseudo(packet, transport, protocol), sum(packet, transport, packet.length)) == 0xffff;
    }

    static int u16(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).getShort(at) & 0xffff;
    }
}
