package dev.warren.io.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.Libc;
import dev.warren.io.offload.VirtioNetHeader;
import dev.warren.routing.ip.Checksum;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Finds out whether a TUN takes coalesced packets: some kernels (6.6.44, 6.1.103) answer EINVAL to them,
/// above all when the last segment is shorter. The packet written is from and to 0.0.0.1 with a TTL
/// of 0: a martian that no stack delivers, forwards or answers. On an interface that is down the kernel
/// looks at it, then says EIO.
final class GroProbe {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int IP = 20;
    private static final int SEGMENT = 100;
    private static final int PAYLOAD = 150;

    private final Libc libc;
    private final int fd;

    GroProbe(Libc libc, int fd) {
        this.libc = libc;
        this.fd = fd;
    }

    boolean accepts(boolean udp) {
        try (var arena = Arena.ofConfined()) {
            int transport = udp ? 8 : 20;
            int total = IP + transport + PAYLOAD;
            MemorySegment frame = arena.allocate(VirtioNetHeader.LENGTH + total, 8);
            VirtioNetHeader.write(
                    frame,
                    0,
                    VirtioNetHeader.NEEDS_CSUM,
                    udp ? VirtioNetHeader.GSO_UDP_L4 : VirtioNetHeader.GSO_TCPV4,
                    IP + transport,
                    SEGMENT,
                    IP,
                    udp ? 6 : 16);
            long ip = VirtioNetHeader.LENGTH;
            frame.set(JAVA_BYTE, ip, (byte) 0x45);
            frame.set(U16, ip + 2, (short) total);
            frame.set(JAVA_BYTE, ip + 9, (byte) (udp ? 17 : 6));
            frame.set(JAVA_BYTE, ip + 15, (byte) 1); // source 0.0.0.1
            frame.set(JAVA_BYTE, ip + 19, (byte) 1); // destination 0.0.0.1
            frame.set(U16, ip + 10, (short) ~Checksum.sum(frame, ip, IP));
            long l4 = ip + IP;
            if (udp) {
                frame.set(U16, l4 + 4, (short) (8 + PAYLOAD));
            } else {
                frame.set(JAVA_BYTE, l4 + 12, (byte) 0x50); // header of 20 bytes
                frame.set(JAVA_BYTE, l4 + 13, (byte) 0x10); // ACK
            }
            return libc.write(fd, frame, 0, frame.byteSize()) != -Errno.EINVAL;
        }
    }
}
