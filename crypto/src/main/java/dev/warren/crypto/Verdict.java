package dev.warren.crypto;

/// Result of processing something from the network: accepted, or the reason for dropping it. One enum for
/// the whole protocol.
public enum Verdict {
    /// It was accepted.
    OK,
    /// Its length or type is not one of WireGuard's (whitepaper §5.4).
    MALFORMED,
    /// Its receiver index belongs to no session and no handshake of ours.
    UNKNOWN_INDEX,
    /// There is no session to open it or to send it with.
    NO_SESSION,
    /// Its session has reached REJECT_AFTER_TIME (180 s).
    EXPIRED,
    /// The counter has reached REJECT_AFTER_MESSAGES: the session is used up.
    COUNTER_LIMIT,
    /// Its counter was received before, or lies behind the replay window (8192).
    REPLAYED,
    /// The Poly1305 tag of a transport message does not match.
    BAD_TAG,
    /// MAC1 was not made with our public key.
    MAC1_INVALID,
    /// The device is under load and the message had no valid cookie: a cookie reply is sent instead.
    COOKIE_SENT,
    /// Its source exceeds the rate of handshake messages allowed while the device is under load.
    RATE_LIMITED,
    /// The static key in the initiation belongs to no configured peer.
    UNKNOWN_PEER,
    /// A part of a handshake message does not authenticate.
    DECRYPT_FAILED,
    /// A Diffie-Hellman result is zero: the public key is a point of low order (RFC 7748 §6.1).
    LOW_ORDER_POINT,
    /// The timestamp of the initiation is not greater than the last one of this peer: the message was
    /// replayed, or the peer's clock went back.
    OLD_TIMESTAMP,
    /// It arrived less than 20 ms after the last initiation of this peer.
    INITIATION_FLOOD,
    /// It belongs to no initiation in flight.
    UNEXPECTED_RESPONSE,
    /// The cookie reply does not authenticate, or belongs to no message of ours.
    COOKIE_INVALID,
    /// Too many packets were staged for this peer: the oldest was dropped.
    STAGED_OVERFLOW,
    /// The packet is longer than a datagram can be.
    TOO_LONG,
    /// The response does not authenticate after both Diffie-Hellmans: usually the preshared keys differ.
    PSK_MISMATCH,
    /// No response to initiations came within REKEY_ATTEMPT_TIME (90 s).
    NO_ANSWER;

    private static final Verdict[] ALL = values();

    /// This verdict as a negative number, for methods that otherwise return a length.
    @SuppressWarnings("EnumOrdinal")
    public int code() {
        return -1 - ordinal();
    }

    /// The verdict of a negative result, see [#code].
    ///
    /// @throws ArrayIndexOutOfBoundsException when `code` is not from [#code]
    @SuppressWarnings("EnumOrdinal")
    public static Verdict of(int code) {
        return ALL[-1 - code];
    }
}
