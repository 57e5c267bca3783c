package dev.warren.io.offload;

import static dev.warren.routing.ip.IpFields.u16;
import static dev.warren.routing.ip.IpFields.u32;
import static dev.warren.routing.ip.IpFields.u64;
import static dev.warren.routing.ip.IpFields.u8;

import dev.warren.routing.ip.Checksum;
import dev.warren.routing.ip.IpFields;
import java.lang.foreign.MemorySegment;

/// The flow of the frame that [GroCoalescer] is filling, and the rules for its next packet: those of the
/// kernel's GRO (net/ipv4/tcp_offload.c, udp_offload.c, af_inet.c), stricter where segmenting the frame
/// would not give back the same packets.
///
/// The *kind* of a packet is 0 when it is never coalesced, else its header length and the bits below. The
/// headers of the first packet are kept as words, so that comparing the next one takes a few loads.
final class GroFlow {
    private static final int LENGTH_MASK = 0xff;
    private static final int V4 = 0x100;
    private static final int TCP = 0x200;

    /// Bytes 0-7 of an IPv4 header without length and id; below, bytes 8-15 without the checksum.
    private static final long V4_FIRST = ~0x0000_ffff_ffff_0000L;

    private static final long V4_SECOND = ~0x0000_ffff_0000_0000L;
    /// Bytes 0-7 of an IPv6 header without the length.
    private static final long V6_FIRST = ~0x0000_0000_ffff_0000L;
    /// Bytes 8-15 of a TCP header without PSH.
    private static final long TCP_SECOND = ~((long) IpFields.PSH << 16);

    private static final long HALF = 0xffff_ffffL;

    private boolean mergeTcp;
    private boolean mergeUdp;

    private int kind;
    private int header;
    private int transport;
    private int segment;
    private int count;
    private long first;
    /// IP header of the first packet.
    private long ip0;

    private long ip1;
    private long ip2;
    private long ip3;
    private long ip4;
    /// Ports in the high half; for TCP the sequence number of the next segment in the low.
    private long ports;

    private long tcp1;
    private int urgent;
    private int id;
    /// The difference of IPv4 ids from packet to packet: 1, or 0 for atomic datagrams, whose id has no
    /// meaning (RFC 6864 §4.1); -1 until there are two packets.
    private int idStep;
    /// Sum of the pseudo-header without the length.
    private int pseudo;

