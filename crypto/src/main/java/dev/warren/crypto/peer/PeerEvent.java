package dev.warren.crypto.peer;

/// Events of a peer, for logs and users. `now` is the time passed to the peer, nanoseconds.
public sealed interface PeerEvent {
    long now();

    /// An initiation was sent; `attempt` counts from 1.
    record HandshakeStarted(long now, int attempt) implements PeerEvent {}

    /// A session can send and receive: as initiator when the response arrived, as responder when the first
    /// datagram under the new keys arrived. `rtt` is nanoseconds from initiation to response, as
    /// responder from response to that datagram, or -1 when that is not known.
    record SessionEstablished(long now, boolean initiator, long rtt) implements PeerEvent {}

    /// The peer is silent: an initiation is retransmitted, or nothing was received for 15 s after data was
    /// sent. Forget the local (source) address cached with the endpoint, as the kernel does.
    record PathInDoubt(long now) implements PeerEvent {}

    /// The handshake is given up after `attempts` initiations without a response; `dropped` staged packets
    /// were dropped.
    record HandshakeGivenUp(long now, int attempts, int dropped) implements PeerEvent {}

    /// An authenticated initiation was refused because its timestamp is older than one accepted before: the
    /// peer's clock went back, or an attacker replays an initiation. In the former case
    /// [Peer#resetTimestamp] lets the peer in.
    record TimestampRefused(long now) implements PeerEvent {}

    /// All keys were wiped: no new handshake for 3 x REJECT_AFTER_TIME (540 s), or the last one was given
    /// up and all sessions have expired.
    record KeysZeroed(long now) implements PeerEvent {}
}
