package dev.warren.crypto.peer;

/// What a person or a log may want to know about a peer. `now` is the time that was passed to the peer, nanoseconds.
public sealed interface PeerEvent {
    long now();

    /// An initiation was handed to the transmit; `attempt` counts from 1.
    record HandshakeStarted(long now, int attempt) implements PeerEvent {}

    /// A session can be used both ways: as initiator when the response came, as responder when the first datagram
    /// under the new keys came. `rtt` is nanoseconds from initiation to response, or -1 as responder.
    record SessionEstablished(long now, boolean initiator, long rtt) implements PeerEvent {}

    /// Nobody answers: an initiation had to be repeated, or data went unanswered for 15 s. The path is in doubt: forget
    /// the local (source) address that is remembered with the endpoint, as the kernel does.
    record PathInDoubt(long now) implements PeerEvent {}

    /// No answer to `attempts` initiations in a row; `dropped` staged packets were given up with them.
    record HandshakeGivenUp(long now, int attempts, int dropped) implements PeerEvent {}

    /// An authentic initiation was refused since its timestamp is older than one that was accepted: the
    /// peer's clock went back, or somebody repeats what the peer once sent. [Peer#resetTimestamp] helps the
    /// former.
    record TimestampRefused(long now) implements PeerEvent {}

    /// All keys were wiped: there was no new handshake for 3 x REJECT_AFTER_TIME, or the last one was given up and no
    /// session is young enough to be used.
    record KeysZeroed(long now) implements PeerEvent {}
}
