package dev.warren.verticles.examples;

import dev.warren.verticles.bus.Addresses;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;

/// Watches routers over the event bus, in the same JVM or, in a cluster, in another: it needs nothing of them but three
/// addresses and JSON. The fields are described in docs/METRICS.md.
public final class Watcher extends VerticleBase {
    private final PrintStream out;

    public Watcher(PrintStream out) {
        this.out = out;
    }

    @Override
    public Future<?> start() {
        var events = vertx.eventBus().<JsonObject>consumer(Addresses.EVENTS, message -> onEvent(message.body()));
        // Figures are collected and published only while somebody listens here.
        var metrics = vertx.eventBus().<JsonObject>consumer(Addresses.METRICS, message -> onMetrics(message.body()));
        return Future.all(events.completion(), metrics.completion());
    }

    private void onEvent(JsonObject event) {
        out.println(
                event.getString("interface") + " " + event.getString("type") + " " + event.getString("publicKey", ""));
    }

    private void onMetrics(JsonObject message) {
        if (!message.getString("type").equals("interface")) return;
        for (var each : message.getJsonArray("peers")) {
            var peer = (JsonObject) each;
            out.println(message.getString("interface") + " received " + peer.getLong("receivedBytes") + " bytes from "
                    + peer.getString("publicKey"));
        }
    }

    /// Asks for the figures of one peer, by its public key in base64 or the name that a configuration file gives it.
    public Future<JsonObject> ask(String device, String peer) {
        var request = new JsonObject().put("interface", device).put("peer", peer);
        return vertx.eventBus().<JsonObject>request(Addresses.STATUS, request).map(reply -> {
            var found = reply.body().getJsonArray("interfaces").getJsonObject(0);
            return found.getJsonArray("peers").getJsonObject(0);
        });
    }
}