    private boolean ended;
    private boolean proven;

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
        return v4(kind) ? IpFields.V4_HEADER : IpFields.V6_HEADER;
    }

    static int gsoType(int kind) {
        if (!tcp(kind)) {
            return VirtioNetHeader.GSO_UDP_L4;
        }
        return v4(kind) ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
    }

    /// Ends the frame: the next packet begins another.
    void end() {
        ended = true;
    }

    /// Begins a frame with this packet; the frame ends at once when the packet is of a kind that is never coalesced.
    ///
    /// @return its kind
    int begin(MemorySegment slab, long at, int length) {
        int found = classify(slab, at, length);
        kind = found;
        ended = found == 0;
        if (ended) {
            return 0;
        }
        header = header(found);
        transport = transport(found);
        segment = length - header;
        count = 1;
        proven = false;
        first = at;
        ip0 = u64(slab, at);
        ip1 = u64(slab, at + 8);
        if (v4(found)) {
            ip2 = u32(slab, at + IpFields.V4_DESTINATION);
            id = (int) (ip0 >>> 16) & 0xffff;
            idStep = -1;
            pseudo = IpFields.addresses4(slab, at);
        } else {
            ip2 = u64(slab, at + 16);
            ip3 = u64(slab, at + 24);
            ip4 = u64(slab, at + 32);
            pseudo = IpFields.addresses6(slab, at);
        }
        long here = at + transport;
        ports = u64(slab, here);
        if (tcp(found)) {
            pseudo += IpFields.TCP;
            ports = (ports & ~HALF) | ((ports + segment) & HALF);
            tcp1 = u64(slab, here + IpFields.TCP_ACK);
            urgent = u16(slab, here + IpFields.TCP_URGENT);
            ended = (tcp1 & ~TCP_SECOND) != 0;
        } else {
            pseudo += IpFields.UDP;
        }
        return found;
    }

    /// The kind of a packet; 0 for one that is never coalesced: not TCP or UDP, IPv4 with options or
    /// fragmented, IPv6 with extension headers, without payload, TCP with other flags than ACK, PSH and
    /// ECE, UDP without a checksum, or with lengths that do not agree.
    private int classify(MemorySegment slab, long at, int length) {
        int version = u8(slab, at);
        if (version == 0x45) {
            if (length <= IpFields.V4_HEADER + IpFields.UDP_HEADER
                    || u16(slab, at + IpFields.V4_LENGTH) != length
                    || (u16(slab, at + IpFields.V4_FRAGMENT) & ~IpFields.DONT_FRAGMENT) != 0) {
                return 0;
            }
            return classify(slab, at, IpFields.V4_HEADER, length, u8(slab, at + IpFields.V4_PROTOCOL), V4);
        }
        if (version >>> 4 == 6) {
            if (length <= IpFields.V6_HEADER + IpFields.UDP_HEADER
                    || u16(slab, at + IpFields.V6_LENGTH) != length - IpFields.V6_HEADER) {
                return 0;
            }
            return classify(slab, at, IpFields.V6_HEADER, length, u8(slab, at + IpFields.V6_NEXT), 0);
        }
        return 0;
    }

    private int classify(MemorySegment slab, long at, int transport, int length, int protocol, int family) {
        long here = at + transport;
        if (protocol == IpFields.TCP && mergeTcp && length > transport + IpFields.TCP_HEADER) {
            int end = transport + (u8(slab, here + IpFields.TCP_DATA_OFFSET) >>> 4 << 2);
            int flags = u8(slab, here + IpFields.TCP_FLAGS) & ~(IpFields.PSH | IpFields.ECE);
            boolean data = end >= transport + IpFields.TCP_HEADER && end < length && flags == IpFields.ACK;
            return data ? family | TCP | end : 0;
        }
        if (protocol == IpFields.UDP && mergeUdp) {
            boolean whole = u16(slab, here + IpFields.UDP_LENGTH) == length - transport && !group(slab, at, family);
            return whole && u16(slab, here + IpFields.UDP_CHECKSUM) != 0
                    ? family | (transport + IpFields.UDP_HEADER)
                    : 0;
        }
        return 0;
    }

    /// True for a multicast or broadcast destination. Such datagrams are not coalesced: the kernel copies
    /// them to raw and packet sockets, to relays and bridges, none of which expects several in one.
    private static boolean group(MemorySegment slab, long at, int family) {
        if (family == 0) return u8(slab, at + IpFields.V6_DESTINATION) == 0xff;
        int first = u8(slab, at + IpFields.V4_DESTINATION);
        return first >>> 4 == 0xe || u32(slab, at + IpFields.V4_DESTINATION) == -1; // 255.255.255.255
    }

    /// Adds the packet to the frame if it continues it and its checksums and those of the first packet are
    /// right: the frame gets new ones, which would hide an error. A packet whose header words compare equal
    /// has the kind of the first one, so that of the checks of [#classify] only those of lengths are
    /// repeated.
    boolean extend(MemorySegment slab, long at, int length) {
        int size = length - header;
        if (ended || size > segment || size <= 0) {
            return false;
        }
        int step = idStep;
        if (v4(kind)) {
            long word = u64(slab, at);
            int grown = ((int) (word >>> 16) - id) & 0xffff;
            if (((word ^ ip0) & V4_FIRST) != 0
                    || ((word >>> 32) & 0xffff) != length
                    || ((u64(slab, at + 8) ^ ip1) & V4_SECOND) != 0
                    || u32(slab, at + IpFields.V4_DESTINATION) != (int) ip2
                    || !(step < 0 ? grown == 1 || (grown == 0 && atomic()) : grown == ((step * count) & 0xffff))) {
                return false;
            }
            step = step < 0 ? grown : step;
        } else if (((u64(slab, at) ^ ip0) & V6_FIRST) != 0
                || u16(slab, at + IpFields.V6_LENGTH) != length - IpFields.V6_HEADER
                || u64(slab, at + 8) != ip1
                || u64(slab, at + 16) != ip2
                || u64(slab, at + 24) != ip3
                || u64(slab, at + 32) != ip4) {
            return false;
        }
        boolean tcp = tcp(kind);
        if (!(tcp ? followsTcp(slab, at + transport) : followsUdp(slab, at + transport, length - transport))
                || !provenFirst(slab)
                || !intact(slab, at, length)) {
            return false;
        }
        idStep = step;
        count++;
        ended = size < segment;
        if (tcp) {
            ports = (ports & ~HALF) | ((ports + size) & HALF);
            ended |= (u8(slab, at + transport + IpFields.TCP_FLAGS) & IpFields.PSH) != 0;
        }
        return true;
    }

    private boolean atomic() {
        return (ip0 & IpFields.DONT_FRAGMENT) != 0;
    }

    /// True when ports, ACK, window, flags without PSH, urgent pointer and options are the same, and the
    /// sequence number is the next one.
    private boolean followsTcp(MemorySegment slab, long here) {
        if (u64(slab, here) != ports
                || ((u64(slab, here + IpFields.TCP_ACK) ^ tcp1) & TCP_SECOND) != 0
                || u16(slab, here + IpFields.TCP_URGENT) != urgent) {
            return false;
        }
        long there = first + transport;
        int bytes = header - transport;
        for (int i = IpFields.TCP_HEADER; i < bytes; i += 4) {
            if (u32(slab, here + i) != u32(slab, there + i)) {
                return false;
            }
        }
        return true;
    }

    private boolean followsUdp(MemorySegment slab, long here, int bytes) {
        long word = u64(slab, here);
        return word >>> 32 == ports >>> 32 && ((word >>> 16) & 0xffff) == bytes && (word & 0xffff) != 0;
    }

    private boolean provenFirst(MemorySegment slab) {
        proven = proven || intact(slab, first, header + segment);
        return proven;
    }

    private boolean intact(MemorySegment slab, long at, int length) {
        if (v4(kind)) {
            long word = u64(slab, at);
            long next = u64(slab, at + 8);
            long sum = (word >>> 32) + (word & HALF) + (next >>> 32) + (next & HALF) + (ip2 & HALF);
            if (Checksum.fold(sum) != 0xffff) {
                return false;
            }
        }
        int bytes = length - transport;
        return Checksum.fold(pseudo + bytes + (long) Checksum.sum(slab, at + transport, bytes)) == 0xffff;
    }
}
