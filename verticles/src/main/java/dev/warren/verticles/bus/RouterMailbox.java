package dev.warren.verticles.bus;

import io.vertx.core.Vertx;

/// The mailbox of the router.
public final class RouterMailbox extends Mailbox<RouterCommand> {
    public RouterMailbox(Vertx vertx, String device) {
        super(vertx, Addresses.router(device), RouterCommand::discard);
    }

    public void wake(PeerRef peer) {
        tell(new RouterCommand.Wake(peer));
    }

    public void tell(RouterCommand message) {
        give(message);
    }
}
