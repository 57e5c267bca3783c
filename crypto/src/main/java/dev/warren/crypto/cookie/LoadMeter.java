package dev.warren.crypto.cookie;

import dev.warren.crypto.Protocol;

/// Decides from the work done for unauthenticated handshake messages whether a device is under load
/// (whitepaper §5.3). Measures the work for all sources together: a leaky bucket that work fills and time
/// empties. When it holds more than a tenth of a second's budget, the device is under load for at least a
/// second. One per device.
public final class LoadMeter {
    // one measure for all sources, so that forged source addresses do not hide a flood.
    private static final long NOT_YET = Long.MIN_VALUE;

    private final long nanosPerUnit;
    private final long full;
    private long emptyAt;
    private long loadedUntil = NOT_YET;

    /// @param unitsPerSecond the budget, in units of work (a DH is one unit), at least 1
    public LoadMeter(int unitsPerSecond) {
        if (unitsPerSecond < 1) {
            throw new IllegalArgumentException("The budget is at least 1 unit per second, not " + unitsPerSecond + ".");
        }
        nanosPerUnit = Math.max(1, Protocol.SECOND / unitsPerSecond);
        full = Math.max(Protocol.SECOND / 10, nanosPerUnit);
    }

    /// Reports `units` of work done, at `now` in nanoseconds.
    public void spent(int units, long now) {
        emptyAt = Math.max(emptyAt, now) + units * nanosPerUnit;
        if (emptyAt - now > full) {
            emptyAt = now + full;
            loadedUntil = now + Protocol.UNDER_LOAD_HOLD;
        }
    }

    /// Reports that more handshake messages are queued than the device keeps up with: it is under load.
    public void overloaded(long now) {
        loadedUntil = now + Protocol.UNDER_LOAD_HOLD;
    }

    public boolean underLoad(long now) {
        return loadedUntil != NOT_YET && now < loadedUntil;
    }
}
