package dev.warren.crypto;

/// Why something that came from the network was not accepted, or that it was. One enum for the whole protocol.
public enum Verdict {
    OK,
    KEEPALIVE,
    MALFORMED,
    UNKNOWN_INDEX,
    NO_SESSION,
    EXPIRED,
    COUNTER_LIMIT,
    REPLAYED,
    BAD_TAG,
    MAC1_INVALID,
    COOKIE_SENT,
    RATE_LIMITED,
    UNKNOWN_PEER,
    DECRYPT_FAILED,
    LOW_ORDER_POINT,
    OLD_TIMESTAMP,
    INITIATION_FLOOD,
    UNEXPECTED_RESPONSE,
    COOKIE_INVALID,
    STAGED_OVERFLOW,
    TOO_LONG,
    PSK_MISMATCH,
    NO_ANSWER;

    private static final Verdict[] ALL = values();

    /// The verdict as a negative number, for methods that otherwise return a length.
    @SuppressWarnings("EnumOrdinal")
    public int code() {
        return -1 - ordinal();
    }

    /// The verdict behind a negative result.
    @SuppressWarnings("EnumOrdinal")
    public static Verdict of(int code) {
        return ALL[-1 - code];
    }
}
