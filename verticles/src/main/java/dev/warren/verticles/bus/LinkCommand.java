package dev.warren.verticles.bus;

import io.vertx.core.Promise;

/// Commands to the link verticle.
public sealed interface LinkCommand {
    /// Gives back what the message holds when it cannot be delivered.
    void discard();

    /// Counters are about to be read: ask the kernel for those that it keeps. Answered when they are up to date.
    record Count(Promise<Void> reply) implements LinkCommand {
        @Override
        public void discard() {
            reply.tryComplete();
        }
    }
}
