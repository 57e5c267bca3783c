package dev.warren.verticles.bus;

import io.vertx.core.Vertx;

/// The mailbox of the link verticle. A device without an interface of the kernel has none: what it is told
/// is discarded.
public final class LinkMailbox extends Mailbox<LinkCommand> {
    public LinkMailbox(Vertx vertx, String device) {
        super(vertx, Addresses.link(device), LinkCommand::discard);
    }

    public void tell(LinkCommand message) {
        give(message);
    }
}
