package dev.warren.conf;

import dev.warren.crypto.key.PrivateKey;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A change to a device, from the text protocol or from a HOCON file: one mechanism applies both.
///
/// The receiver applies it step by step, in this order, and stops at the first that is refused (decisions/0016):
///
/// 1. `listenPort` and `fwmark` together: port 0 picks a free one, mark 0 unsets it. When the kernel refuses them, with
///    `EADDRINUSE` for a port that is taken, the sockets that are open stay as they are.
/// 2. `privateKey`. The same key as before changes nothing, sessions included. A zero key unsets it: no handshake is
///    begun or responded to. A new key: a peer whose public key is now our own is removed, all keypairs expire.
/// 3. `replacePeers`: every peer is removed first, also when `peers` is empty.
/// 4. `peers`, in order. A public key may occur several times; each entry is applied on top of the one before.
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
