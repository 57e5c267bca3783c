package dev.warren.conf;

import dev.warren.crypto.key.PrivateKey;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A change to a device, from the text protocol or from a HOCON file: one mechanism applies both.
///
/// The receiver does what wireguard-go does, in this order:
///
/// 1. `privateKey`, when present. The same key as before changes nothing, sessions included. A zero key unsets it: no
///    handshake is made or answered. A new key: a peer whose public key is now our own is removed, all keypairs expire.
/// 2. `listenPort`, when present: 0 picks a free port. Taken ports answer `EADDRINUSE`; the new number is kept.
///    While the interface is down the number is only noted.
/// 3. `fwmark`, when present: 0 unsets it. Failing to set it answers `EADDRINUSE`.
/// 4. `replacePeers`: every peer is removed first, also when `peers` is empty.
/// 5. `peers`, in order. A public key may occur several times; each entry is applied on top of the one before.
///
/// @param privateKey absent: unchanged; `isZero()`: unset
/// @param listenPort absent: unchanged; 0 to 65535
/// @param fwmark absent: unchanged; all 32 bits are used, read it as unsigned; 0: unset
/// @param replacePeers remove all peers before applying `peers`
/// @param peers changes to peers, in order
public record DeviceUpdate(
        @Nullable PrivateKey privateKey,
        OptionalInt listenPort,
        OptionalInt fwmark,
        boolean replacePeers,
        List<PeerUpdate> peers)
        implements AutoCloseable {
    /// Takes `peers` as it is; the caller does not change it any more.
    public DeviceUpdate {}

    /// True when the update changes nothing.
    public boolean isEmpty() {
        return privateKey == null && listenPort.isEmpty() && fwmark.isEmpty() && !replacePeers && peers.isEmpty();
    }

    /// Wipes the keys in it. The receiver copies the keys that it keeps; the sender owns the update and closes it.
    @Override
    public void close() {
        if (privateKey != null) {
            privateKey.close();
        }
        for (var peer : peers) {
            peer.close();
        }
    }
}
