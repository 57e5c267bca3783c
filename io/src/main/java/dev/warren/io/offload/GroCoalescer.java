package dev.warren.io.offload;

import static dev.warren.routing.ip.IpFields.u16;
import static dev.warren.routing.ip.IpFields.u8;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.warren.io.PacketBatch;
import dev.warren.routing.ip.Checksum;
import dev.warren.routing.ip.IpFields;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Coalesces neighbouring plaintext packets of one flow (TCP and UDP over IPv4 and IPv6) into frames of one
/// `writev` each: virtio_net_hdr and the whole first packet, then the payloads of the others. No payload is
/// copied. Frames keep the order of the entries. Terms: [PacketBatch].
///
/// ```
/// int frames = coalescer.plan(batch);
/// for (int k = 0; k < frames; k++) {
///     int n = coalescer.fill(k, iovecs, 0);       // n is count(k)
///     writev(fd, iovecs, n)                       // writes bytes(k)
///     // on EINVAL: coalescer.restore(k), then fillSingle for each of its entries
/// }
/// ```
/// Belongs to the device that writes; one batch at a time. [GroFlow] decides which packets are coalesced;
/// both the packet and the first one of the frame must have right checksums, so that a corrupt packet is
/// written alone, unchanged.
public final class GroCoalescer {
    /// Bytes of one `struct iovec`: iov_base, iov_len.
    public static final int IOVEC = 16;
    /// The most packets in a frame, and so the most iovecs that [#fill] writes.
    public static final int MAX_PACKETS = 512;
    /// The most UDP packets in a frame, as in the kernel's GRO (UDP_GRO_CNT_MAX).
    static final int MAX_DATAGRAMS = 64;

    private @Nullable PacketBatch batch;
    private MemorySegment slab = MemorySegment.NULL;
    private final GroFlow flow = new GroFlow();

    private final int[] firsts;
    private final int[] counts;
    private final int[] totals;
    /// [GroFlow] kind, with the header length, of the packets of each frame.
    private final int[] kinds;
    /// The checksums that [#fill] overwrote: IPv4 in the high half, transport in the low.
    private final int[] saved;

    /// @param maxEntries the most entries of a batch given to [#plan]
    /// @param tcp        whether TCP packets are coalesced
    /// @param udp        whether UDP packets are coalesced: the kernel must know VIRTIO_NET_HDR_GSO_UDP_L4
    /// (Linux 6.2)
    public GroCoalescer(int maxEntries, boolean tcp, boolean udp) {
        firsts = new int[maxEntries];
        counts = new int[maxEntries];
        totals = new int[maxEntries];
        kinds = new int[maxEntries];
        saved = new int[maxEntries];
        flow.merge(tcp, udp);
    }

    /// Changes which packets are coalesced, from the next [#plan] on.
    public void merge(boolean tcp, boolean udp) {
        flow.merge(tcp, udp);
    }

    /// Divides the entries into frames without changing them. Entries of length 0 are skipped. The caller
    /// owns the batch, and must not change it until its frames are written.
    ///
    /// @return the number of frames
    public int plan(PacketBatch batch) {
        this.batch = batch;
        slab = batch.slab();
        flow.end();
        int k = -1;
        int n = batch.count();
        for (int i = 0; i < n; i++) {
            long at = batch.offset(i);
            int length = batch.length(i);
            if (length == 0) {
                flow.end();
            } else if (k >= 0 && fits(k, length) && flow.extend(slab, at, length)) {
                counts[k]++;
                totals[k] += length - GroFlow.header(kinds[k]);
            } else {
                k++;
                firsts[k] = i;
                counts[k] = 1;
                totals[k] = length;
                kinds[k] = flow.begin(slab, at, length);
            }
        }
        return k + 1;
    }

    private boolean fits(int k, int length) {
        int kind = kinds[k];
        int most = GroFlow.tcp(kind) ? MAX_PACKETS : MAX_DATAGRAMS;
        return counts[k] < most && totals[k] + length - GroFlow.header(kind) <= PacketBatch.MAX_PACKET;
    }

    /// Index of the first entry of frame k.
    public int first(int k) {
        return firsts[k];
    }

    /// Number of packets in frame k. They are neighbouring entries, so that those of length 0 are at no place between
    /// them.
    public int count(int k) {
        return counts[k];
    }

    /// Bytes of frame k with its virtio_net_hdr: the result of `writev` when all of it was written.
    public int bytes(int k) {
        return totals[k] + VirtioNetHeader.LENGTH;
    }

