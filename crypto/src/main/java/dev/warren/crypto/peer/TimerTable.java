package dev.warren.crypto.peer;

import java.util.Arrays;

/// The deadlines of one peer, nanoseconds. The owner keeps a single real timer, armed for the earliest of them.
@SuppressWarnings("EnumOrdinal") // the timers index an array and are stored nowhere
final class TimerTable {
    static final long NEVER = Long.MAX_VALUE;

    private static final int COUNT = Timer.values().length;

    private final long[] deadlines = new long[COUNT];

    TimerTable() {
        clear();
    }

    void arm(Timer timer, long deadline) {
        deadlines[timer.ordinal()] = deadline;
    }

    /// Arms the timer unless its deadline is earlier already.
    void armEarlier(Timer timer, long deadline) {
        arm(timer, Math.min(deadline, deadlines[timer.ordinal()]));
    }

    void disarm(Timer timer) {
        deadlines[timer.ordinal()] = NEVER;
    }

    boolean isArmed(Timer timer) {
        return deadlines[timer.ordinal()] != NEVER;
    }

    /// True once per arming, at or after the deadline.
    boolean expire(Timer timer, long now) {
        if (deadlines[timer.ordinal()] > now) {
            return false;
        }
        deadlines[timer.ordinal()] = NEVER;
        return true;
    }

    /// The earliest deadline, or [#NEVER].
    long next() {
        long earliest = NEVER;
        for (long deadline : deadlines) {
            earliest = Math.min(earliest, deadline);
        }
        return earliest;
    }

    void clear() {
        Arrays.fill(deadlines, NEVER);
    }
}
