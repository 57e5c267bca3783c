package dev.warren.io;

import dev.warren.io.ffm.Libc;

/// The clock of all deadlines: CLOCK_BOOTTIME of clock_gettime(2), which counts on while the machine is
/// suspended, so that keys age as on the other peer. Read once per batch. An instance belongs to one owner;
/// all instances have the same origin.
public final class BootClock {
    //
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
