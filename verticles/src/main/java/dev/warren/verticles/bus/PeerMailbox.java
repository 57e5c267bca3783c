package dev.warren.verticles.bus;

import dev.warren.io.PacketRun;
import io.vertx.core.Vertx;

/// The door of one peer. What cannot be delivered is cleaned up here: a run goes back to its batch.
public final class PeerMailbox extends Door<PeerMessage> {
    private final PeerRef peer;

    public PeerMailbox(Vertx vertx, String device, PeerRef peer) {
        super(vertx, Addresses.peer(device, peer.id()));
        this.peer = peer;
    }

    public PeerRef peer() {
        return peer;
    }

    /// Plaintext frames for this peer.
    public void outbound(PacketRun run) {
        write(new PeerMessage.Outbound(run)).onFailure(_ -> run.done());
    }

    /// Datagrams from this peer.
    public void inbound(PacketRun run) {
        write(new PeerMessage.Inbound(run)).onFailure(_ -> run.done());
    }

    public void tell(PeerMessage message) {
        write(message).onFailure(failure -> {
            switch (message) {
                case PeerMessage.Initiation gone -> gone.initiation().close();
                case PeerMessage.Report report -> report.answer().tryFail(failure);
                case PeerMessage.Retire retire -> retire.answer().tryFail(failure);
                case PeerMessage.Outbound outbound -> outbound.run().done();
                case PeerMessage.Inbound inbound -> inbound.run().done();
                case PeerMessage.Response _,
                        PeerMessage.CookieReply _,
                        PeerMessage.Configure _,
                        PeerMessage.Identity _,
                        PeerMessage.LocalAddressGone _,
                        PeerMessage.IndexTaken _ -> {}
            }
        });
    }
}
