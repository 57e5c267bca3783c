package dev.warren.io.offload;

import static dev.warren.io.offload.VirtioNetHeader.GSO_ECN;
import static dev.warren.io.offload.VirtioNetHeader.GSO_NONE;
import static dev.warren.io.offload.VirtioNetHeader.GSO_TCPV4;
import static dev.warren.io.offload.VirtioNetHeader.GSO_TCPV6;
import static dev.warren.io.offload.VirtioNetHeader.GSO_UDP_L4;
import static dev.warren.io.offload.VirtioNetHeader.NEEDS_CSUM;
import static dev.warren.routing.ip.IpFields.u16;
import static dev.warren.routing.ip.IpFields.u32;
import static dev.warren.routing.ip.IpFields.u8;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.warren.io.PacketBatch;
import dev.warren.routing.ip.Checksum;
import dev.warren.routing.ip.IpFields;
import java.lang.foreign.MemorySegment;

/// Cuts a frame of the TUN (TSO or USO super-packet) into packets in place: the header of packet k is
/// written directly before its payload, over the end of packet k-1, which the caller has used by then. No
/// payload is copied. A frame with NEEDS_CSUM gives packets with complete checksums; a frame without flags
/// is a packet already and stays unchanged. Terms: [PacketBatch].
///
/// ```
/// if (splitter.start(batch, i) < 0) drop(i);
/// else while (splitter.next()) seal(batch.slab(), splitter.offset(), splitter.length());
/// ```
/// Between two calls of [#next] the caller may overwrite up to 64 bytes before [#offset], and anything
/// behind the packet if it puts it back.
public final class GsoSplitter {
    /// The longest header there is with IPv4, and room for IPv6 extension headers.
    private static final int MAX_HEADER = 192;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MALFORMED = -1;

    private MemorySegment slab = MemorySegment.NULL;
    /// The packet that [#next] has made.
    private long at;
    private int bytes;
    /// Index of the next packet, and the number of packets.
    private int index;
    private int count;

    private boolean whole;
    private boolean v4;
    private boolean tcp;
    private boolean summed;
    private int header;
    private int transport;
    private int segment;
    private int payloadBytes;
    private long payload;
    /// Header of the frame in words of 8 bytes counted from its end, where headers end alike.
    private final long[] template = new long[MAX_HEADER / 8];
    private int templateHead;
    /// Checksums of the header fields that are the same in each packet.
    private int ipSum;
    private int transportSum;
    private int id;
    private int seq;
    private int flags;

    /// Begins with a frame read from a TUN: the entry begins at its IP header, with the virtio_net_hdr in
    /// the 10 bytes before (virtio 1.2 §5.1.6). May be called again for the same entry until [#next].
    ///
    /// @return the number of packets in it, 1 or more; -1 when the frame is malformed, which is then
    /// unchanged
    public int start(PacketBatch batch, int entry) {
        slab = batch.slab();
        at = batch.offset(entry);
        bytes = batch.length(entry);
        index = 0;
        count = 0;
        long vnet = at - VirtioNetHeader.LENGTH;
        int hints = VirtioNetHeader.flags(slab, vnet);
        int type = VirtioNetHeader.gsoType(slab, vnet) & ~GSO_ECN;
        if (type == GSO_NONE) {
            whole = true;
            if ((hints & NEEDS_CSUM) != 0 && !complete(vnet)) {
                return MALFORMED;
            }
            count = 1;
            return 1;
        }
        whole = false;
        segment = VirtioNetHeader.gsoSize(slab, vnet);
        if (segment == 0 || bytes < IpFields.V4_HEADER || bytes > PacketBatch.MAX_PACKET || !headers(type)) {
            return MALFORMED;
        }
        if ((hints & NEEDS_CSUM) != 0) {
            int field = tcp ? IpFields.TCP_CHECKSUM : IpFields.UDP_CHECKSUM;
            if (VirtioNetHeader.checksumStart(slab, vnet) != transport
                    || VirtioNetHeader.checksumOffset(slab, vnet) != field) {
                return MALFORMED;
            }
        }
        // A UDP checksum is optional over IPv4 (RFC 768).
        summed = tcp || !v4 || (hints & NEEDS_CSUM) != 0 || u16(slab, at + transport + IpFields.UDP_CHECKSUM) != 0;
        payload = at + header;
        payloadBytes = bytes - header;
        count = Math.max(1, (payloadBytes + segment - 1) / segment);
        prepare();
        return count;
    }

