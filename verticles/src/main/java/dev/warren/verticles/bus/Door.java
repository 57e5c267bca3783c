package dev.warren.verticles.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import java.util.function.Consumer;

/// A typed address on the event bus: what a mailbox sends through and its owner listens at. Sending gives the message
/// away; messages of one sender arrive in order.
abstract class Door<M> {
    private final Vertx vertx;
    private final String address;
    private final MessageProducer<Object> producer;

    Door(Vertx vertx, String address) {
        this.vertx = vertx;
        this.address = address;
        this.producer = vertx.eventBus().sender(address, LocalCodec.OPTIONS);
    }

    /// Called by the owner, on its own context: from now on it gets the messages.
    @SuppressWarnings("unchecked")
    public MessageConsumer<Object> listen(Consumer<M> owner) {
        return vertx.eventBus().localConsumer(address, message -> owner.accept((M) message.body()));
    }

    /// Fails when nobody listens; the message is then still the sender's.
    final Future<Void> write(M message) {
        return producer.write(message);
    }

    /// As [#write], for messages that know what to do then. On this machine a message is delivered or refused at once:
    /// there is nothing to wait for, and no listener to make for each.
    final void give(M message, Consumer<M> undelivered) {
        var written = producer.write(message);
        if (written.succeeded()) return;
        if (written.failed()) undelivered.accept(message);
        else written.onFailure(_ -> undelivered.accept(message));
    }
}
