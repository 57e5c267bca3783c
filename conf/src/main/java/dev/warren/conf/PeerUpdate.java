package dev.warren.conf;

import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PublicKey;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A change to one peer. The receiver does what wireguard-go does:
///
/// - A `publicKey` equal to the device's own is ignored, silently: the whole entry does nothing.
/// - `remove`: the peer goes with its allowed IPs and sessions; an unknown one is no error. All other fields are empty.
/// - `updateOnly`: an entry for an unknown peer does nothing, and is no error. Otherwise an unknown peer is created.
/// - Then `presharedKey` (used from the next handshake on; sessions stay), `endpoint`, `persistentKeepalive`,
///   `replaceAllowedIps` (the peer's old ones go first), and `allowedIps` in order.
/// - Last, while the interface is up: if the keepalive interval was 0 before and is not now, a keepalive is
///   sent at once (which starts a handshake when there is no session), and staged packets are tried again.
///
/// @param publicKey may be all zero, as with wireguard-go; such a peer never completes a handshake
/// @param presharedKey absent: unchanged; `isZero()`: unset
/// @param endpoint absent: unchanged; resolved, port 0 to 65535
/// @param persistentKeepalive seconds; absent: unchanged; 0: off; at most 65535
/// @param resetTimestamp the timestamp of the next initiation may be any, as if the peer were new
/// @param name that a configuration file gives a new peer, for the log; null: none
/// @param allowedIps additions move the prefix from whichever peer had it
public record PeerUpdate(
        PublicKey publicKey,
        boolean remove,
        boolean updateOnly,
        @Nullable PresharedKey presharedKey,
        @Nullable InetSocketAddress endpoint,
        OptionalInt persistentKeepalive,
        boolean replaceAllowedIps,
        List<AllowedIpChange> allowedIps,
        boolean resetTimestamp,
        @Nullable String name)
        implements AutoCloseable {
    /// Without `resetTimestamp` and `name`.
    public PeerUpdate(
            PublicKey publicKey,
            boolean remove,
            boolean updateOnly,
            @Nullable PresharedKey presharedKey,
            @Nullable InetSocketAddress endpoint,
            OptionalInt persistentKeepalive,
            boolean replaceAllowedIps,
            List<AllowedIpChange> allowedIps) {
        this(
                publicKey,
                remove,
                updateOnly,
                presharedKey,
                endpoint,
                persistentKeepalive,
                replaceAllowedIps,
                allowedIps,
                false,
                null);
    }

    /// Takes `allowedIps` as it is; the caller does not change it any more.
    public PeerUpdate {}

    /// An entry that removes the peer.
    public static PeerUpdate remove(PublicKey publicKey) {
        return new PeerUpdate(publicKey, true, false, null, null, OptionalInt.empty(), false, List.of());
    }

    /// Wipes the preshared key.
    @Override
    public void close() {
        if (presharedKey != null) {
            presharedKey.close();
        }
    }
}