    /// Completes the checksum of a single packet, whose field has the sum of the pseudo-header: virtio 1.2 §5.1.6.2.
    private boolean complete(long vnet) {
        int start = VirtioNetHeader.checksumStart(slab, vnet);
        int field = VirtioNetHeader.checksumOffset(slab, vnet);
        if (start < IpFields.V4_HEADER || start + field + 2 > bytes) {
            return false;
        }
        int sum = ~Checksum.sum(slab, at + start, bytes - start) & 0xffff;
        boolean udp = field == IpFields.UDP_CHECKSUM;
        u16(slab, at + start + field, sum == 0 && udp ? 0xffff : sum);
        VirtioNetHeader.clear(slab, vnet); // done: the frame may be begun again when there is room for it
        return true;
    }

    /// Reads where the headers of the frame end. False when they do not agree with the GSO type.
    private boolean headers(int type) {
        v4 = u8(slab, at) >>> 4 == 4;
        tcp = type == GSO_TCPV4 || type == GSO_TCPV6;
        if (tcp ? v4 != (type == GSO_TCPV4) : type != GSO_UDP_L4) {
            return false;
        }
        transport = v4 ? transport4(tcp ? IpFields.TCP : IpFields.UDP) : transport6(tcp ? IpFields.TCP : IpFields.UDP);
        if (transport < 0 || transport + (tcp ? IpFields.TCP_HEADER : IpFields.UDP_HEADER) > bytes) {
            return false;
        }
        int length = tcp ? u8(slab, at + transport + IpFields.TCP_DATA_OFFSET) >>> 4 << 2 : IpFields.UDP_HEADER;
        header = transport + length;
        return (!tcp || length >= IpFields.TCP_HEADER) && header <= bytes && header <= MAX_HEADER;
    }

    private int transport4(int protocol) {
        int length = (u8(slab, at) & 15) << 2;
        boolean fragment = (u16(slab, at + IpFields.V4_FRAGMENT) & 0x3fff) != 0;
        return length < IpFields.V4_HEADER || fragment || u8(slab, at + IpFields.V4_PROTOCOL) != protocol
                ? MALFORMED
                : length;
    }

    /// Skips hop-by-hop, routing and destination options headers, RFC 8200 §4. A routing header with
    /// segments left is refused: its pseudo-header has another destination.
    private int transport6(int protocol) {
        if (u8(slab, at) >>> 4 != 6 || bytes < IpFields.V6_HEADER) {
            return MALFORMED;
        }
        int next = u8(slab, at + IpFields.V6_NEXT);
        int here = IpFields.V6_HEADER;
        while (next == HOP_BY_HOP || next == ROUTING || next == DESTINATION_OPTIONS) {
            if (here + 8 > bytes || (next == ROUTING && u8(slab, at + here + 3) != 0)) {
                return MALFORMED;
            }
            next = u8(slab, at + here);
            here += (u8(slab, at + here + 1) + 1) << 3;
        }
        return next == protocol ? here : MALFORMED;
    }

