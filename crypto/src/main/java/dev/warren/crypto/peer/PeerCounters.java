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

    /// Called once for a run of received datagrams, with what has come to light since the last call.
    ///
    /// @param sent datagrams that the peer has sent at least, by the greatest counters
    /// @param arrived datagrams that authenticated
    /// @param late those of them that arrived after one that was sent later
    void arrived(long sent, long arrived, long late);

    /// @param reason never OK
    /// @param count packets or messages dropped for it
    void dropped(Verdict reason, int count);
}
