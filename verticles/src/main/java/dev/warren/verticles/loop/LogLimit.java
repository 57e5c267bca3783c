package dev.warren.verticles.loop;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Limits log lines of one kind per second, and reports how many were left out. Belongs to one event loop.
public final class LogLimit {
    private static final long WINDOW = TimeUnit.SECONDS.toNanos(1);

    private final int most;
    private long windowEnd = Long.MIN_VALUE;
    private int said;
    private long unsaid;

    /// @param most lines in a second
    public LogLimit(int most) {
        this.most = most;
    }

    /// What goes behind the line, empty mostly; null: the line is one too many.
    public @Nullable String admit(long now) {
        if (now >= windowEnd) {
            windowEnd = now + WINDOW;
            said = 0;
        }
        if (said == most) {
            unsaid++;
            return null;
        }
        said++;
        var more = unsaid == 0 ? "" : " (" + unsaid + " more were not logged)";
        unsaid = 0;
        return more;
    }
}
