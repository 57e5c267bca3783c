package dev.warren.routing.ip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfLong;
import java.lang.foreign.ValueLayout.OfShort;

/// Field offsets of the headers that offloads rewrite (RFC 791, 8200, 9293, 768), and accessors in network
/// order.
public final class IpFields {
    private static final OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final OfInt U32 = JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

    /// IPv4: `version/ihl(1) tos(1) length(2) id(2) fragment(2) ttl(1) protocol(1) checksum(2) source(4)
    /// destination(4)`.
    public static final int V4_HEADER = 20;

    public static final int V4_LENGTH = 2;
    public static final int V4_ID = 4;
    public static final int V4_FRAGMENT = 6;
    public static final int V4_TTL = 8;
    public static final int V4_PROTOCOL = 9;
    public static final int V4_CHECKSUM = 10;
    public static final int V4_SOURCE = 12;
    public static final int V4_DESTINATION = 16;
    public static final int DONT_FRAGMENT = 0x4000;

    /// IPv6: `version/class/flow(4) length(2) next(1) hops(1) source(16) destination(16)`.
    public static final int V6_HEADER = 40;

    public static final int V6_LENGTH = 4;
    public static final int V6_NEXT = 6;
    public static final int V6_SOURCE = 8;
    public static final int V6_DESTINATION = 24;

    public static final int TCP = 6;
    public static final int UDP = 17;

    /// TCP: `ports(4) seq(4) ack(4) offset(1) flags(1) window(2) checksum(2) urgent(2)`, then options.
    public static final int TCP_HEADER = 20;

    public static final int TCP_SEQ = 4;
    public static final int TCP_ACK = 8;
    public static final int TCP_DATA_OFFSET = 12;
    public static final int TCP_FLAGS = 13;
    public static final int TCP_WINDOW = 14;
    public static final int TCP_CHECKSUM = 16;
    public static final int TCP_URGENT = 18;
    public static final int FIN = 0x01;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    /// UDP: `ports(4) length(2) checksum(2)`.
    public static final int UDP_HEADER = 8;

    public static final int UDP_LENGTH = 4;
    public static final int UDP_CHECKSUM = 6;

    private IpFields() {}

    public static int u8(MemorySegment segment, long at) {
        return segment.get(JAVA_BYTE, at) & 0xff;
    }

    public static int u16(MemorySegment segment, long at) {
        return segment.get(U16, at) & 0xffff;
    }

    public static int u32(MemorySegment segment, long at) {
        return segment.get(U32, at);
    }

    public static long u64(MemorySegment segment, long at) {
        return segment.get(U64, at);
    }

    public static void u8(MemorySegment segment, long at, int value) {
        segment.set(JAVA_BYTE, at, (byte) value);
    }

    public static void u16(MemorySegment segment, long at, int value) {
        segment.set(U16, at, (short) value);
    }

    public static void u32(MemorySegment segment, long at, int value) {
        segment.set(U32, at, value);
    }

    /// The [Checksum] sum of both IPv4 addresses, not folded.
    public static int addresses4(MemorySegment segment, long at) {
        return Checksum.halves(u32(segment, at + V4_SOURCE)) + Checksum.halves(u32(segment, at + V4_SOURCE + 4));
    }

    /// The [Checksum] sum of both IPv6 addresses, in 0..0xffff.
    public static int addresses6(MemorySegment segment, long at) {
        long halves = 0;
        for (int i = 0; i < 32; i += 8) {
            long word = u64(segment, at + V6_SOURCE + i);
            halves += (word >>> 32) + (word & 0xffff_ffffL);
        }
        return Checksum.fold(halves);
    }

    /// The [Checksum] sum of a 20-byte IPv4 header without its length, id and checksum fields, not folded.
    public static int constant4(MemorySegment segment, long at) {
        return u16(segment, at) + u16(segment, at + V4_FRAGMENT) + u16(segment, at + V4_TTL) + addresses4(segment, at);
    }
}
