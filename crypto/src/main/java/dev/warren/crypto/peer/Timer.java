package dev.warren.crypto.peer;

/// The five timers of a peer (whitepaper §6, kernel timers.c).
enum Timer {
    /// The initiation in flight was not answered: again.
    RETRANSMIT_HANDSHAKE,
    /// Data came and nothing went back: say that we are there.
    SEND_KEEPALIVE,
    /// Data went and nothing came back: the session may be dead.
    NEW_HANDSHAKE,
    /// No new keys for long: wipe the old ones.
    ZERO_KEY_MATERIAL,
    PERSISTENT_KEEPALIVE
}
