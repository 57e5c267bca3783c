package dev.warren.routing.allowedips;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.warren.routing.ip.IpFields;
import dev.warren.routing.ip.IpHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Caches the last address looked up and its owner. Packets of one flow come in runs: all packets of a run
/// but the first cost a comparison instead of a lookup in the trie. Confined to one loop; keep one cache
/// for destinations and one for sources, or each would evict the other's entry.
public final class AllowedIpsCache<P> {
    private @Nullable AllowedIpsSnapshot<P> table;
    private @Nullable P owner;
    /// In native byte order, because they are compared for equality only.
    private long hi;

    private long lo;
    private int version;

    /// Same result as [AllowedIpsSnapshot#destination] of this table. The packet has passed
    /// [IpHeader#validate].
    public @Nullable P destination(AllowedIpsSnapshot<P> routes, MemorySegment packet, long at) {
        if (!last(routes, packet, at, IpFields.V4_DESTINATION, IpFields.V6_DESTINATION)) {
            owner = routes.destination(packet, at);
        }
        return owner;
    }

    /// Same result as [AllowedIpsSnapshot#source] of this table. The packet has passed [IpHeader#validate].
    public @Nullable P source(AllowedIpsSnapshot<P> routes, MemorySegment packet, long at) {
        if (!last(routes, packet, at, IpFields.V4_SOURCE, IpFields.V6_SOURCE)) {
            owner = routes.source(packet, at);
        }
        return owner;
    }

    /// True when the address and the table are those of the last call; caches them otherwise.
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
        if (low == lo && high == hi && family == version && routes == table) {
            return true;
        }
        table = routes;
        version = family;
        hi = high;
        lo = low;
        return false;
    }
}
