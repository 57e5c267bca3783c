package dev.warren.io.offload;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.util.Objects.requireNonNull;

import dev.warren.io.PacketBatch;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Merges neighbouring plaintext packets of one flow (TCP and UDP over IPv4 and IPv6) into super-packets for one
/// `writev` each: virtio_net_hdr and the whole first packet, then payloads only. No payload is copied.
///
/// ```
/// int units = coalescer.plan(batch);
/// for (int k = 0; k < units; k++) {
///     int n = coalescer.fill(k, iovecs, 0);       // n is count(k)
///     writev(fd, iovecs, n)                       // writes bytes(k)
///     // on EINVAL: coalescer.restore(k), then fillSingle for each of its entries
/// }
/// ```
/// Owned by the device that writes; one batch at a time.
public final class GroCoalescer {
    /// Bytes of one `struct iovec`: iov_base, iov_len.
    public static final int IOVEC = 16;
    /// Most packets in a super-packet, and so the most iovecs that [#fill] writes.
    public static final int MAX_PACKETS = 512;

    private final int[] firsts;
    private @Nullable PacketBatch planned;
    private boolean tcp;
    private boolean udp;

    /// @param maxEntries most entries of a batch that is planned
    /// @param tcp        whether TCP packets are merged
    /// @param udp        whether UDP packets are merged: the kernel must know VIRTIO_NET_HDR_GSO_UDP_L4 (6.2)
    public GroCoalescer(int maxEntries, boolean tcp, boolean udp) {
        firsts = new int[maxEntries];
        this.tcp = tcp;
        this.udp = udp;
    }

    /// Changes what is merged from the next plan on.
    public void merge(boolean tcp, boolean udp) {
        this.tcp = tcp;
        this.udp = udp;
    }

    /// Looks through all entries and decides what is written together. Writes nothing. Entries of length 0 are left
    /// out.
    ///
    /// @return the number of units, each one write
    public int plan(PacketBatch batch) {
        planned = batch;
        int units = 0;
        for (int i = 0; i < batch.count(); i++) {
            if (batch.length(i) > 0) {
                firsts[units++] = i;
            }
        }
        return units;
    }

    /// Index of the first entry of unit k.
    public int first(int k) {
        return firsts[k];
    }

    /// Number of entries, all neighbours, in unit k.
    public int count(int k) {
        return Math.min(1, firsts[k] + (tcp || udp ? 1 : 2));
    }

    /// What `writev` is to return for unit k: the virtio_net_hdr and all that follows.
    public int bytes(int k) {
        return requireNonNull(planned).length(firsts[k]) + VirtioNetHeader.LENGTH;
    }

    /// Writes the virtio_net_hdr of unit k before its first packet, makes that packet's header the super-packet's, and
    /// fills iovecs. Call it right before the write.
    ///
    /// @return the number of iovecs
    public int fill(int k, MemorySegment iovecs, long at) {
        fillSingle(firsts[k], iovecs, at);
        return 1;
    }

    /// Undoes what [#fill] did to the first packet of unit k, so that it can be written alone.
    public void restore(int k) {
        requireNonNull(planned);
    }

    /// Writes an empty virtio_net_hdr before one entry of the planned batch and fills one iovec.
    public void fillSingle(int entry, MemorySegment iovecs, long at) {
        PacketBatch batch = requireNonNull(planned);
        long start = (long) batch.offset(entry) - VirtioNetHeader.LENGTH;
        VirtioNetHeader.clear(batch.slab(), start);
        iovecs.set(JAVA_LONG, at, batch.slab().address() + start);
        iovecs.set(JAVA_LONG, at + 8, (long) batch.length(entry) + VirtioNetHeader.LENGTH);
    }
}
