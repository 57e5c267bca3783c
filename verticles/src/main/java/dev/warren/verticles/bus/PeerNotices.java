package dev.warren.verticles.bus;

import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.peer.PeerEvent;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import java.util.function.Consumer;

/// Publishes the events of the peers of a device on the event bus, for any number of listeners.
public final class PeerNotices {
    private final MessageProducer<Object> publisher;

    public PeerNotices(Vertx vertx, String device) {
        this.publisher = vertx.eventBus().publisher(Addresses.notices(device), LocalCodec.OPTIONS);
    }

    public void publish(PublicKey peer, PeerEvent event) {
        var _ = publisher.write(new PeerNotice(peer, event)); // fails when nobody listens, which is all right
    }

    /// Calls the listener for each event of a peer of a device, on the context this is called on.
    public static MessageConsumer<Object> listen(Vertx vertx, String device, Consumer<PeerNotice> listener) {
        return vertx.eventBus()
                .localConsumer(Addresses.notices(device), message -> listener.accept((PeerNotice) message.body()));
    }
}
