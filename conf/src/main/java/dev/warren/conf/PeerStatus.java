package dev.warren.conf;

import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpPrefix;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The state of a peer, for the reply to `get`.
///
/// @param presharedKey null or zero: not set (printed as zeros, as wireguard-go does)
/// @param lastHandshakeSeconds time of the last handshake since the Unix epoch, not an age; 0: never
/// @param lastHandshakeNanos 0 to 999,999,999
/// @param rxBytes received, outer payload bytes; unsigned
/// @param txBytes sent, outer payload bytes; unsigned
/// @param persistentKeepalive seconds, 0: off
/// @param allowedIps printed in this order
public record PeerStatus(
        PublicKey publicKey,
        @Nullable PresharedKey presharedKey,
        @Nullable InetSocketAddress endpoint,
        long lastHandshakeSeconds,
        int lastHandshakeNanos,
        long rxBytes,
        long txBytes,
        int persistentKeepalive,
        List<IpPrefix> allowedIps)
        implements AutoCloseable {
    /// Wipes the copy of the preshared key.
    @Override
    public void close() {
        if (presharedKey != null) {
            presharedKey.close();
        }
    }
}
