package dev.warren.io.offload;

import static dev.warren.io.offload.Ip.u16;
import static dev.warren.io.offload.Ip.u32;
import static dev.warren.io.offload.Ip.u64;
import static dev.warren.io.offload.Ip.u8;

import java.lang.foreign.MemorySegment;

/// What the next packet of a train must look like, by the rules of the kernel's GRO (net/ipv4/tcp_offload.c,
/// udp_offload.c, af_inet.c) made stricter where splitting the merged packet would not give back the same packets.
///
/// A *kind* says what a packet is: 0 when it never merges, else header length and the bits below.
final class Flow {
    private static final int LENGTH_MASK = 0xff;
    private static final int V4 = 0x100;
    private static final int TCP = 0x200;

    /// Length and id of an IPv4 header in its first 8 bytes.
    private static final long V4_VARIES = 0x0000_ffff_ffff_0000L;
    /// Payload length of an IPv6 header in its first 8 bytes.
    private static final long V6_VARIES = 0x0000_0000_ffff_0000L;

    private boolean mergeTcp;
    private boolean mergeUdp;

    private long first;
    private int kind;
    private int segment;
    private int nextSeq;
    private int id;
    private int count;
    /// By how much the IPv4 id grows from packet to packet: 1, 0 for packets that never are fragmented and whose id
    /// means nothing (RFC 6864 §4.1), -1 when there is only one yet.
    private int idStep;

    void merge(boolean tcp, boolean udp) {
        mergeTcp = tcp;
        mergeUdp = udp;
    }

    static int header(int kind) {
        return kind & LENGTH_MASK;
    }

    static boolean v4(int kind) {
        return (kind & V4) != 0;
    }

    static boolean tcp(int kind) {
        return (kind & TCP) != 0;
    }

    static int transport(int kind) {
        return v4(kind) ? Ip.V4_HEADER : Ip.V6_HEADER;
    }

    static int gsoType(int kind) {
        return !tcp(kind)
                ? VirtioNetHeader.GSO_UDP_L4
                : v4(kind) ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
    }

    /// Where the first packet of the train begins.
    long first() {
        return first;
    }

    /// What the packet is; 0 when it goes alone whatever its neighbours are: not TCP or UDP, IPv4 with options or
    /// fragmented, IPv6 with extension headers, no payload, TCP with flags that mean more than data, UDP without a
    /// checksum, lengths that do not agree.
    int kind(MemorySegment slab, long at, int length) {
        int version = u8(slab, at);
        int protocol;
        int found;
        int transport;
        if (version == 0x45) {
            if (length < Ip.V4_HEADER + Ip.UDP_HEADER
                    || u16(slab, at + Ip.V4_LENGTH) != length
                    || (u16(slab, at + Ip.V4_FRAGMENT) & ~Ip.DONT_FRAGMENT) != 0) {
                return 0;
            }
            protocol = u8(slab, at + Ip.V4_PROTOCOL);
            found = V4;
            transport = Ip.V4_HEADER;
        } else if (version >>> 4 == 6) {
            if (length < Ip.V6_HEADER + Ip.UDP_HEADER || u16(slab, at + Ip.V6_LENGTH) != length - Ip.V6_HEADER) {
                return 0;
            }
            protocol = u8(slab, at + Ip.V6_NEXT);
            found = 0;
            transport = Ip.V6_HEADER;
        } else {
            return 0;
        }
        if (protocol == Ip.TCP && mergeTcp) {
            return tcpKind(slab, at + transport, transport, length, found | TCP);
        }
        if (protocol == Ip.UDP && mergeUdp) {
            long here = at + transport;
            boolean merges = u16(slab, here + Ip.UDP_LENGTH) == length - transport
                    && length > transport + Ip.UDP_HEADER
                    && u16(slab, here + Ip.UDP_CHECKSUM) != 0;
            return merges ? found | transport + Ip.UDP_HEADER : 0;
        }
        return 0;
    }

    private static int tcpKind(MemorySegment slab, long here, int transport, int length, int found) {
        if (length <= transport + Ip.TCP_HEADER) {
            return 0;
        }
        int bytes = u8(slab, here + Ip.TCP_DATA_OFFSET) >>> 4 << 2;
        int flags = u8(slab, here + Ip.TCP_FLAGS) & ~(Ip.PSH | Ip.ECE);
        return bytes < Ip.TCP_HEADER || transport + bytes >= length || flags != Ip.ACK ? 0 : found | transport + bytes;
    }

