package dev.warren.io.offload;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// `struct virtio_net_hdr`, directly before each frame of a TUN with IFF_VNET_HDR, in native byte order
/// (virtio 1.2 §5.1.6, linux/virtio_net.h): `flags(1) gso_type(1) hdr_len(2) gso_size(2) csum_start(2)
/// csum_offset(2)`.
public final class VirtioNetHeader {
    /// Bytes of the header.
    public static final int LENGTH = 10;

    public static final int FLAGS = 0;
    public static final int GSO_TYPE = 1;
    public static final int HEADER_LENGTH = 2;
    public static final int GSO_SIZE = 4;
    public static final int CHECKSUM_START = 6;
    public static final int CHECKSUM_OFFSET = 8;

    /// Flag: the transport checksum is incomplete; its field has the sum of the pseudo-header.
    public static final int NEEDS_CSUM = 1;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_TCPV6 = 4;
    /// UDP of either IP version, cut into datagrams (USO).
    public static final int GSO_UDP_L4 = 5;
    /// Or-ed to a TCP type: the first segment carries CWR.
    public static final int GSO_ECN = 0x80;

    private VirtioNetHeader() {}

    public static int flags(MemorySegment segment, long at) {
        return segment.get(JAVA_BYTE, at + FLAGS) & 0xff;
    }

    /// The GSO type, with the bit [#GSO_ECN].
    public static int gsoType(MemorySegment segment, long at) {
        return segment.get(JAVA_BYTE, at + GSO_TYPE) & 0xff;
    }

    public static int gsoSize(MemorySegment segment, long at) {
        return segment.get(JAVA_SHORT_UNALIGNED, at + GSO_SIZE) & 0xffff;
    }

    public static int checksumStart(MemorySegment segment, long at) {
        return segment.get(JAVA_SHORT_UNALIGNED, at + CHECKSUM_START) & 0xffff;
    }

    public static int checksumOffset(MemorySegment segment, long at) {
        return segment.get(JAVA_SHORT_UNALIGNED, at + CHECKSUM_OFFSET) & 0xffff;
    }

    /// Writes the header of a single packet with complete checksums: all zero.
    public static void clear(MemorySegment segment, long at) {
        segment.set(JAVA_LONG_UNALIGNED, at, 0);
        segment.set(JAVA_SHORT_UNALIGNED, at + CHECKSUM_OFFSET, (short) 0);
    }

    public static void write(
            MemorySegment segment,
            long at,
            int flags,
            int gsoType,
            int headerLength,
            int gsoSize,
            int start,
            int offset) {
        segment.set(JAVA_BYTE, at + FLAGS, (byte) flags);
        segment.set(JAVA_BYTE, at + GSO_TYPE, (byte) gsoType);
        segment.set(JAVA_SHORT_UNALIGNED, at + HEADER_LENGTH, (short) headerLength);
        segment.set(JAVA_SHORT_UNALIGNED, at + GSO_SIZE, (short) gsoSize);
        segment.set(JAVA_SHORT_UNALIGNED, at + CHECKSUM_START, (short) start);
        segment.set(JAVA_SHORT_UNALIGNED, at + CHECKSUM_OFFSET, (short) offset);
    }
}
