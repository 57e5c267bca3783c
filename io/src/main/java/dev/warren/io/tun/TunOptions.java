package dev.warren.io.tun;

/// What a [LinuxTun] is asked to use. Every offload is probed as well: true means "if the kernel can".
///
/// @param tso read TCP super-packets (TSO4, TSO6)
/// @param uso read UDP super-packets (USO4, USO6; Linux 6.2)
/// @param gro write coalesced TCP super-packets
/// @param udpGro write coalesced UDP super-packets (Linux 6.2)
/// @param multiQueue open with IFF_MULTI_QUEUE, so that the device can be opened again for a further queue
/// @param batchEntries most entries of a batch that is written
public record TunOptions(boolean tso, boolean uso, boolean gro, boolean udpGro, boolean multiQueue, int batchEntries) {
    /// Everything on, one queue.
    public static TunOptions standard() {
        return new TunOptions(true, true, true, true, false, 4096);
    }

    /// Plain packets only, without virtio-net header.
    public static TunOptions plain() {
        return new TunOptions(false, false, false, false, false, 4096);
    }

    /// Whether any offload, and so the virtio-net header, is wanted.
    public boolean vnetHeader() {
        return tso || uso || gro || udpGro;
    }

    public TunOptions withMultiQueue(boolean multiQueue) {
        return new TunOptions(tso, uso, gro, udpGro, multiQueue, batchEntries);
    }

    public TunOptions withBatchEntries(int batchEntries) {
        return new TunOptions(tso, uso, gro, udpGro, multiQueue, batchEntries);
    }
}