    /// A train begins with this packet. False when it ends with it too.
    boolean begin(MemorySegment slab, long at, int length, int kind) {
        this.first = at;
        this.kind = kind;
        segment = length - header(kind);
        count = 1;
        if (v4(kind)) {
            id = u16(slab, at + Ip.V4_ID);
            idStep = -1;
        }
        if (!tcp(kind)) {
            return true;
        }
        long here = at + transport(kind);
        nextSeq = u32(slab, here + Ip.TCP_SEQ) + segment;
        return (u8(slab, here + Ip.TCP_FLAGS) & Ip.PSH) == 0;
    }

    /// Whether the packet is the next of the train, checksums apart.
    boolean continues(MemorySegment slab, long at, int length, int kind) {
        return kind == this.kind
                && length - header(kind) <= segment
                && (v4(kind) ? continues4(slab, at) : continues6(slab, at))
                && (tcp(kind)
                        ? continuesTcp(
                                slab, at + transport(kind), first + transport(kind), header(kind) - transport(kind))
                        : u32(slab, at + transport(kind)) == u32(slab, first + transport(kind)));
    }

    private boolean continues4(MemorySegment slab, long at) {
        if (u64(slab, at + Ip.V4_SOURCE) != u64(slab, first + Ip.V4_SOURCE)
                || ((u64(slab, at) ^ u64(slab, first)) & ~V4_VARIES) != 0
                || u8(slab, at + Ip.V4_TTL) != u8(slab, first + Ip.V4_TTL)) {
            return false;
        }
        int grown = u16(slab, at + Ip.V4_ID) - id & 0xffff;
        return idStep < 0
                ? grown == 1 || (grown == 0 && u16(slab, at + Ip.V4_FRAGMENT) == Ip.DONT_FRAGMENT)
                : grown == idStep * count;
    }

    private boolean continues6(MemorySegment slab, long at) {
        return ((u64(slab, at) ^ u64(slab, first)) & ~V6_VARIES) == 0
                && u64(slab, at + 8) == u64(slab, first + 8)
                && u64(slab, at + 16) == u64(slab, first + 16)
                && u64(slab, at + 24) == u64(slab, first + 24)
                && u64(slab, at + 32) == u64(slab, first + 32);
    }

    /// Ports, ack, window, flags but PSH, urgent pointer and options are the same; seq goes on without a gap.
    private boolean continuesTcp(MemorySegment slab, long here, long there, int bytes) {
        if (u32(slab, here + Ip.TCP_SEQ) != nextSeq
                || u32(slab, here) != u32(slab, there)
                || u32(slab, here + Ip.TCP_ACK) != u32(slab, there + Ip.TCP_ACK)
                || ((u32(slab, here + Ip.TCP_DATA_OFFSET) ^ u32(slab, there + Ip.TCP_DATA_OFFSET)) & ~(Ip.PSH << 16))
                        != 0
                || u16(slab, here + Ip.TCP_URGENT) != u16(slab, there + Ip.TCP_URGENT)) {
            return false;
        }
        for (int i = Ip.TCP_HEADER; i < bytes; i += 4) {
            if (u32(slab, here + i) != u32(slab, there + i)) {
                return false;
            }
        }
        return true;
    }

    /// The packet joins the train. False when it ends it: it is shorter, or says PSH.
    boolean extend(MemorySegment slab, long at, int length) {
        if (v4(kind) && idStep < 0) {
            idStep = u16(slab, at + Ip.V4_ID) - id & 0xffff;
        }
        count++;
        int size = length - header(kind);
        nextSeq += size;
        boolean push = tcp(kind) && (u8(slab, at + transport(kind) + Ip.TCP_FLAGS) & Ip.PSH) != 0;
        return size == segment && !push;
    }

    /// Whether the checksums of the packet are right: merged, they are made anew and would hide what was wrong.
    static boolean intact(MemorySegment slab, long at, int length, int kind) {
        int transport = transport(kind);
        int pseudo;
        if (v4(kind)) {
            int sum = Ip.constant4(slab, at) + length + u16(slab, at + Ip.V4_ID) + u16(slab, at + Ip.V4_CHECKSUM);
            if (Checksum.fold(sum) != 0xffff) {
                return false;
            }
            pseudo = Ip.addresses4(slab, at);
        } else {
            pseudo = Ip.addresses6(slab, at);
        }
        int protocol = tcp(kind) ? Ip.TCP : Ip.UDP;
        int bytes = length - transport;
        return Checksum.fold(pseudo + protocol + bytes + Checksum.sum(slab, at + transport, bytes)) == 0xffff;
    }
}
