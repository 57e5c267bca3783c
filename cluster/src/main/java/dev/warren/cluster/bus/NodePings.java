package dev.warren.cluster.bus;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks each other node every second whether it is there, and answers when it is asked. So connections are
/// open before there is something to send (the first message takes a second otherwise), and one that has
/// broken is noticed before the node's session ends. To be deployed on the management loop, which then has
/// the connections.
///
/// A message is `version(1) type(1) id`: the id of its sender's event bus, in UTF-8.
public final class NodePings extends VerticleBase {
    private static final byte VERSION = 1;
    private static final byte PING = 0;
    private static final byte PONG = 1;
    private static final int HEADER = 2;

    private static final long INTERVAL_MILLIS = 1000;
    /// Pings without an answer until a node is taken to be lost.
    private static final int MAX_UNANSWERED = 3;
    /// Messages to one node that the kernel has not taken, at most.
    private static final int MAX_OUTSTANDING = 4;

    private static final Logger LOG = LoggerFactory.getLogger(NodePings.class);

    private final FleetClusterManager manager;
    private final Listener listener;
    private final Map<String, Other> others = new HashMap<>();
    private @Nullable MessageConsumer<Buffer> consumer;
    private long timer;

    /// Told on the loop of the verticle.
    public interface Listener {
        /// A node answers that did not.
        void reached(String node);

        /// A node that did answer has left, its connection has closed, or it has been silent for three
        /// seconds.
        void lost(String node);
    }

    private static final class Other {
        final String id;
        final MessageProducer<Buffer> producer;
        int outstanding;
        int unanswered;
        boolean reached;

        Other(String id, MessageProducer<Buffer> producer) {
            this.id = id;
            this.producer = producer;
        }
    }

    public NodePings(FleetClusterManager manager, Listener listener) {
        this.manager = manager;
        this.listener = listener;
    }

    @Override
    public Future<?> start() {
        var listening = vertx.eventBus().consumer(BusAddresses.ping(manager.getNodeId()), this::received);
        consumer = listening;
        timer = vertx.setPeriodic(1, INTERVAL_MILLIS, _ -> ping());
        return listening.completion();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(timer);
        var listening = consumer;
        return listening == null ? Future.succeededFuture() : listening.unregister();
    }

    private void ping() {
        var nodes = new HashSet<>(manager.getNodes());
        nodes.remove(manager.getNodeId());
        for (var gone : others.values().stream()
                .filter(other -> !nodes.contains(other.id))
                .toList()) {
            others.remove(gone.id);
            lose(gone, "it has left");
        }
        for (var id : nodes) {
            var other = others.computeIfAbsent(
                    id, _ -> new Other(id, vertx.eventBus().sender(BusAddresses.ping(id))));
            if (++other.unanswered > MAX_UNANSWERED) lose(other, "it does not answer");
            send(other, PING);
        }
    }

    private void send(Other other, byte type) {
        if (other.outstanding == MAX_OUTSTANDING) return;
        other.outstanding++;
        var message = Buffer.buffer().appendByte(VERSION).appendByte(type).appendString(manager.getNodeId());
        other.producer.write(message).onComplete(written -> {
            other.outstanding--;
            if (written.failed()) lose(other, "the connection failed");
        });
    }

    private void received(Message<Buffer> message) {
        var body = message.body();
        if (body.length() <= HEADER || body.getByte(0) != VERSION) return;
        var other = others.get(body.getString(HEADER, body.length(), UTF_8.name()));
        if (other == null) return; // not seen in ZooKeeper yet: it will be asked, and asks again
        switch (body.getByte(1)) {
            case PING -> send(other, PONG);
            case PONG -> {
                other.unanswered = 0;
                if (other.reached) return;
                other.reached = true;
                LOG.info("Node {} answers", other.id);
                listener.reached(other.id);
            }
            default -> {} // of a later program
        }
    }

    private void lose(Other other, String why) {
        if (!other.reached) return;
        other.reached = false;
        LOG.warn("Node {} is lost: {}", other.id, why);
        listener.lost(other.id);
    }
}
