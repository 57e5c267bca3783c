package dev.warren.io.tun;

import static dev.warren.routing.ip.IpFields.u16;
import static dev.warren.routing.ip.IpFields.u32;
import static dev.warren.routing.ip.IpFields.u8;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.Libc;
import dev.warren.io.offload.VirtioNetHeader;
import dev.warren.routing.ip.Checksum;
import dev.warren.routing.ip.IpFields;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Probes whether a TUN takes coalesced frames: some kernels (6.6.44, 6.1.103) fail them with EINVAL, above
/// all when the last segment is shorter. The packet written is from and to 0.0.0.1 with a TTL of 0:
/// a martian that no stack delivers, forwards or answers. On an interface that is down the kernel checks it
/// first, then fails with EIO.
final class GroProbe {
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
            int transport = udp ? IpFields.UDP_HEADER : IpFields.TCP_HEADER;
            int total = IpFields.V4_HEADER + transport + PAYLOAD;
            MemorySegment frame = arena.allocate(VirtioNetHeader.LENGTH + total, 8);
            VirtioNetHeader.write(
                    frame,
                    0,
                    VirtioNetHeader.NEEDS_CSUM,
                    udp ? VirtioNetHeader.GSO_UDP_L4 : VirtioNetHeader.GSO_TCPV4,
                    IpFields.V4_HEADER + transport,
                    SEGMENT,
                    IpFields.V4_HEADER,
                    udp ? IpFields.UDP_CHECKSUM : IpFields.TCP_CHECKSUM);
            long ip = VirtioNetHeader.LENGTH;
            u8(frame, ip, 0x45);
            u16(frame, ip + IpFields.V4_LENGTH, total);
            u8(frame, ip + IpFields.V4_PROTOCOL, udp ? IpFields.UDP : IpFields.TCP);
            u32(frame, ip + IpFields.V4_SOURCE, 1); // 0.0.0.1
            u32(frame, ip + IpFields.V4_DESTINATION, 1); // 0.0.0.1
            u16(frame, ip + IpFields.V4_CHECKSUM, ~Checksum.sum(frame, ip, IpFields.V4_HEADER));
            long l4 = ip + IpFields.V4_HEADER;
            if (udp) {
                u16(frame, l4 + IpFields.UDP_LENGTH, IpFields.UDP_HEADER + PAYLOAD);
            } else {
                u8(frame, l4 + IpFields.TCP_DATA_OFFSET, 0x50); // header of 20 bytes
                u8(frame, l4 + IpFields.TCP_FLAGS, IpFields.ACK);
            }
            return libc.write(fd, frame, 0, frame.byteSize()) != -Errno.EINVAL;
        }
    }
}
