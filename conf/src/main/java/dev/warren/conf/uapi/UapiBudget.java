package dev.warren.conf.uapi;

/// Bytes of heap that the `set` operations of all clients of a control socket may hold together, from their first line
/// until they are applied. Used by one thread at a time.
public final class UapiBudget {
    /// One `set` may have all of it: about 400,000 peers, or 900,000 allowed IPs.
    public static final long USUAL = 64 << 20;

    private final long total;
    private long left;

    public UapiBudget(long bytes) {
        this.total = bytes;
        this.left = bytes;
    }

    long total() {
        return total;
    }

    boolean take(long bytes) {
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }

    void give(long bytes) {
        left += bytes;
    }
}
