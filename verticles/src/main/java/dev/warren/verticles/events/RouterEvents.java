package dev.warren.verticles.events;

import dev.warren.conf.EventType;
import dev.warren.crypto.cookie.TokenBucket;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.bus.PeerRef;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Publishes the events of one interface at [Addresses#EVENTS], one JSON object each:
///
/// ```json
/// {"schema":1,"time":"2026-11-29T10:00:00.123Z","interface":"wg0","type":"peer-online",
///  "peer":"laptop","publicKey":"...","endpoint":"192.0.2.7:51820"}
/// ```
///
/// An event storm is summed up: at most [#PER_SECOND] events a second are published, and `repeated` in the
/// next one of a type, or in one without a peer a second later, says how many of that type were not.
/// Nothing is queued. Belongs to one event loop.
public final class RouterEvents {
    /// Version of the fields. It grows when one changes its meaning or goes away, not when one is added.
    public static final int SCHEMA = 1;

    static final int PER_SECOND = 100;
    static final int BURST = 200;
    private static final long SUMMARY_MILLIS = 1000;

    private final String device;
    private final Consumer<JsonObject> publish;
    private final Consumer<Runnable> later;
    private final TokenBucket limit = new TokenBucket(PER_SECOND, BURST);
    private final int[] repeated = new int[EventType.values().length];
    private boolean scheduled;

    /// Of an interface, to the event bus. Used on the loop of the caller only.
    public RouterEvents(Vertx vertx, String device) {
        this(
                device,
                event -> vertx.eventBus().publish(Addresses.EVENTS, event),
                task -> vertx.setTimer(SUMMARY_MILLIS, _ -> task.run()));
    }

    /// @param later runs a task a second later
    RouterEvents(String device, Consumer<JsonObject> publish, Consumer<Runnable> later) {
        this.device = device;
        this.publish = publish;
        this.later = later;
    }

    /// Of an interface whose events go nowhere. For tests.
    public static RouterEvents discarded(String device) {
        return new RouterEvents(device, _ -> {}, _ -> {});
    }

    /// Publishes an event of the interface.
    public void publish(EventType type, long now) {
        publish(type, null, now, null, null, null, null);
    }

    /// Publishes an event of a peer.
    ///
    /// @param now of the loop's clock, nanoseconds
    public void publish(EventType type, PeerRef peer, long now) {
        publish(type, peer, now, null, null, null, null);
    }

    /// Publishes an event of a peer, or of the interface if it is null, with a field of its own.
    public void publish(EventType type, @Nullable PeerRef peer, long now, String field, @Nullable Object value) {
        publish(type, peer, now, field, value, null, null);
    }

    /// The same with two fields. Values are shown by [Object#toString] unless they are numbers; null ones are left out.
    public void publish(
            EventType type,
            @Nullable PeerRef peer,
            long now,
            @Nullable String field,
            @Nullable Object value,
            @Nullable String secondField,
            @Nullable Object secondValue) {
        if (!limit.take(now)) {
            repeated[type.ordinal()]++;
            summaryLater();
            return;
        }
        var event = event(type);
        if (peer != null) {
            if (peer.name() != null) event.put("peer", peer.name());
            event.put("publicKey", peer.publicKey().toBase64());
        }
        put(event, field, value);
        put(event, secondField, secondValue);
        publish.accept(event);
    }

    private JsonObject event(EventType type) {
        var event = new JsonObject()
                .put("schema", SCHEMA)
                .put("time", Instant.now().toString())
                .put("interface", device)
                .put("type", type.label());
        int more = repeated[type.ordinal()];
        repeated[type.ordinal()] = 0;
        return more == 0 ? event : event.put("repeated", more);
    }

    private static void put(JsonObject event, @Nullable String field, @Nullable Object value) {
        if (field == null || value == null) return;
        event.put(field, value instanceof Number ? value : value.toString());
    }

    private void summaryLater() {
        if (scheduled) return;
        scheduled = true;
        later.accept(() -> {
            scheduled = false;
            for (var type : EventType.values()) {
                if (repeated[type.ordinal()] > 0) publish.accept(event(type));
            }
        });
    }
}
