package dev.warren.io.offload;

import dev.warren.routing.ip.IpFields;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Packets as a tunnel may bring them: bursts of several flows, with everything that must not be merged among them.
final class PacketMix {
    private final RandomGenerator random;
    private final Packet[] flows;
    private final int[] sizes;
    private final boolean[] constantId;

    PacketMix(RandomGenerator random) {
        this.random = random;
        flows = new Packet[1 + random.nextInt(4)];
        sizes = new int[flows.length];
        constantId = new boolean[flows.length];
        for (int i = 0; i < flows.length; i++) {
            flows[i] = Packet.random(random);
            sizes[i] = 1 + random.nextInt(random.nextBoolean() ? 1400 : 60);
            constantId[i] = random.nextInt(4) == 0;
            if (random.nextInt(8) == 0) {
                flows[i].flags |= IpFields.ECE;
            }
        }
    }

    List<byte[]> packets(int count) {
        List<byte[]> packets = new ArrayList<>();
        while (packets.size() < count) {
            int flow = random.nextInt(flows.length);
            for (int burst = 1 + random.nextInt(50); burst > 0 && packets.size() < count; burst--) {
                packets.add(next(flow));
            }
        }
        return packets;
    }

    private byte[] next(int i) {
        Packet p = flows[i];
        int size = random.nextInt(25) == 0 ? random.nextInt(1400) : sizes[i];
        p.payload = Packet.randomBytes(random, size);
        byte[] bytes = random.nextInt(12) == 0 ? odd(p.copy()) : p.bytes();
        p.seq += size;
        p.id += constantId[i] ? 0 : 1;
        if (random.nextInt(20) == 0) {
            drift(p);
        }
        return bytes;
    }

    /// The flow goes on with another ack, window or time.
    private void drift(Packet p) {
        switch (random.nextInt(7)) {
            case 0 -> p.ack += 1000;
            case 1 -> p.window = random.nextInt(65536);
            case 2 -> {
                p.tcpOptions = p.tcpOptions.clone();
                if (p.tcpOptions.length == 12) {
                    p.tcpOptions[7]++;
                }
            }
            case 3 -> p.tos ^= 3;
            case 4 -> p.ttl = 1 + random.nextInt(255);
            case 5 -> p.seq += random.nextInt(3000) - 1500;
            default -> p.id += random.nextInt(4);
        }
    }

    /// One packet of the flow that is different.
    private byte[] odd(Packet p) {
        switch (random.nextInt(14)) {
            case 0 -> p.flags |= IpFields.PSH;
            case 1 -> p.flags |= IpFields.FIN;
            case 2 -> p.flags = random.nextInt(256);
            case 3 -> p.fragment = random.nextInt(65536);
            case 4 -> p.ipOptions = Packet.randomBytes(random, p.v4 ? 4 * random.nextInt(11) : 8 * random.nextInt(4));
            case 5 -> p.tcpOptions = Packet.randomBytes(random, 4 * random.nextInt(11));
            case 6 -> p.udpChecksum = false;
            case 7 -> p.payload = new byte[0];
            case 8 -> p.urgent = random.nextInt(65536);
            case 9 -> p.reserved = random.nextInt(16);
            case 10 -> p.flags |= IpFields.CWR;
            case 11 -> {
                return corrupt(p.bytes());
            }
            case 12 -> {
                byte[] bytes = p.bytes(); // a length that is not true
                ByteBuffer.wrap(bytes).putShort(p.v4 ? 2 : 4, (short) random.nextInt(65536));
                return bytes;
            }
            default -> {
                return Packet.randomBytes(random, 1 + random.nextInt(200));
            }
        }
        return p.bytes();
    }

    private byte[] corrupt(byte[] bytes) {
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }
}
