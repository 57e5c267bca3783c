package dev.warren.routing.allowedips;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.warren.routing.ip.IpHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The last address that was looked up and whose it is. Packets come in trains of one flow: all of a train but its
/// first packet cost a comparison, and no walk down the trie. Belongs to one loop; keep one for destinations and one
/// for sources, or each would push out the other.
public final class AllowedIpsCache<P> {
    private @Nullable AllowedIpsSnapshot<P> table;
    private @Nullable P owner;
    /// In the order of the machine, as nothing but equality is asked of them.
    private long hi;

    private long lo;
    private int version;

    /// What [AllowedIpsSnapshot#destination] says of this table. The packet has passed [IpHeader#validate].
    public @Nullable P destination(AllowedIpsSnapshot<P> routes, MemorySegment packet, long at) {
        if (!last(routes, packet, at, IpHeader.V4_DESTINATION, IpHeader.V6_DESTINATION)) {
            owner = routes.destination(packet, at);
        }
        return owner;
    }

    /// What [AllowedIpsSnapshot#source] says of this table. The packet has passed [IpHeader#validate].
    public @Nullable P source(AllowedIpsSnapshot<P> routes, MemorySegment packet, long at) {
        if (!last(routes, packet, at, IpHeader.V4_SOURCE, IpHeader.V6_SOURCE)) {
            owner = routes.source(packet, at);
        }
        return owner;
    }

    /// Whether the address is the one before, in the same table; from now on it is.
    private boolean last(AllowedIpsSnapshot<P> routes, MemorySegment packet, long at, int offset4, int offset6) {
        int family = IpHeader.version(packet, at);
        long high = 0;
        long low;
        if (family == 4) {
            low = packet.get(JAVA_INT_UNALIGNED, at + offset4);
        } else {
            high = packet.get(JAVA_LONG_UNALIGNED, at + offset6);
            low = packet.get(JAVA_LONG_UNALIGNED, at + offset6 + 8);
        }
        if (low == lo && high == hi && family == version && routes == table) return true;
        table = routes;
        version = family;
        hi = high;
        lo = low;
        return false;
    }
}
