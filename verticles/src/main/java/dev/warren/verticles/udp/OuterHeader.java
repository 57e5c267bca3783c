package dev.warren.verticles.udp;

import dev.warren.io.Endpoint;
import dev.warren.routing.ip.Checksum;
import dev.warren.routing.ip.IpFields;
import java.lang.foreign.MemorySegment;

/// The IP and UDP headers of a datagram, made from what a socket knows of them. The local address is 0.0.0.0 or `::`
/// where the kernel chooses it; hop limit, flow label, identification and fragment fields are not known: 64 and 0.
final class OuterHeader {
    private static final int HOPS = 64;
    private static final int MAX_LENGTH = IpFields.V6_HEADER + IpFields.UDP_HEADER;

    private final MemorySegment header = MemorySegment.ofArray(new byte[MAX_LENGTH]);

    /// The headers written last.
    MemorySegment bytes() {
        return header;
    }

    /// Writes the headers of a datagram, whose content is the `length` bytes at `at`; their checksums are right.
    ///
    /// @param port of our socket
    /// @return their length in bytes
    int write(
            Endpoint remote, int port, boolean outbound, int trafficClass, MemorySegment content, long at, int length) {
        int datagram = IpFields.UDP_HEADER + length;
        var local = MemorySegment.ofArray(remote.localBytes());
        var other = MemorySegment.ofArray(remote.addressBytes());
        var source = outbound ? local : other;
        var destination = outbound ? other : local;
        int ip = remote.v6()
                ? write6(trafficClass, datagram, source, destination)
                : write4(trafficClass, datagram, source, destination);
        IpFields.u16(header, ip, outbound ? port : remote.port());
        IpFields.u16(header, ip + 2, outbound ? remote.port() : port);
        IpFields.u16(header, ip + IpFields.UDP_LENGTH, datagram);
        long sum = remote.v6() ? IpFields.addresses6(header, 0) : IpFields.addresses4(header, 0);
        sum += IpFields.UDP + datagram + Checksum.halves(IpFields.u32(header, ip)) + datagram;
        int checksum = ~Checksum.fold(sum + Checksum.sum(content, at, length)) & 0xffff;
        IpFields.u16(header, ip + IpFields.UDP_CHECKSUM, checksum == 0 ? 0xffff : checksum); // RFC 768
        return ip + IpFields.UDP_HEADER;
    }

    private int write4(int trafficClass, int datagram, MemorySegment source, MemorySegment destination) {
        IpFields.u16(header, 0, 0x4500 | trafficClass);
        IpFields.u16(header, IpFields.V4_LENGTH, IpFields.V4_HEADER + datagram);
        IpFields.u32(header, IpFields.V4_ID, 0);
        IpFields.u8(header, IpFields.V4_TTL, HOPS);
        IpFields.u8(header, IpFields.V4_PROTOCOL, IpFields.UDP);
        IpFields.u16(header, IpFields.V4_CHECKSUM, 0);
        MemorySegment.copy(source, 0, header, IpFields.V4_SOURCE, source.byteSize());
        MemorySegment.copy(destination, 0, header, IpFields.V4_DESTINATION, destination.byteSize());
        IpFields.u16(header, IpFields.V4_CHECKSUM, ~Checksum.sum(header, 0, IpFields.V4_HEADER));
        return IpFields.V4_HEADER;
    }

    private int write6(int trafficClass, int datagram, MemorySegment source, MemorySegment destination) {
        IpFields.u32(header, 0, 6 << 28 | trafficClass << 20);
        IpFields.u16(header, IpFields.V6_LENGTH, datagram);
        IpFields.u16(header, IpFields.V6_NEXT, IpFields.UDP << 8 | HOPS);
        MemorySegment.copy(source, 0, header, IpFields.V6_SOURCE, source.byteSize());
        MemorySegment.copy(destination, 0, header, IpFields.V6_DESTINATION, destination.byteSize());
        return IpFields.V6_HEADER;
    }
}
