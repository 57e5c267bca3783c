package dev.warren.crypto.tunnel;

/// Counters of a [Tunnel].
///
/// @param txBytes bytes of all datagrams sent, handshakes and keepalives included
/// @param rxBytes bytes of all datagrams that authenticated, handshakes and keepalives included
/// @param lastHandshake the `now` of the last completed handshake, or -1
/// @param handshakeRtt nanoseconds of the last round trip that a handshake showed, or -1
/// @param lossEstimate share of the peer's datagrams that did not arrive in recent sessions, 0.0 to 1.0
/// @param stagedPackets packets staged until there is a session
public record TunnelStatistics(
        long txBytes, long rxBytes, long lastHandshake, long handshakeRtt, double lossEstimate, int stagedPackets) {}
