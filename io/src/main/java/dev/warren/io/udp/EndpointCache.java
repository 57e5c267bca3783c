package dev.warren.io.udp;

import dev.warren.io.Endpoint;
import org.jspecify.annotations.Nullable;

/// Endpoints received from lately, so that a steady flow makes no garbage. Direct-mapped and bounded: a
/// collision costs one small object.
final class EndpointCache {
    private final @Nullable Endpoint[] slots;

    /// @param size a power of two
    EndpointCache(int size) {
        slots = new @Nullable Endpoint[size];
    }

    Endpoint of(boolean v6, long hi, long lo, int port, int scope, long localHi, long localLo, int localInterface) {
        long mixed = (hi * 31 + lo) * 0x9E3779B97F4A7C15L + port;
        int slot = (int) ((mixed * 0xBF58476D1CE4E5B9L) >>> 40) & (slots.length - 1);
        Endpoint known = slots[slot];
        if (known != null && known.is(v6, hi, lo, port, scope, localHi, localLo, localInterface)) return known;
        Endpoint fresh = Endpoint.of(v6, hi, lo, port, scope, localHi, localLo, localInterface);
        slots[slot] = fresh;
        return fresh;
    }
}
