package dev.warren.routing.ip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// IPv4 (RFC 791 §3.1) and IPv6 (RFC 8200 §3) headers, read in place. All methods but [#validate] and
/// [#version] require a packet that has passed [#validate].
public final class IpHeader {
    private IpHeader() {}

    /// The version field: 4 or 6, or any value from 0 to 15 before [#validate]. Reads one byte.
    public static int version(MemorySegment segment, long at) {
        return segment.get(JAVA_BYTE, at) >> 4 & 0xf;
    }

    /// Length of the header in bytes: IPv4 with options (IHL), IPv6 without extension headers.
    public static int length(MemorySegment segment, long at) {
        return version(segment, at) == 4 ? 4 * (segment.get(JAVA_BYTE, at) & 0xf) : IpFields.V6_HEADER;
    }

    /// Length of the whole packet in bytes by its header: IPv4 total length, IPv6 payload length + 40.
    public static int totalLength(MemorySegment segment, long at) {
        return version(segment, at) == 4
                ? IpFields.u16(segment, at + IpFields.V4_LENGTH)
                : IpFields.V6_HEADER + IpFields.u16(segment, at + IpFields.V6_LENGTH);
    }

    /// Checks the header and returns the length of the packet at `at` without padding after it, in bytes;
    /// -1 when it is not a whole IP packet. Reads nothing beyond the `available` bytes.
    ///
    /// @param available bytes at `at`: a packet and maybe padding
    public static int validate(MemorySegment segment, long at, int available) {
        if (available < IpFields.V4_HEADER) {
            return -1;
        }
        int least =
                switch (version(segment, at)) {
                    case 4 -> IpFields.V4_HEADER;
                    case 6 -> IpFields.V6_HEADER;
                    default -> Integer.MAX_VALUE;
                };
        if (available < least) {
            return -1;
        }
        int header = length(segment, at);
        int total = totalLength(segment, at);
        return header < least || total < header || total > available ? -1 : total;
    }

    /// The two ECN bits (RFC 3168).
    public static int ecn(MemorySegment segment, long at) {
        return trafficClass(segment, at) & 3;
    }

    /// Type of service or traffic class: six bits of DSCP and two of ECN.
    public static int trafficClass(MemorySegment segment, long at) {
        return version(segment, at) == 4
                ? segment.get(JAVA_BYTE, at + 1) & 0xff
                : IpFields.u16(segment, at) >> 4 & 0xff;
    }

    /// IPv4 protocol or IPv6 next header.
    public static int protocol(MemorySegment segment, long at) {
        return segment.get(JAVA_BYTE, at + (version(segment, at) == 4 ? IpFields.V4_PROTOCOL : IpFields.V6_NEXT))
                & 0xff;
    }
}
