package dev.warren.verticles.bus;

import io.vertx.core.Vertx;

/// The door of the router.
public final class RouterMailbox extends Door<RouterMessage> {
    public RouterMailbox(Vertx vertx, String device) {
        super(vertx, Addresses.router(device), RouterMessage::discard);
    }

    public void wake(PeerRef peer) {
        tell(new RouterMessage.Wake(peer));
    }

    public void tell(RouterMessage message) {
        give(message);
    }
}
