package dev.warren.crypto.cookie;

import dev.warren.crypto.Protocol;

/// Decides from the work done for strangers whether a device is under load: a measure of all work, whoever
/// caused it. A bucket that work fills and time empties; when more than a tenth of a second's
/// budget stands in it the device is under load, and stays so for a second. One per device.
public final class LoadMeter {
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

    /// Reports work that was done.
    public void spent(int units, long now) {
        emptyAt = Math.max(emptyAt, now) + units * nanosPerUnit;
        if (emptyAt - now > full) {
            emptyAt = now + full;
            loadedUntil = now + Protocol.UNDER_LOAD_HOLD;
        }
    }

    /// Reports that work is left undone.
    public void overloaded(long now) {
        loadedUntil = now + Protocol.UNDER_LOAD_HOLD;
    }

    public boolean underLoad(long now) {
        return loadedUntil != NOT_YET && now < loadedUntil;
    }
}
