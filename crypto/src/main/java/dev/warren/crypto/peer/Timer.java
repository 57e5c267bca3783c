package dev.warren.crypto.peer;

/// The five timers of a peer (whitepaper §6, kernel timers.c).
enum Timer {
    /// Retransmits an initiation without a response within REKEY_TIMEOUT (5 s) and up to 333 ms of jitter;
    /// gives up after REKEY_ATTEMPT_TIME (90 s).
    RETRANSMIT_HANDSHAKE,
    /// Sends an empty packet if a data packet was received and none was sent for KEEPALIVE_TIMEOUT (10 s).
    SEND_KEEPALIVE,
    /// Begins a new handshake if a data packet was sent and nothing was received for KEEPALIVE_TIMEOUT +
    /// REKEY_TIMEOUT (15 s and jitter).
    NEW_HANDSHAKE,
    /// Wipes all keys if no new session was derived for three times REJECT_AFTER_TIME (540 s).
    ZERO_KEY_MATERIAL,
    /// Sends an empty packet every `persistent-keepalive` seconds (1 to 65535), if that is set.
    PERSISTENT_KEEPALIVE
}
