package dev.warren.routing;

import java.lang.foreign.MemorySegment;

/// IPv4 (RFC 791) and IPv6 (RFC 8200) headers, read in place.
@SuppressWarnings("DoNotCallSuggester")
public final class IpHeader {
    private IpHeader() {}

    /// The version nibble.
    public static int version(MemorySegment segment, long at) {
        throw new UnsupportedOperationException();
    }

    /// Length the header states for the whole packet: IPv4 total length, IPv6 payload length + 40.
    public static int totalLength(MemorySegment segment, long at) {
        throw new UnsupportedOperationException();
    }

    /// The length of the packet at `at` without padding behind it, or -1 when no whole IP packet lies there.
    ///
    /// @param available bytes at `at`, a padded packet
    public static int validate(MemorySegment segment, long at, int available) {
        throw new UnsupportedOperationException();
    }

    /// The two ECN bits (RFC 3168) of a packet that has passed [#validate].
    public static int ecn(MemorySegment segment, long at) {
        throw new UnsupportedOperationException();
    }

    public static int protocol(MemorySegment segment, long at) {
        throw new UnsupportedOperationException();
    }
}
