package dev.warren.verticles.control;

import dev.warren.crypto.key.PublicKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The figures of one interface, and a page of its peers. Holds no secret.
///
/// @param name of the interface
/// @param publicKey null: there is no key
/// @param port UDP port; 0: closed
/// @param mtu of the TUN, bytes
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
        Map<String, Long> counters,
        int peerCount,
        List<PeerSnapshot> peers) {}