    /// Writes the virtio_net_hdr of frame k before its first packet, turns that packet's header into the
    /// super-packet's, and fills iovecs from `at` on. Call it directly before the write.
    ///
    /// @return the number of iovecs
    public int fill(int k, MemorySegment iovecs, long at) {
        int first = firsts[k];
        fillSingle(first, iovecs, at);
        int count = counts[k];
        if (count > 1) {
            PacketBatch planned = planned();
            int header = GroFlow.header(kinds[k]);
            long base = slab.address() + header;
            for (int i = 1; i < count; i++) {
                iovecs.set(JAVA_LONG, at + (long) i * IOVEC, base + planned.offset(first + i));
                iovecs.set(JAVA_LONG, at + (long) i * IOVEC + 8, planned.length(first + i) - (long) header);
            }
            rewrite(k, planned.offset(first), planned.offset(first + count - 1), planned.length(first));
        }
        return count;
    }

    private void rewrite(int k, long at, long last, int firstLength) {
        int kind = kinds[k];
        int total = totals[k];
        int transport = GroFlow.transport(kind);
        int pseudo;
        int checksums = 0;
        if (GroFlow.v4(kind)) {
            checksums = u16(slab, at + IpFields.V4_CHECKSUM) << 16;
            u16(slab, at + IpFields.V4_LENGTH, total);
            int sum = IpFields.constant4(slab, at) + total + u16(slab, at + IpFields.V4_ID);
            u16(slab, at + IpFields.V4_CHECKSUM, ~Checksum.fold(sum));
            pseudo = IpFields.addresses4(slab, at) + total - transport;
        } else {
            u16(slab, at + IpFields.V6_LENGTH, total - transport);
            pseudo = IpFields.addresses6(slab, at) + total - transport;
        }
        long here = at + transport;
        int field;
        if (GroFlow.tcp(kind)) {
            field = IpFields.TCP_CHECKSUM;
            pseudo += IpFields.TCP;
            u8(
                    slab,
                    here + IpFields.TCP_FLAGS,
                    u8(slab, last + transport + IpFields.TCP_FLAGS)); // PSH, when the last has it
        } else {
            field = IpFields.UDP_CHECKSUM;
            pseudo += IpFields.UDP;
            u16(slab, here + IpFields.UDP_LENGTH, total - transport);
        }
        saved[k] = checksums | u16(slab, here + field);
        u16(slab, here + field, Checksum.fold(pseudo));
        int header = GroFlow.header(kind);
        VirtioNetHeader.write(
                slab,
                at - VirtioNetHeader.LENGTH,
                VirtioNetHeader.NEEDS_CSUM,
                GroFlow.gsoType(kind),
                header,
                firstLength - header,
                transport,
                field);
    }

    /// Restores the header of the first packet of frame k that [#fill] changed, so that it can be written alone.
    public void restore(int k) {
        if (counts[k] == 1) {
            return;
        }
        int kind = kinds[k];
        long at = planned().offset(firsts[k]);
        int length = planned().length(firsts[k]);
        int transport = GroFlow.transport(kind);
        if (GroFlow.v4(kind)) {
            u16(slab, at + IpFields.V4_LENGTH, length);
            u16(slab, at + IpFields.V4_CHECKSUM, saved[k] >>> 16);
        } else {
            u16(slab, at + IpFields.V6_LENGTH, length - transport);
        }
        long here = at + transport;
        if (GroFlow.tcp(kind)) {
            u8(
                    slab,
                    here + IpFields.TCP_FLAGS,
                    u8(slab, here + IpFields.TCP_FLAGS) & ~IpFields.PSH); // PSH ends a frame: the first had none
            u16(slab, here + IpFields.TCP_CHECKSUM, saved[k]);
        } else {
            u16(slab, here + IpFields.UDP_LENGTH, length - transport);
            u16(slab, here + IpFields.UDP_CHECKSUM, saved[k]);
        }
    }

    /// Writes an empty virtio_net_hdr before one entry of the planned batch and fills one iovec.
    public void fillSingle(int entry, MemorySegment iovecs, long at) {
        PacketBatch planned = planned();
        long start = planned.offset(entry) - (long) VirtioNetHeader.LENGTH;
        VirtioNetHeader.clear(slab, start);
        iovecs.set(JAVA_LONG, at, slab.address() + start);
        iovecs.set(JAVA_LONG, at + 8, planned.length(entry) + (long) VirtioNetHeader.LENGTH);
    }

    private PacketBatch planned() {
        PacketBatch planned = batch;
        if (planned == null) {
            throw new IllegalStateException("nothing was planned");
        }
        return planned;
    }
}
