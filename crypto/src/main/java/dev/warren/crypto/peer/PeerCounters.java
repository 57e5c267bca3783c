package dev.warren.crypto.peer;

import dev.warren.crypto.Verdict;

/// Counters of a [Peer], called once for a run of packets and for each drop. Called on the peer's thread;
/// must not call the peer and must not throw.
public interface PeerCounters {
    /// @param packets data packets; 0 for a keepalive or a handshake message
    /// @param bytes total length of their datagrams
    void sent(int packets, long bytes);

    /// @param bytes total length of the datagrams, including keepalives and handshake messages
    void received(long bytes);

    /// @param reason never OK
    /// @param count packets or messages dropped for it
    void dropped(Verdict reason, int count);
}
