package dev.warren.conf;

import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpPrefix;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// One named peer of a configuration file.
///
/// @param psk null: none
/// @param allowedIps no prefix twice, and none that another peer of the interface has
/// @param endpoint null: unknown until the peer sends a handshake initiation
/// @param persistentKeepalive seconds, 0: off
public record PeerConfig(
        String name,
        PublicKey publicKey,
        @Nullable PresharedKey psk,
        List<IpPrefix> allowedIps,
        @Nullable HostAndPort endpoint,
        int persistentKeepalive)
        implements AutoCloseable {
    /// This peer as part of an update that removes all peers first.
    PeerUpdate toUpdate(@Nullable InetSocketAddress address) {
        var changes = new ArrayList<AllowedIpChange>(allowedIps.size());
        for (var prefix : allowedIps) {
            changes.add(new AllowedIpChange(prefix, false));
        }
        return new PeerUpdate(
                publicKey,
                false,
                false,
                psk == null ? null : psk.copy(),
                address,
                OptionalInt.of(persistentKeepalive),
                true,
                changes,
                false,
                name);
    }

    /// Wipes the preshared key.
    @Override
    public void close() {
        if (psk != null) {
            psk.close();
        }
    }
}
