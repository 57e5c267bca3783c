package dev.warren.verticles.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/// The mailbox of the handshake verticle.
public final class HandshakeMailbox extends Mailbox<HandshakeCommand> {
    public HandshakeMailbox(Vertx vertx, String device) {
        super(vertx, Addresses.handshake(device), HandshakeCommand::discard);
    }

    /// Fails when the device is closing; handshake messages are then lost like any datagram.
    public Future<Void> tell(HandshakeCommand message) {
        return write(message);
    }
}
