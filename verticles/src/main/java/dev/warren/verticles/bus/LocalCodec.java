package dev.warren.verticles.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.tracing.TracingPolicy;

/// Passes a message body by reference. What crosses the bus with it never leaves the process: packets and control
/// messages between the actors of one node.
public final class LocalCodec implements MessageCodec<Object, Object> {
    private static final String NAME = "warren.local";

    /// How every local message is sent.
    static final DeliveryOptions OPTIONS =
            new DeliveryOptions().setCodecName(NAME).setLocalOnly(true).setTracingPolicy(TracingPolicy.IGNORE);

    /// Makes a bus know the codec; once per Vert.x instance.
    public static void register(EventBus bus) {
        try {
            bus.registerCodec(new LocalCodec());
        } catch (IllegalStateException alreadyThere) {
            // A second device on the same Vert.x instance.
        }
    }

    @Override
    public void encodeToWire(Buffer buffer, Object body) {
        throw new UnsupportedOperationException("local messages stay in their process");
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
        throw new UnsupportedOperationException("local messages stay in their process");
    }

    @Override
    public Object transform(Object body) {
        return body;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
