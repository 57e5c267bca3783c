package dev.warren.io;

import dev.warren.io.ffm.Libc;

/// The clock everything is driven by: CLOCK_BOOTTIME, which keeps counting while the machine sleeps, so
/// that keys age as the other side sees them age. Read once per batch. An instance belongs to one
/// owner; all share one origin.
public final class BootClock {
    private static final long ORIGIN = new Libc().clockGettime(Libc.CLOCK_BOOTTIME);
    private final Libc libc = new Libc();

    /// Nanoseconds since the process started, never negative.
    public long now() {
        return libc.clockGettime(Libc.CLOCK_BOOTTIME) - ORIGIN;
    }

    /// Nanoseconds since the Unix epoch, for TAI64N only.
    public long wall() {
        return libc.clockGettime(Libc.CLOCK_REALTIME);
    }
}
