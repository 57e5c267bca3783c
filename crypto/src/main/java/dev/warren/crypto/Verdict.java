package dev.warren.crypto;

/// Why something that came from the network was not accepted, or that it was. One enum for the whole protocol.
public enum Verdict {
    /// It was accepted.
    OK,
    /// Its length or type is none that WireGuard has.
    MALFORMED,
    /// Its receiver index is of no session and of no handshake of ours.
    UNKNOWN_INDEX,
    /// There are no keys to open it with, or to send with.
    NO_SESSION,
    /// Its session is older than REJECT_AFTER_TIME (180 s).
    EXPIRED,
    /// The counter has reached REJECT_AFTER_MESSAGES: this session carries no more.
    COUNTER_LIMIT,
    /// Its counter was seen before, or lies behind the replay window (8192).
    REPLAYED,
    /// The Poly1305 tag of a transport message does not match.
    BAD_TAG,
    /// MAC1 was not made with our public key.
    MAC1_INVALID,
    /// We are under load, and it had no valid cookie: a cookie reply went out instead.
    COOKIE_SENT,
    /// Its source has sent more handshake messages than it may while we are under load.
    RATE_LIMITED,
    /// The static key in the initiation is of no configured peer.
    UNKNOWN_PEER,
    /// A part of a handshake message does not authenticate.
    DECRYPT_FAILED,
    /// A Diffie-Hellman gave zero: the public key is a point of low order.
    LOW_ORDER_POINT,
    /// The timestamp of the initiation is not greater than the last one of this peer: it was replayed, or
    /// its clock went back.
    OLD_TIMESTAMP,
    /// It came less than 20 ms after the last initiation of this peer.
    INITIATION_FLOOD,
    /// It responds to no initiation that is in flight.
    UNEXPECTED_RESPONSE,
    /// The cookie reply does not authenticate, or answers no message of ours.
    COOKIE_INVALID,
    /// Too many packets were staged for this peer: the oldest was dropped.
    STAGED_OVERFLOW,
    /// The packet is longer than a datagram can be.
    TOO_LONG,
    /// Everything but the preshared key matches.
    PSK_MISMATCH,
    /// Nobody responded to initiations for REKEY_ATTEMPT_TIME (90 s).
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
