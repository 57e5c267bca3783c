package dev.warren.io.offload;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// One IP packet to be, field by field, for tests. [#bytes] makes it with right checksums.
final class Packet {
    boolean v4 = true;
    boolean tcp = true;
    int tos;
    int id;
    int fragment = 0x4000;
    int ttl = 64;
    byte[] source = {10, 0, 0, 1};
    byte[] destination = {10, 0, 0, 2};
    int flow;
    /// IPv4 options, or IPv6 extension headers whose first is of type [#extension].
    byte[] ipOptions = {};

    int extension = 60;
    int sourcePort = 40000;
    int destinationPort = 5201;
    int seq;
    int ack = 7;
    int flags = 0x10;
    int reserved;
    int window = 501;
    int urgent;
    byte[] tcpOptions = {};
    boolean udpChecksum = true;
    byte[] payload = {};

    Packet copy() {
        var p = new Packet();
        p.v4 = v4;
        p.tcp = tcp;
        p.tos = tos;
        p.id = id;
        p.fragment = fragment;
        p.ttl = ttl;
        p.source = source;
        p.destination = destination;
        p.flow = flow;
        p.ipOptions = ipOptions;
        p.extension = extension;
        p.sourcePort = sourcePort;
        p.destinationPort = destinationPort;
        p.seq = seq;
        p.ack = ack;
        p.flags = flags;
        p.reserved = reserved;
        p.window = window;
        p.urgent = urgent;
        p.tcpOptions = tcpOptions;
        p.udpChecksum = udpChecksum;
        p.payload = payload;
        return p;
    }

    static Packet random(RandomGenerator random) {
        var p = new Packet();
        p.v4 = random.nextBoolean();
        p.tcp = random.nextInt(3) > 0;
        int length = p.v4 ? 4 : 16;
        p.source = randomBytes(random, length);
        p.destination = randomBytes(random, length);
        p.tos = random.nextInt(4) == 0 ? random.nextInt(256) : 0;
        p.ttl = 1 + random.nextInt(255);
        p.flow = random.nextInt(1 << 20);
        p.id = random.nextInt(65536);
        p.fragment = random.nextBoolean() ? 0x4000 : 0;
        p.sourcePort = random.nextInt(65536);
        p.destinationPort = random.nextInt(65536);
        p.seq = random.nextInt(3) == 0 ? -random.nextInt(5000) : random.nextInt();
        p.ack = random.nextInt();
        p.window = random.nextInt(65536);
        if (random.nextBoolean()) { // NOP NOP timestamps
            p.tcpOptions = ByteBuffer.allocate(12)
                    .putInt(0x0101080a)
                    .putInt(random.nextInt())
                    .putInt(random.nextInt())
                    .array();
        }
        return p;
    }

    static byte[] randomBytes(RandomGenerator random, int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    int transport() {
        return (v4 ? 20 : 40) + ipOptions.length;
    }

    int header() {
        return transport() + (tcp ? 20 + tcpOptions.length : 8);
    }

    byte[] bytes() {
        int length = header() + payload.length;
        ByteBuffer b = ByteBuffer.allocate(length);
        int protocol = tcp ? 6 : 17;
        if (v4) {
            b.put((byte) (0x40 | transport() / 4)).put((byte) tos).putShort((short) length);
            b.putShort((short) id)
                    .putShort((short) fragment)
                    .put((byte) ttl)
                    .put((byte) protocol)
                    .putShort((short) 0);
            b.put(source).put(destination).put(ipOptions);
            b.putShort(10, (short) ~SlowChecksum.sum(b.array(), 0, transport()));
        } else {
            b.putInt(6 << 28 | tos << 20 | flow).putShort((short) (length - 40));
            b.put((byte) (ipOptions.length > 0 ? extension : protocol))
                    .put((byte) ttl)
                    .put(source)
                    .put(destination);
            if (ipOptions.length > 0) {
                b.put((byte) protocol).put((byte) (ipOptions.length / 8 - 1));
                b.put(ipOptions, 2, ipOptions.length - 2);
            }
        }
        b.putShort((short) sourcePort).putShort((short) destinationPort);
        if (tcp) {
            b.putInt(seq)
                    .putInt(ack)
                    .put((byte) ((5 << 4) + (tcpOptions.length << 2) + reserved))
                    .put((byte) flags);
            b.putShort((short) window)
                    .putShort((short) 0)
                    .putShort((short) urgent)
                    .put(tcpOptions);
        } else {
            b.putShort((short) (8 + payload.length)).putShort((short) 0);
        }
        b.put(payload);
        int field = transport() + (tcp ? 16 : 6);
        if (tcp || udpChecksum) {
            int sum = ~SlowChecksum.add(pseudo(b.array()), SlowChecksum.sum(b.array(), transport(), length)) & 0xffff;
            b.putShort(field, (short) (sum == 0 && !tcp ? 0xffff : sum));
        }
        return b.array();
    }

    /// The pseudo-header's sum, not inverted: what stands in the field of a NEEDS_CSUM frame.
    int pseudo(byte[] packet) {
        return SlowChecksum.pseudo(packet, transport(), tcp ? 6 : 17);
    }

    /// The frame a kernel would give us: checksum field with the pseudo-header's sum.
    byte[] partial() {
        byte[] bytes = bytes();
        ByteBuffer.wrap(bytes).putShort(transport() + (tcp ? 16 : 6), (short) pseudo(bytes));
        return bytes;
    }

    static boolean atomic(byte[] packet) {
        return packet[0] >>> 4 == 4 && (packet[6] & 0x40) != 0;
    }

    /// The packet without IPv4 id and header checksum, which mean nothing when it is never fragmented (RFC 6864).
    static byte[] withoutId(byte[] packet) {
        byte[] copy = packet.clone();
        Arrays.fill(copy, 4, 6, (byte) 0);
        Arrays.fill(copy, 10, 12, (byte) 0);
        return copy;
    }
}
