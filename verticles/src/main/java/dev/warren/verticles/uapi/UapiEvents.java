package dev.warren.verticles.uapi;

import dev.warren.verticles.bus.Addresses;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/// Writes the events of one interface to a client of the control socket, one JSON object a line. Of a client that does
/// not read, some 64 KiB wait; it misses the events after them, and `missed` in the next one says how many.
///
/// Everything runs on the event loop of the verticle.
final class UapiEvents {
    private final Channel channel;
    private final MessageConsumer<JsonObject> consumer;
    private long missed;

    /// Begins.
    UapiEvents(Vertx vertx, String device, Channel channel) {
        this.channel = channel;
        consumer = vertx.eventBus().localConsumer(Addresses.EVENTS, message -> {
            var event = message.body();
            if (device.equals(event.getString("interface"))) onLoop(() -> write(event));
        });
    }

    private void onLoop(Runnable task) {
        if (channel.eventLoop().inEventLoop()) task.run();
        else channel.eventLoop().execute(task);
    }

    private void write(JsonObject event) {
        if (!channel.isWritable()) { // beyond the high water mark
            missed++;
            return;
        }
        if (missed > 0) event.put("missed", missed);
        missed = 0;
        var line = event.encode() + "\n";
        var _ = channel.writeAndFlush(Unpooled.copiedBuffer(line, StandardCharsets.UTF_8));
    }

    /// Ends. Idempotent.
    void close() {
        var _ = consumer.unregister();
    }
}
