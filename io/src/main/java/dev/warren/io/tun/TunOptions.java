package dev.warren.io.tun;

/// What a [LinuxTun] is asked to use. Every offload is probed as well: true means "if the kernel can".
///
/// @param tso read TCP super-packets (TSO4, TSO6)
/// @param uso read UDP super-packets (USO4, USO6; Linux 6.2)
/// @param gro write coalesced TCP super-packets
/// @param udpGro write coalesced UDP super-packets (Linux 6.2)
/// @param multiQueue open with IFF_MULTI_QUEUE, so that the device can be opened again for a further queue;
///     [LinuxTun#open(String,TunOptions,int)] sees to it
/// @param limitGso set the interface's gso_max_size so that one super-packet read makes one UDP send. Best for traffic
///     that begins on this host; a super-packet that is forwarded and larger comes as single packets
public record TunOptions(boolean tso, boolean uso, boolean gro, boolean udpGro, boolean multiQueue, boolean limitGso) {
    /// Everything on, one queue.
    public static TunOptions standard() {
        return new TunOptions(true, true, true, true, false, true);
    }

    /// Plain packets only, without virtio-net header.
    public static TunOptions plain() {
        return new TunOptions(false, false, false, false, false, false);
    }

    /// Whether any offload, and so the virtio-net header, is wanted.
    public boolean vnetHeader() {
        return tso || uso || gro || udpGro;
    }

    public TunOptions withRead(boolean tso, boolean uso) {
        return new TunOptions(tso, uso, gro, udpGro, multiQueue, limitGso);
    }

    public TunOptions withWrite(boolean gro, boolean udpGro) {
        return new TunOptions(tso, uso, gro, udpGro, multiQueue, limitGso);
    }

    public TunOptions withMultiQueue(boolean multiQueue) {
        return new TunOptions(tso, uso, gro, udpGro, multiQueue, limitGso);
    }

    public TunOptions withLimitGso(boolean limitGso) {
        return new TunOptions(tso, uso, gro, udpGro, multiQueue, limitGso);
    }
}
