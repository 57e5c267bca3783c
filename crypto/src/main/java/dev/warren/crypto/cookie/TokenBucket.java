package dev.warren.crypto.cookie;

/// Limits events to a rate with bursts: one bucket for all of a kind, where [RateLimiter] has one for each
/// source. Confined to one thread.
public final class TokenBucket {
    private final long interval;
    private final long burst;
    private long full = Long.MIN_VALUE; // when the bucket is full again

    /// @param perSecond events per second on average, at least 1
    /// @param burst events at once after a pause, at least 1
    public TokenBucket(int perSecond, int burst) {
        if (perSecond < 1 || burst < 1) {
            throw new IllegalArgumentException("Rate and burst are at least 1.");
        }
        interval = 1_000_000_000L / perSecond;
        this.burst = burst * interval;
    }

    /// Takes a token if there is one; true when the event may happen.
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