    private void prepare() {
        int words = header >>> 3;
        for (int i = 0; i < words; i++) {
            template[i] = slab.get(JAVA_LONG_UNALIGNED, payload - 8L * (i + 1));
        }
        if ((header & 4) != 0) { // every header is a multiple of 4 long
            templateHead = slab.get(JAVA_INT_UNALIGNED, at);
        }
        int pseudo;
        if (v4) {
            id = u16(slab, at + IpFields.V4_ID);
            ipSum = IpFields.constant4(slab, at)
                    + Checksum.sum(slab, at + IpFields.V4_HEADER, transport - IpFields.V4_HEADER);
            pseudo = IpFields.addresses4(slab, at);
        } else {
            pseudo = IpFields.addresses6(slab, at);
        }
        long here = at + transport;
        int ports = Checksum.halves(u32(slab, here));
        if (tcp) {
            seq = u32(slab, here + IpFields.TCP_SEQ);
            flags = u8(slab, here + IpFields.TCP_FLAGS);
            transportSum = pseudo
                    + IpFields.TCP
                    + ports
                    + Checksum.halves(u32(slab, here + IpFields.TCP_ACK))
                    + (u8(slab, here + IpFields.TCP_DATA_OFFSET) << 8)
                    + u16(slab, here + IpFields.TCP_WINDOW)
                    + u16(slab, here + IpFields.TCP_URGENT)
                    + Checksum.sum(slab, here + IpFields.TCP_HEADER, header - transport - IpFields.TCP_HEADER);
        } else {
            transportSum = pseudo + IpFields.UDP + ports;
        }
    }

    /// Makes the next packet. False when there are no more.
    public boolean next() {
        int k = index;
        if (k >= count) {
            return false;
        }
        index = k + 1;
        if (whole) {
            return true;
        }
        int skipped = k * segment;
        int size = Math.min(segment, payloadBytes - skipped);
        long body = payload + skipped;
        long packet = body - header;
        at = packet;
        bytes = header + size;
        if (k > 0) {
            writeTemplate(body);
        }
        if (v4) {
            int packetId = id + k & 0xffff;
            u16(slab, packet + IpFields.V4_LENGTH, bytes);
            u16(slab, packet + IpFields.V4_ID, packetId);
            u16(slab, packet + IpFields.V4_CHECKSUM, ~Checksum.fold(ipSum + bytes + packetId));
        } else {
            u16(slab, packet + IpFields.V6_LENGTH, bytes - IpFields.V6_HEADER);
        }
        if (tcp) {
            tcp(packet + transport, k, skipped, Checksum.sum(slab, body, size));
        } else {
            udp(packet + transport, body, size);
        }
        return true;
    }

    private void writeTemplate(long end) {
        int words = header >>> 3;
        for (int i = 0; i < words; i++) {
            slab.set(JAVA_LONG_UNALIGNED, end - 8L * (i + 1), template[i]);
        }
        if ((header & 4) != 0) {
            slab.set(JAVA_INT_UNALIGNED, end - header, templateHead);
        }
    }

    private void tcp(long here, int k, int skipped, int payloadSum) {
        int kept = flags;
        if (k > 0) {
            kept &= ~IpFields.CWR;
        }
        if (k < count - 1) {
            kept &= ~(IpFields.FIN | IpFields.PSH);
        }
        int position = seq + skipped;
        u32(slab, here + IpFields.TCP_SEQ, position);
        u8(slab, here + IpFields.TCP_FLAGS, kept);
        int sum = transportSum + bytes - transport + Checksum.halves(position) + kept + payloadSum;
        u16(slab, here + IpFields.TCP_CHECKSUM, ~Checksum.fold(sum));
    }

    private void udp(long here, long body, int size) {
        int length = IpFields.UDP_HEADER + size;
        u16(slab, here + IpFields.UDP_LENGTH, length);
        if (summed) {
            int sum = ~Checksum.fold(transportSum + 2 * length + Checksum.sum(slab, body, size)) & 0xffff;
            u16(slab, here + IpFields.UDP_CHECKSUM, sum == 0 ? 0xffff : sum);
        }
    }

    /// Bytes of all packets of the frame together; called before the first [#next]. With tiny segments this
    /// is several times the length of the frame, since each packet has the header.
    public int total() {
        return whole ? bytes : payloadBytes + count * header;
    }

    /// Where the packet begins: bytes from the start of the slab.
    public long offset() {
        return at;
    }

    /// Bytes of the packet.
    public int length() {
        return bytes;
    }
}
