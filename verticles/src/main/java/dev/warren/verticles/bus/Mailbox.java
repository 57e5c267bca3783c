package dev.warren.verticles.bus;

import dev.warren.verticles.loop.ErrorLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.eventbus.impl.MessageConsumerImpl;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/// A typed address on the event bus: what a mailbox sends through and its owner listens at. Sending gives the message
/// away; messages of one sender arrive in order. One that cannot be delivered is discarded, and so is one that its
/// receiver has not seen when it stops listening: what it holds is given back or wiped either way.
abstract class Mailbox<M> {
    private final Vertx vertx;
    private final String address;
    private final Consumer<M> discard;
    private final MessageProducer<Object> producer;

    /// @param discard gives back what a message holds; on any loop
    Mailbox(Vertx vertx, String address, Consumer<M> discard) {
        this.vertx = vertx;
        this.address = address;
        this.discard = discard;
        this.producer = vertx.eventBus().sender(address, LocalCodec.OPTIONS);
    }

    /// Where the owner listens, which no other does.
    public final String address() {
        return address;
    }

    /// Called by the owner, on its own context: from now on it gets the messages. What it throws costs the message
    /// at hand.
    @SuppressWarnings("unchecked")
    public MessageConsumer<Object> listen(Consumer<M> owner) {
        var errors = new ErrorLog(LoggerFactory.getLogger(getClass()));
        var consumer = vertx.eventBus().localConsumer(address);
        ((MessageConsumerImpl<Object>) consumer).discardHandler(message -> discard.accept((M) message.body()));
        return consumer.handler(message -> {
            try {
                owner.accept((M) message.body());
            } catch (Throwable e) {
                errors.caught("A message to " + address + " was not dealt with", e);
            }
        });
    }

    /// Fails without a listener; the message is then still the sender's.
    final Future<Void> write(M message) {
        try {
            return producer.write(message);
        } catch (RejectedExecutionException loopHasEnded) {
            return Future.failedFuture(loopHasEnded);
        }
    }

    /// Sends a message that knows what to do when it cannot be delivered. On this machine that is known at once: there
    /// is nothing to wait for, and no listener to make for each.
    final void give(M message) {
        var written = write(message);
        if (written.succeeded()) return;
        if (written.failed()) discard.accept(message);
        else written.onFailure(_ -> discard.accept(message));
    }
}
