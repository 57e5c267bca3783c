package dev.warren.crypto.peer;

import dev.warren.crypto.Verdict;

/// Where a [Peer] counts: once for a run of packets, and for what it drops. Called on the peer's thread; must not call
/// the peer and must not throw.
public interface PeerCounters {
    /// @param packets data packets; 0 for a keepalive or a handshake message
    /// @param bytes of their datagrams
    void sent(int packets, long bytes);

    /// @param bytes of datagrams as they came, keepalives and handshake messages among them
    void received(long bytes);

    /// @param reason never OK
    void dropped(Verdict reason, int count);
}
