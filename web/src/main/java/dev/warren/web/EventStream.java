package dev.warren.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Clients that read the same server-sent events. Belongs to one event loop.
///
/// No more than a bound waits for a client: who does not read what was sent misses events instead of
/// filling our memory.
final class EventStream {
    private final int maxListeners;
    private final int queueBytes;
    private final Runnable abandoned;
    private final Set<HttpServerResponse> listeners = new HashSet<>();

    /// @param queueBytes that may wait for one client; what exceeds it by one event is still written
    /// @param abandoned called when the last client is gone
    EventStream(int maxListeners, int queueBytes, Runnable abandoned) {
        this.maxListeners = maxListeners;
        this.queueBytes = queueBytes;
        this.abandoned = abandoned;
    }

    boolean isFull() {
        return listeners.size() >= maxListeners;
    }

    /// Begins to answer with events. Sends the first comment at once, so that the client sees that it is connected.
    HttpServerResponse add(RoutingContext context, String comment) {
        var response = context.response();
        response.setChunked(true)
                .setWriteQueueMaxSize(queueBytes)
                .putHeader("Content-Type", "text/event-stream")
                .exceptionHandler(_ -> remove(response))
                .closeHandler(_ -> remove(response));
        response.write(": " + comment + "\n\n");
        listeners.add(response);
        return response;
    }

    private void remove(HttpServerResponse response) {
        if (listeners.remove(response) && listeners.isEmpty()) abandoned.run();
    }

    void send(Buffer event) {
        // A write may find the connection closed, which changes the set.
        for (var listener : List.copyOf(listeners)) if (!listener.writeQueueFull()) listener.write(event);
    }

    void end() {
        List.copyOf(listeners).forEach(HttpServerResponse::end);
    }
}
