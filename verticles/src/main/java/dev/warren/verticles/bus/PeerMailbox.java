package dev.warren.verticles.bus;

import dev.warren.io.PacketRun;
import io.vertx.core.Vertx;

/// The mailbox of one peer.
public final class PeerMailbox extends Mailbox<PeerCommand> {
    private final PeerRef peer;

    public PeerMailbox(Vertx vertx, String device, PeerRef peer) {
        super(vertx, Addresses.peer(device, peer.serial()), PeerCommand::discard);
        this.peer = peer;
    }

    public PeerRef peer() {
        return peer;
    }

    /// Plaintext frames for this peer.
    public void outbound(PacketRun run) {
        tell(new PeerCommand.Outbound(run));
    }

    /// Datagrams from this peer.
    public void inbound(PacketRun run) {
        tell(new PeerCommand.Inbound(run));
    }

    public void tell(PeerCommand message) {
        give(message);
    }
}
