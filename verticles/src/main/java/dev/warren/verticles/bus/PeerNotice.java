package dev.warren.verticles.bus;

import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.peer.PeerEvent;

/// Something happened to a peer. Published on the bus at [Addresses#notices], on this node only, and not kept for those
/// who come later.
public record PeerNotice(PublicKey peer, PeerEvent event) {}
