package dev.warren.verticles.bus;

import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.io.Endpoint;
import io.vertx.core.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Commands to the handshake verticle.
public sealed interface HandshakeCommand {
    /// Gives back what the message holds when it cannot be delivered.
    default void discard() {}

    /// Handshake messages off the wire, sizes and types checked.
    record Received(List<Datagram> datagrams) implements HandshakeCommand {}

    /// One of them.
    ///
    /// @param owner whose receiver index a response or cookie reply names; null for an initiation
    record Datagram(
            byte[] message, Endpoint source, @Nullable PeerMailbox owner) {}

    /// An initiation of this peer authenticated: compute what its response needs.
    ///
    /// @param ephemeral public, that of the initiation
    record ComputeResponderDh(byte[] ephemeral, PeerMailbox peer, int bytes, Endpoint source)
            implements HandshakeCommand {}

    /// Diffie-Hellmans were made elsewhere for a message that did not authenticate.
    record Wasted(int diffieHellmans) implements HandshakeCommand {}

    /// The device got another private key, or lost it. Answered when the one before is not used any more.
    record Identity(@Nullable StaticIdentity identity, Promise<Void> reply) implements HandshakeCommand {
        @Override
        public void discard() {
            reply.tryComplete(); // nobody is left who would use the key before
        }
    }
}
