package dev.warren.routing.icmp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpFields;
import dev.warren.routing.ip.IpHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfLong;
import java.lang.foreign.ValueLayout.OfShort;
import org.jspecify.annotations.Nullable;

/// Builds ICMP errors about packets that cannot be delivered: whole IP packets with their checksums.
///
/// Builds no error about ICMP errors, fragments but the first, and packets whose source or destination is
/// not a single host (RFC 1122 §3.2.2, RFC 1812 §4.3.2.7, RFC 4443 §2.4 e). The caller limits the rate of
/// errors.
public final class Icmp {
    /// Bytes that a target needs for any error: the minimum MTU of IPv6 (RFC 4443 §2.4 c).
    public static final int MAX_LENGTH = 1280;

    private static final int V4_MAX_LENGTH = 576; // RFC 1812 §4.3.2.3
    private static final int ICMP_HEADER = 8;
    private static final int HOP_LIMIT = 64;
    private static final int NETWORK_CONTROL = 0xc0; // precedence 6, RFC 1812 §4.3.2.5

    private static final int ICMP = 1;
    private static final int ICMP6 = 58;
    private static final int HOST_UNREACHABLE = 3 << 8 | 1; // type and code
    private static final int ADDRESS_UNREACHABLE6 = 1 << 8 | 3;

    private static final OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final OfInt U32 = JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

    private Icmp() {}

    /// Host unreachable (RFC 792, type 3 code 1) or address unreachable (RFC 4443 §3.1, type 1 code 3)
    /// about the packet, as the kernel's WireGuard sends for packets without a peer or endpoint.
    ///
    /// Use a null source for an error written to a TUN: Linux drops a received packet with one of its own
    /// addresses as source as a martian, but the packet's destination address passes every reverse path
    /// filter.
    ///
    /// @param packet only read; does not overlap the target
    /// @param length bytes at `at`; an invalid IP packet gets no error
    /// @param source the error's source address; when null or of the other family, the packet's destination
    /// is used
    /// @param target writable, with [#MAX_LENGTH] bytes from `to` on
    /// @return length of the IP packet written at `target + to`, or 0 when no error may be sent about this
    /// packet
    public static int unreachable(
            MemorySegment packet, long at, int length, @Nullable IpAddress source, MemorySegment target, long to) {
        int total = IpHeader.validate(packet, at, length);
        if (total < 0) {
            return 0;
        }
        return IpHeader.version(packet, at) == 4
                ? error4(HOST_UNREACHABLE, 0, packet, at, total, source, target, to)
                : error6(ADDRESS_UNREACHABLE6, 0, packet, at, total, source, target, to);
    }

    private static int error4(
            int typeAndCode,
            int rest,
            MemorySegment packet,
            long at,
            int total,
            @Nullable IpAddress source,
            MemorySegment target,
            long to) {
        if (!mayReport4(packet, at, total)) {
            return 0;
        }
        int quoted = Math.min(total, V4_MAX_LENGTH - IpFields.V4_HEADER - ICMP_HEADER);
        int length = IpFields.V4_HEADER + ICMP_HEADER + quoted;
        int from = source != null && source.family() == IpFamily.V4
                ? (int) source.lo()
                : packet.get(U32, at + IpFields.V4_DESTINATION);
        target.set(U16, to, (short) (0x4500 | NETWORK_CONTROL));
        target.set(U16, to + 2, (short) length);
        target.set(U16, to + 4, packet.get(U16, at + 4)); // unique if the sender's is
        target.set(U16, to + 6, (short) 0);
        target.set(U16, to + 8, (short) (HOP_LIMIT << 8 | ICMP));
        target.set(U16, to + 10, (short) 0);
        target.set(U32, to + IpFields.V4_SOURCE, from);
        target.set(U32, to + IpFields.V4_DESTINATION, packet.get(U32, at + IpFields.V4_SOURCE));
        target.set(U16, to + 10, checksum(sum(target, to, IpFields.V4_HEADER)));

        long icmp = to + IpFields.V4_HEADER;
        message(typeAndCode, rest, packet, at, quoted, target, icmp);
        target.set(U16, icmp + 2, checksum(sum(target, icmp, ICMP_HEADER + quoted)));
        return length;
    }

