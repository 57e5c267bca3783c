package dev.warren.verticles.bus;

import dev.warren.io.PacketRun;
import io.vertx.core.Vertx;

/// The door of one peer.
public final class PeerMailbox extends Door<PeerMessage> {
    private final PeerRef peer;

    public PeerMailbox(Vertx vertx, String device, PeerRef peer) {
        super(vertx, Addresses.peer(device, peer.serial()), PeerMessage::discard);
        this.peer = peer;
    }

    public PeerRef peer() {
        return peer;
    }

    /// Plaintext frames for this peer.
    public void outbound(PacketRun run) {
        tell(new PeerMessage.Outbound(run));
    }

    /// Datagrams from this peer.
    public void inbound(PacketRun run) {
        tell(new PeerMessage.Inbound(run));
    }

    public void tell(PeerMessage message) {
        give(message);
    }
}
