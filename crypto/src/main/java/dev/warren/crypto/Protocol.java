package dev.warren.crypto;

/// The constants of the protocol. All times are nanoseconds, all sizes bytes.
public final class Protocol {
    private Protocol() {}

    // ---- whitepaper §6.1 and §5.4, kernel messages.h
    /// After so many messages a new handshake is asked for. Counters are unsigned.
    public static final long REKEY_AFTER_MESSAGES = 1L << 60;

    /// No message with this counter or a greater one is sent or accepted: 2^64 - 2^13 - 1, unsigned.
    public static final long REJECT_AFTER_MESSAGES = -1L - (1L << 13);

    public static final long MILLISECOND = 1_000_000L;
    public static final long SECOND = 1_000_000_000L;

    public static final long REKEY_AFTER_TIME = 120 * SECOND;
    public static final long REJECT_AFTER_TIME = 180 * SECOND;
    public static final long REKEY_ATTEMPT_TIME = 90 * SECOND;
    public static final long REKEY_TIMEOUT = 5 * SECOND;
    public static final long KEEPALIVE_TIMEOUT = 10 * SECOND;

    /// A retransmission waits for REKEY_TIMEOUT and a random part of this.
    public static final long MAX_JITTER = 333 * MILLISECOND;

    /// A cookie secret and a received cookie live so long (whitepaper §5.4.7).
    public static final long COOKIE_SECRET_MAX_AGE = 120 * SECOND;

    /// So much sooner a received cookie is used no more: the message may be under way when it ends (kernel messages.h).
    public static final long COOKIE_SECRET_LATENCY = 5 * SECOND;

    /// A peer's initiations are accepted at most so often.
    public static final int INITIATIONS_PER_SECOND = 50;

    /// Plaintext is padded with zeros to a multiple of this.
    public static final int PADDING = 16;

    public static final int KEY_LENGTH = 32;

    // ---- ours
    /// Packets that wait for a session, per peer; the oldest is dropped.
    public static final int MAX_STAGED_PACKETS = 128;

    /// Bytes that they take at most, per peer: so many full packets of the usual MTU.
    public static final int MAX_STAGED_BYTES = MAX_STAGED_PACKETS * 1536;

    /// A device stays under load so long after the last sign of it.
    public static final long UNDER_LOAD_HOLD = SECOND;

    /// Handshake messages per second of one source while under load, and how many may come at once.
    public static final int SOURCE_MESSAGES_PER_SECOND = 20;

    public static final int SOURCE_BURST = 5;

    /// Handshake messages per second from sources that showed no cookie while under load, all of them together, and how
    /// many may come at once: some 2 % of a core.
    public static final int WITHOUT_COOKIE_PER_SECOND = 200;

    public static final int WITHOUT_COOKIE_BURST = 20;

    /// Cookie replies per second to one address and port, and how many at once. What a flood in its name makes us send
    /// there is bounded by it.
    public static final int SOURCE_COOKIES_PER_SECOND = 1000;

    public static final int SOURCE_COOKIES_BURST = 100;
}
