package dev.warren.routing;

/// Lets so many events through per second, for ICMP errors.
@SuppressWarnings("DoNotCallSuggester")
public final class TokenBucket {
    public TokenBucket(int perSecond, int burst) {}

    /// True when the event may happen.
    ///
    /// @param now nanoseconds, never going back
    public boolean take(long now) {
        throw new UnsupportedOperationException();
    }
}
