package dev.warren.conf;

import dev.warren.crypto.key.PrivateKey;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One interface of a configuration file.
///
/// @param name 1 to 15 bytes, as Linux wants it
/// @param addresses addresses of the interface; may be empty
/// @param listenPort 0: any free port
/// @param mtu bytes, 576 to 65535; empty: that of the route to the peers, less 80
/// @param fwmark unsigned 32 bits, 0: none
/// @param routes add a route for every allowed IP of every peer
/// @param killSwitch refuse packets of routes in a table of their own when the interface is gone
public record InterfaceConfig(
        String name,
        PrivateKeySource privateKey,
        List<InterfaceAddress> addresses,
        int listenPort,
        OptionalInt mtu,
        int fwmark,
        boolean routes,
        boolean killSwitch,
        List<PeerConfig> peers)
        implements AutoCloseable {
    /// This interface as one change that replaces everything. The keys in the update are copies: close it after use.
    ///
    /// @param key the private key, from [PrivateKeySource#obtain]; copied
    /// @param mark [#fwmark], or the one that routes need instead
    /// @param resolved gives the address of each endpoint, or null for one that could not be resolved: that
    ///     peer is configured without endpoint. Pass [HostAndPort#literal] when only literals are wanted.
    public DeviceUpdate toUpdate(
            PrivateKey key, int mark, Function<HostAndPort, @Nullable InetSocketAddress> resolved) {
        var updates = new ArrayList<PeerUpdate>(peers.size());
        for (var peer : peers) {
            updates.add(peer.toUpdate(peer.endpoint() == null ? null : resolved.apply(peer.endpoint())));
        }
        return new DeviceUpdate(key.copy(), OptionalInt.of(listenPort), OptionalInt.of(mark), true, updates);
    }

    /// Wipes the keys in it.
    @Override
    public void close() {
        privateKey.close();
        peers.forEach(PeerConfig::close);
    }
}
