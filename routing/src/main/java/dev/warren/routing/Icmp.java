package dev.warren.routing;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Builds ICMP errors about packets that cannot be routed.
@SuppressWarnings("DoNotCallSuggester")
public final class Icmp {
    /// Room a target needs for any error.
    public static final int MAX_LENGTH = 1280;

    private Icmp() {}

    /// Host unreachable (RFC 792, type 3 code 1) or address unreachable (RFC 4443, type 1 code 3) about the packet.
    ///
    /// @param source the error's source address; null, or of the other family: the packet's destination
    /// @return length of the IP packet written at `target + to`, or 0 when there must be no error about this packet
    public static int unreachable(
            MemorySegment packet, long at, int length, @Nullable IpAddress source, MemorySegment target, long to) {
        throw new UnsupportedOperationException();
    }

    /// Fragmentation needed (RFC 1191, type 3 code 4) or packet too big (RFC 4443, type 2) about the packet.
    ///
    /// @param mtu the size that would have passed
    /// @return length of the IP packet written at `target + to`, or 0 when there must be no error about this packet
    public static int tooBig(
            MemorySegment packet,
            long at,
            int length,
            int mtu,
            @Nullable IpAddress source,
            MemorySegment target,
            long to) {
        throw new UnsupportedOperationException();
    }
}
