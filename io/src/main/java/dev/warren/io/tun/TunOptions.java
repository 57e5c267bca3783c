package dev.warren.io.tun;

/// Options of a [LinuxTun]. Each offload is probed as well: true means "if the kernel supports it".
///
/// @param tso read TCP super-packets (TSO4, TSO6)
/// @param uso read UDP super-packets (USO4, USO6; Linux 6.2)
/// @param gro write coalesced TCP super-packets
/// @param udpGro write coalesced UDP super-packets (Linux 6.2)
/// @param multiQueue open with IFF_MULTI_QUEUE, so that the device can be opened again for a further queue;
///     [LinuxTun#open(String,TunOptions,int)] sets it
/// @param limitGso set the interface's gso_max_size so that one frame read makes one UDP send. Best for traffic of this
///     host; a larger super-packet that is forwarded is read as single packets
public record TunOptions(boolean tso, boolean uso, boolean gro, boolean udpGro, boolean multiQueue, boolean limitGso) {
    /// Everything on, one queue.
    public static TunOptions standard() {
        return new TunOptions(true, true, true, true, false, true);
    }

    /// Plain packets only, without virtio-net header.
    public static TunOptions plain() {
        return new TunOptions(false, false, false, false, false, false);
    }

    /// Whether any offload is asked for, and so the virtio-net header.
    public boolean vnetHeader() {
        return tso || uso || gro || udpGro;
    }

    public TunOptions withMultiQueue(boolean multiQueue) {
        return new TunOptions(tso, uso, gro, udpGro, multiQueue, limitGso);
    }
}
