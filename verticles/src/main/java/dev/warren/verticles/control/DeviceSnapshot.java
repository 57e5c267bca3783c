package dev.warren.verticles.control;

import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Offload;
import dev.warren.verticles.loop.PoolLevel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The figures of one interface, and a page of its peers. Holds no secret.
///
/// @param name of the interface
/// @param publicKey null: there is no key
/// @param port UDP port; 0: closed
/// @param mtu of the TUN, bytes
/// @param addresses of the interface with their prefix lengths
/// @param offloads of the TUN and of the sockets, with those not in use
/// @param pools of batches
/// @param counters all of the device by label, peers summed
/// @param peerCount all peers, also those of other pages
/// @param peers in the order in which they were configured
public record DeviceSnapshot(
        String name,
        boolean up,
        @Nullable PublicKey publicKey,
        int port,
        int fwmark,
        int mtu,
        List<String> addresses,
        List<Offload> offloads,
        List<PoolLevel> pools,
        Map<String, Long> counters,
        int peerCount,
        List<PeerSnapshot> peers) {
    /// The same with the pools and addresses, which are others' to say.
    public DeviceSnapshot with(List<PoolLevel> levels, List<String> itsAddresses) {
        return new DeviceSnapshot(
                name, up, publicKey, port, fwmark, mtu, itsAddresses, offloads, levels, counters, peerCount, peers);
    }

    /// The same with other peers.
    public DeviceSnapshot withPeers(List<PeerSnapshot> others) {
        return new DeviceSnapshot(
                name, up, publicKey, port, fwmark, mtu, addresses, offloads, pools, counters, peerCount, others);
    }
}
