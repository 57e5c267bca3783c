package dev.warren.routing.ip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout.OfShort;

/// IPv4 (RFC 791 §3.1) and IPv6 (RFC 8200 §3) headers, read in place. All methods but [#validate] and
/// [#version] require a packet that has passed [#validate].
public final class IpHeader {
    public static final int V4_LENGTH = 20;
    public static final int V4_SOURCE = 12;
    public static final int V4_DESTINATION = 16;
    public static final int V6_LENGTH = 40;
    public static final int V6_SOURCE = 8;
    public static final int V6_DESTINATION = 24;

    private static final int V4_TOTAL_LENGTH = 2;
    private static final int V4_PROTOCOL = 9;
    private static final int V6_PAYLOAD_LENGTH = 4;
    private static final int V6_NEXT_HEADER = 6;
    private static final OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);

    private IpHeader() {}

    /// The version field: 4 or 6, or any value from 0 to 15 before [#validate]. Reads one byte.
    public static int version(MemorySegment segment, long at) {
        return segment.get(JAVA_BYTE, at) >> 4 & 0xf;
    }

    /// Length of the header in bytes: IPv4 with options (IHL), IPv6 without extension headers.
    public static int length(MemorySegment segment, long at) {
        return version(segment, at) == 4 ? 4 * (segment.get(JAVA_BYTE, at) & 0xf) : V6_LENGTH;
    }

    /// Length of the whole packet in bytes by its header: IPv4 total length, IPv6 payload length + 40.
    public static int totalLength(MemorySegment segment, long at) {
        return version(segment, at) == 4
                ? u16(segment, at + V4_TOTAL_LENGTH)
                : V6_LENGTH + u16(segment, at + V6_PAYLOAD_LENGTH);
    }

    /// Checks the header and returns the length of the packet at `at` without padding after it, in bytes;
    /// -1 when it is not a whole IP packet. Reads nothing beyond the `available` bytes.
    ///
    /// @param available bytes at `at`: a packet and maybe padding
    public static int validate(MemorySegment segment, long at, int available) {
        if (available < V4_LENGTH) {
            return -1;
        }
        int least =
                switch (version(segment, at)) {
                    case 4 -> V4_LENGTH;
                    case 6 -> V6_LENGTH;
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
        return version(segment, at) == 4 ? segment.get(JAVA_BYTE, at + 1) & 0xff : u16(segment, at) >> 4 & 0xff;
    }

    /// IPv4 protocol or IPv6 next header.
    public static int protocol(MemorySegment segment, long at) {
        return segment.get(JAVA_BYTE, at + (version(segment, at) == 4 ? V4_PROTOCOL : V6_NEXT_HEADER)) & 0xff;
    }

    private static int u16(MemorySegment segment, long at) {
        return segment.get(U16, at) & 0xffff;
    }
}
