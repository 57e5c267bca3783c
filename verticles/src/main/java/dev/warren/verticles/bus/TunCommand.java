package dev.warren.verticles.bus;

import dev.warren.io.PacketBatch;
import io.vertx.core.Promise;

/// Commands to the TUN verticle.
public sealed interface TunCommand {
    /// Gives back what the message holds when it cannot be delivered.
    default void discard() {}

    /// Plaintext packets to write; the batch is the TUN verticle's, which releases it.
    record Write(PacketBatch batch) implements TunCommand {
        @Override
        public void discard() {
            batch.release();
        }
    }

    /// This peer has an actor now: send it its packets directly.
    record Active(PeerMailbox peer) implements TunCommand {}

    /// This peer has an endpoint now: packets that wait for it activate it.
    record EndpointSet(PeerRef peer) implements TunCommand {}

    /// This peer is not activated: drop its packets that wait.
    record Refused(PeerRef peer) implements TunCommand {}

    /// This peer's actor is about to go; answered when nothing more will be sent to it.
    record Forget(PeerRef peer, Promise<Void> reply) implements TunCommand {
        @Override
        public void discard() {
            reply.tryComplete();
        }
    }

    /// Read no more: the device is closing. Answered when nothing that was read is still to be sent.
    record Quiet(Promise<Void> reply) implements TunCommand {
        @Override
        public void discard() {
            reply.tryComplete();
        }
    }
}
