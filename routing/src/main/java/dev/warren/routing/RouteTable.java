package dev.warren.routing;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A state of [AllowedIps] that never changes: longest prefix match. Any thread may read it.
@SuppressWarnings("DoNotCallSuggester")
public final class RouteTable<P> {
    /// The table without a prefix.
    public static <P> RouteTable<P> empty() {
        throw new UnsupportedOperationException();
    }

    public @Nullable P lookup4(int address) {
        throw new UnsupportedOperationException();
    }

    public @Nullable P lookup6(long hi, long lo) {
        throw new UnsupportedOperationException();
    }

    /// Who gets the IP packet at `at`; null when nobody does. The packet has passed [IpHeader#validate].
    public @Nullable P destination(MemorySegment packet, long at) {
        throw new UnsupportedOperationException();
    }

    /// Whose the source of the IP packet at `at` is; null when nobody's. The packet has passed [IpHeader#validate].
    public @Nullable P source(MemorySegment packet, long at) {
        throw new UnsupportedOperationException();
    }
}
