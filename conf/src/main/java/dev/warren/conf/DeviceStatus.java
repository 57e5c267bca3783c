package dev.warren.conf;

import dev.warren.crypto.key.PrivateKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The state of a device, for the reply to `get`. Has copies of keys, which the receiver wipes with [#close].
///
/// @param privateKey null or zero: not set, not printed
/// @param listenPort 0 to 65535; 0 (never bound) is not printed
/// @param fwmark unsigned 32 bits; 0 is not printed
public record DeviceStatus(@Nullable PrivateKey privateKey, int listenPort, int fwmark, List<PeerStatus> peers)
        implements AutoCloseable {
    /// Wipes the keys in it.
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
