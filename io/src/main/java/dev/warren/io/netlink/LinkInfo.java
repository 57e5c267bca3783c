package dev.warren.io.netlink;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/// A network interface as the kernel reports it (RTM_NEWLINK of rtnetlink(7)).
///
/// @param index its index, 1 or more
/// @param mtu bytes, 0 to 65535 for a TUN, 65536 for loopback
/// @param up whether it is administratively up
/// @param queueLength txqueuelen, packets
/// @param gsoMaxSize largest super-packet that the interface is given, bytes; 0 when not reported
/// @param gsoMaxSegments most segments of one; 0 when not reported
public record LinkInfo(
        int index, String name, int mtu, boolean up, int queueLength, int gsoMaxSize, int gsoMaxSegments) {
    static final int IFF_UP = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_TXQLEN = 13;
    static final int IFLA_GSO_MAX_SEGS = 40;
    static final int IFLA_GSO_MAX_SIZE = 41;

    /// `struct ifinfomsg`: `family(1) pad(1) type(2) index(4) flags(4) change(4)`, and attributes up to `end`.
    public static LinkInfo read(MemorySegment from, long at, long end) {
        long attributes = at + 16;
        return new LinkInfo(
                from.get(JAVA_INT, at + 4),
                NetlinkMessage.findText(from, attributes, end, IFLA_IFNAME),
                NetlinkMessage.find(from, attributes, end, IFLA_MTU, 0),
                (from.get(JAVA_INT, at + 8) & IFF_UP) != 0,
                NetlinkMessage.find(from, attributes, end, IFLA_TXQLEN, 0),
                NetlinkMessage.find(from, attributes, end, IFLA_GSO_MAX_SIZE, 0),
                NetlinkMessage.find(from, attributes, end, IFLA_GSO_MAX_SEGS, 0));
    }
}
