package dev.warren.crypto;

/// The constants of the protocol. All times are nanoseconds, all sizes bytes.
public final class Protocol {
    private Protocol() {}

    // ---- whitepaper §6.1 and §5.4, kernel messages.h
    /// Sends a new handshake initiation after this many messages in a session. Counters are unsigned.
    public static final long REKEY_AFTER_MESSAGES = 1L << 60;

    /// Neither sends nor accepts a message with this counter or a greater one: 2^64 - 2^13 - 1, unsigned.
    public static final long REJECT_AFTER_MESSAGES = -1L - (1L << 13);

    public static final long MILLISECOND = 1_000_000L;
    public static final long SECOND = 1_000_000_000L;

    public static final long REKEY_AFTER_TIME = 120 * SECOND;
    public static final long REJECT_AFTER_TIME = 180 * SECOND;
    public static final long REKEY_ATTEMPT_TIME = 90 * SECOND;
    public static final long REKEY_TIMEOUT = 5 * SECOND;
    public static final long KEEPALIVE_TIMEOUT = 10 * SECOND;

    /// A retransmission waits for REKEY_TIMEOUT and a random part of this jitter.
    public static final long MAX_JITTER = 333 * MILLISECOND;

    /// Lifetime of the secret behind cookies, and of a received cookie (whitepaper §5.4.7).
    public static final long COOKIE_SECRET_MAX_AGE = 120 * SECOND;

    /// A received cookie is used for this much less, because a message signed with it may still be in
    /// flight when the cookie expires (kernel messages.h).
    public static final long COOKIE_SECRET_LATENCY = 5 * SECOND;

    /// Initiations accepted per second and peer.
    public static final int INITIATIONS_PER_SECOND = 50;

    /// Plaintext is padded with zeros to a multiple of this (whitepaper §5.4.6).
    public static final int PADDING = 16;

    public static final int KEY_LENGTH = 32;

    // ---- ours
    /// Packets staged for one peer until it has a session; when they are more, the oldest is dropped.
    public static final int MAX_STAGED_PACKETS = 128;

    /// Bytes staged for one peer: MAX_STAGED_PACKETS full packets of the usual MTU.
    public static final int MAX_STAGED_BYTES = MAX_STAGED_PACKETS * 1536;

    /// Time a device stays under load after it last exceeded its budget of handshake work.
    public static final long UNDER_LOAD_HOLD = SECOND;

    /// Handshake messages accepted per second from one source while under load, and the burst.
    public static final int SOURCE_MESSAGES_PER_SECOND = 20;

    public static final int SOURCE_BURST = 5;

    /// Handshake messages accepted per second without a valid cookie while under load, from all sources
    /// together, and the burst: some 2 % of a core.
    public static final int WITHOUT_COOKIE_PER_SECOND = 200;

    public static final int WITHOUT_COOKIE_BURST = 20;

    /// Cookie replies per second to one address and port, and the burst. Bounds the traffic that a flood
    /// with a forged source address makes us send to that address.
    public static final int SOURCE_COOKIES_PER_SECOND = 1000;

    public static final int SOURCE_COOKIES_BURST = 100;
}
