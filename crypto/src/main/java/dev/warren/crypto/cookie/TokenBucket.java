package dev.warren.crypto.cookie;

/// Lets so many events through per second and no more: the one for all of a kind, where [RateLimiter] has one for each
/// source. Belongs to one thread.
public final class TokenBucket {
    private final long interval;
    private final long burst;
    private long full = Long.MIN_VALUE; // when the bucket is full again

    /// @param perSecond events per second in the long run, at least 1
    /// @param burst events at once after a silence, at least 1
    public TokenBucket(int perSecond, int burst) {
        if (perSecond < 1 || burst < 1) {
            throw new IllegalArgumentException("Rate and burst are at least 1.");
        }
        interval = 1_000_000_000L / perSecond;
        this.burst = burst * interval;
    }

    /// True when the event may happen; it then takes its token.
    ///
    /// @param now nanoseconds, 0 or more, never going back
    public boolean take(long now) {
        long next = Math.max(full, now) + interval;
        if (next - now > burst) {
            return false;
        }
        full = next;
        return true;
    }
}
