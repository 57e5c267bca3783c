package dev.warren.web.webhook;

import dev.warren.conf.EventType;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.events.RouterEvents;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Posts the events of the router to one server, in their order, up to 100 in a request and one request at a time. A
/// request that fails is repeated, with pauses that grow; meanwhile events wait, and beyond a bound the oldest are
/// dropped. How many is said in the next request.
public final class WebhookVerticle extends VerticleBase implements EventSink {
    static final int MOST_WAITING = 1000;
    static final int MOST_TOGETHER = 100;
    private static final Logger LOG = LoggerFactory.getLogger(WebhookVerticle.class);
    private static final long COMPLAINT = TimeUnit.MINUTES.toNanos(1);
    private static final long LAST_MILLIS = 2000;

    private final WebhookOptions options;
    private final Set<String> types;
    private final WebhookSignature signature;
    private final ArrayDeque<JsonObject> waiting = new ArrayDeque<>();
    private @Nullable WebhookClient client;
    private @Nullable MessageConsumer<JsonObject> consumer;
    private @Nullable Batch batch;
    private boolean busy; // a request is on its way
    private boolean pausing;
    private long timer;
    private int repetitions;
    private final Promise<Void> empty = Promise.promise(); // after the end has begun
    private boolean stopping;

    private long delivered;
    private long lost;
    private long missed; // lost ones that the server does not know of
    private long failures;
    private boolean complaining;
    private @Nullable Long complained;

    /// What is in a request, and in its repetitions.
    ///
    /// @param missed before it
    private record Batch(Buffer body, int events, long missed) {}

    /// @param secret signs; the caller wipes it
    public WebhookVerticle(WebhookOptions options, byte[] secret) {
        this.options = options;
        this.types = options.events().stream().map(EventType::label).collect(Collectors.toUnmodifiableSet());
        this.signature = new WebhookSignature(secret);
    }

    @Override
    public Future<?> start() {
        client = new WebhookClient(vertx, context, options);
        var listening =
                vertx.eventBus().<JsonObject>localConsumer(Addresses.EVENTS, message -> onEvent(message.body()));
        consumer = listening;
        return listening.completion();
    }

    /// Delivers what waits, as far as two seconds and one attempt go.
    @Override
    public Future<?> stop() {
        stopping = true;
        vertx.cancelTimer(timer);
        pausing = false;
        var listening = consumer;
        var used = client;
        next();
        return (listening == null ? Future.<Void>succeededFuture() : listening.unregister())
                .transform(_ -> empty.future().timeout(LAST_MILLIS, TimeUnit.MILLISECONDS))
                .transform(_ -> {
                    client = null; // nothing is signed any more
                    signature.close();
                    int left = waiting.size() + underWay();
                    if (left > 0) LOG.warn("Webhook {}: ends, and events were not delivered: {}", options.name(), left);
                    return used == null ? Future.succeededFuture() : used.close();
                });
    }

    @Override
    public Counts counts() {
        return new Counts(options.name(), delivered, lost, failures, waiting.size() + underWay());
    }

    private int underWay() {
        return batch == null ? 0 : batch.events;
    }

    private void onEvent(JsonObject event) {
        if (!types.contains(event.getString("type", ""))) return;
        if (waiting.size() + underWay() >= MOST_WAITING) {
            waiting.remove();
            lost++;
            missed++;
        }
        waiting.add(event);
        next();
    }

    private void next() {
        if (busy || pausing) return;
        if (batch == null) batch = batch();
        var sent = batch;
        var used = client;
        if (sent == null || used == null) {
            if (stopping) empty.tryComplete();
            return;
        }
        busy = true;
        var timestamp = Long.toString(System.currentTimeMillis() / 1000);
        used.post(sent.body, timestamp, signature.of(timestamp, sent.body.getBytes()))
                .onSuccess(answer -> {
                    busy = false;
                    onAnswer(sent, answer);
                });
    }

    private @Nullable Batch batch() {
        if (waiting.isEmpty()) return null;
        var events = new JsonArray();
        while (!waiting.isEmpty() && events.size() < MOST_TOGETHER) events.add(waiting.remove());
        var body = new JsonObject().put("schema", RouterEvents.SCHEMA).put("node", options.node());
        if (missed > 0) body.put("missed", missed);
        var made = new Batch(body.put("events", events).toBuffer(), events.size(), missed);
        missed = 0;
        return made;
    }

    private void onAnswer(Batch sent, WebhookAnswer answer) {
        switch (answer) {
            case WebhookAnswer.Taken() -> {
                delivered += sent.events;
                batch = null;
                repetitions = 0;
                if (complaining) LOG.info("Webhook {}: takes events again; lost so far: {}", options.name(), lost);
                complaining = false;
                next();
            }
            case WebhookAnswer.Refused(int status) -> {
                failures++;
                lost += sent.events;
                missed += sent.missed + sent.events;
                batch = null;
                repetitions = 0;
                complain("HTTP status " + status + ", so events were dropped");
                pause(options.firstPause());
            }
            case WebhookAnswer.Later(String why, var wanted) -> {
                failures++;
                var pause = wanted == null ? growing() : bounded(wanted);
                if (!stopping) complain(why + "; tried again in " + Math.max(1, pause.toSeconds()) + " s");
                pause(pause);
            }
        }
    }

    /// Twice as long each time, and somewhere in the second half of that: several routers do not come at once.
    private Duration growing() {
        long longest = options.longestPause().toMillis();
        long most = Math.min(longest, options.firstPause().toMillis() << Math.min(repetitions++, 20));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
    }

    private Duration bounded(Duration wanted) {
        if (wanted.compareTo(options.longestPause()) > 0) return options.longestPause();
        return wanted.compareTo(options.firstPause()) < 0 ? options.firstPause() : wanted;
    }

    private void pause(Duration pause) {
        if (stopping) {
            empty.tryComplete();
            return;
        }
        pausing = true;
        timer = vertx.setTimer(Math.max(1, pause.toMillis()), _ -> {
            pausing = false;
            next();
        });
    }

    private void complain(String what) {
        long now = System.nanoTime();
        if (complained != null && now - complained < COMPLAINT) return;
        complained = now;
        complaining = true;
        LOG.warn(
                "Webhook {}: {} (waiting: {}, lost so far: {})",
                options.name(),
                what,
                waiting.size() + underWay(),
                lost);
    }
}
