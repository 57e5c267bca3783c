package dev.warren.verticles.bus;

import dev.warren.io.PacketBatch;
import io.vertx.core.Promise;

/// What the TUN verticle can be told.
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
    record Awake(PeerMailbox peer) implements TunCommand {}

    /// This peer has an endpoint now: packets that wait for it are a reason to wake it.
    record EndpointSet(PeerRef peer) implements TunCommand {}

    /// This peer will not be woken: drop what waits for it.
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