    private static int error6(
            int typeAndCode,
            int rest,
            MemorySegment packet,
            long at,
            int total,
            @Nullable IpAddress source,
            MemorySegment target,
            long to) {
        if (!mayReport6(packet, at, total)) {
            return 0;
        }
        int quoted = Math.min(total, MAX_LENGTH - IpFields.V6_HEADER - ICMP_HEADER);
        int payload = ICMP_HEADER + quoted;
        target.set(U32, to, 6 << 28);
        target.set(U16, to + 4, (short) payload);
        target.set(U16, to + 6, (short) (ICMP6 << 8 | HOP_LIMIT));
        if (source != null && source.family() == IpFamily.V6) {
            target.set(U64, to + IpFields.V6_SOURCE, source.hi());
            target.set(U64, to + IpFields.V6_SOURCE + 8, source.lo());
        } else {
            MemorySegment.copy(packet, at + IpFields.V6_DESTINATION, target, to + IpFields.V6_SOURCE, 16);
        }
        MemorySegment.copy(packet, at + IpFields.V6_SOURCE, target, to + IpFields.V6_DESTINATION, 16);

        long icmp = to + IpFields.V6_HEADER;
        message(typeAndCode, rest, packet, at, quoted, target, icmp);
        int pseudoHeader = sum(target, to + IpFields.V6_SOURCE, 32) + payload + ICMP6;
        target.set(U16, icmp + 2, checksum(pseudoHeader + sum(target, icmp, payload)));
        return IpFields.V6_HEADER + payload;
    }

    /// Writes the ICMP message with a checksum of zero.
    private static void message(
            int typeAndCode, int rest, MemorySegment packet, long at, int quoted, MemorySegment target, long icmp) {
        target.set(U16, icmp, (short) typeAndCode);
        target.set(U16, icmp + 2, (short) 0);
        target.set(U32, icmp + 4, rest);
        MemorySegment.copy(packet, at, target, icmp + ICMP_HEADER, quoted);
    }

    private static boolean mayReport4(MemorySegment packet, long at, int total) {
        boolean laterFragment = (packet.get(U16, at + 6) & 0x1fff) != 0;
        if (laterFragment
                || !isHost(packet.get(U32, at + IpFields.V4_SOURCE))
                || !isHost(packet.get(U32, at + IpFields.V4_DESTINATION))) {
            return false;
        }
        int header = IpHeader.length(packet, at);
        return IpHeader.protocol(packet, at) != ICMP || (header < total && isQuery(u8(packet, at + header)));
    }

    /// True for an address outside 0/8, 127/8, multicast, class E and limited broadcast.
    private static boolean isHost(int address) {
        int first = address >>> 24;
        return first != 0 && first != 127 && first < 224;
    }

    /// True for ICMP queries and their replies (RFC 1122 §3.2.2); unknown types count as errors, as in the
    /// kernel.
    private static boolean isQuery(int type) {
        return switch (type) {
            case 0, 8, 9, 10, 13, 14, 15, 16, 17, 18 -> true;
            default -> false;
        };
    }

    private static boolean mayReport6(MemorySegment packet, long at, int total) {
        return isHost(packet.get(U64, at + IpFields.V6_SOURCE), packet.get(U64, at + IpFields.V6_SOURCE + 8))
                && isHost(
                        packet.get(U64, at + IpFields.V6_DESTINATION),
                        packet.get(U64, at + IpFields.V6_DESTINATION + 8))
                && mayReportPayload6(packet, at, total);
    }

    /// True for an address other than `::`, `::1` and multicast.
    private static boolean isHost(long hi, long lo) {
        return hi >>> 56 != 0xff && (hi != 0 || lo >>> 1 != 0);
    }

    /// Walks the extension headers (RFC 8200 §4) to the payload; false for an ICMP error, a later fragment,
    /// or headers that do not fit in the packet.
    private static boolean mayReportPayload6(MemorySegment packet, long at, int total) {
        int header = IpHeader.protocol(packet, at);
        int offset = IpFields.V6_HEADER;
        while (true) {
            boolean extension = header == 0 || header == 43 || header == 44 || header == 51 || header == 60;
            if (!extension) {
                return header != ICMP6 || (offset < total && isInformational(u8(packet, at + offset)));
            }
            if (offset + 8 > total) {
                return false;
            }
            int units = u8(packet, at + offset + 1);
            int length =
                    switch (header) {
                        case 44 -> 8;
                        case 51 -> 4 * (units + 2);
                        default -> 8 * (units + 1);
                    };
            if (header == 44 && (packet.get(U16, at + offset + 2) & 0xfff8) != 0) {
                return false; // not the first fragment
            }
            header = u8(packet, at + offset);
            offset += length;
        }
    }

    /// Errors have types below 128; no error is sent about a redirect either.
    private static boolean isInformational(int type) {
        return type >= 128 && type != 137;
    }

    private static int u8(MemorySegment segment, long at) {
        return segment.get(JAVA_BYTE, at) & 0xff;
    }

    /// Sum of 16-bit words (RFC 1071), not folded; 1280 bytes cannot overflow an int.
    private static int sum(MemorySegment segment, long at, int length) {
        int sum = 0;
        for (int i = 0; i < (length & ~1); i += 2) {
            sum += segment.get(U16, at + i) & 0xffff;
        }
        return (length & 1) == 0 ? sum : sum + (u8(segment, at + length - 1) << 8);
    }

    private static short checksum(int sum) {
        int folded = (sum & 0xffff) + (sum >>> 16);
        return (short) ~(folded + (folded >>> 16));
    }
}
