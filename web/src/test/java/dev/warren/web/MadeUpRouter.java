package dev.warren.web;

import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.metrics.MetricsVerticle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/// Publishes figures and events that are made up, as a router with three interfaces would.
final class MadeUpRouter extends VerticleBase {
    private final List<MadeUpInterface> interfaces;
    private final Duration interval;
    private final Random random = new Random(5);
    private final Instant began = Instant.now();
    private long seconds;

    /// @param peers of the first interface
    /// @param interval in which a second of the router's passes
    MadeUpRouter(int peers, Duration interval) {
        this.interfaces = List.of(
                new MadeUpInterface("wg0", peers), new MadeUpInterface("office", 12), new MadeUpInterface("spare", 0));
        this.interval = interval;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(interval.toMillis(), _ -> publish());
        return Future.succeededFuture();
    }

    private void publish() {
        var now = began.plusSeconds(++seconds);
        vertx.eventBus().publish(Addresses.METRICS, router(now));
        for (var each : interfaces) {
            each.step(now);
            for (var message : each.messages(now)) vertx.eventBus().publish(Addresses.METRICS, message);
        }
        if (seconds % 2 == 0) {
            var device = interfaces.get(random.nextInt(2));
            if (!device.peers().isEmpty()) vertx.eventBus().publish(Addresses.EVENTS, device.event(random, now));
        }
    }

    private JsonObject router(Instant now) {
        return new JsonObject()
                .put("schema", MetricsVerticle.SCHEMA)
                .put("type", "router")
                .put("time", now.toString())
                .put("version", "demo")
                .put("node", "local")
                .put("uptimeSeconds", seconds)
                .put(
                        "interfaces",
                        new JsonArray(
                                interfaces.stream().map(MadeUpInterface::name).toList()))
                .put("process", new JsonObject().put("residentBytes", 93_000_000L))
                .put(
                        "loops",
                        new JsonArray()
                                .add(loop("control", 0.03))
                                .add(loop("management", 0.05))
                                .add(loop("packet-1", 0.62))
                                .add(loop("packet-2", 0.31)));
    }

    private JsonObject loop(String name, double busy) {
        return new JsonObject()
                .put("name", name)
                .put("busy", busy * (0.7 + 0.6 * random.nextDouble()))
                .put("lagMicroseconds", 20 + random.nextInt(200))
                .put("longestTurnMicroseconds", 300 + random.nextInt(2500));
    }
}
