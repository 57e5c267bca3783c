package dev.warren.app.daemon;

import dev.warren.conf.RouterConfig;
import dev.warren.conf.WebhookConfig;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.verticles.audit.AuditVerticle;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.web.webhook.WebhookOptions;
import dev.warren.web.webhook.WebhookVerticle;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/// Starts what carries events out of the process, where that is configured: the audit file and webhooks, on the
/// management loop. Before the interfaces, so that nothing of a start is missing, and the end of them is told, too.
public final class EventRecords {
    private static final Duration START = Duration.ofSeconds(10);
    /// All of them at once have two seconds for what waits.
    private static final Duration STOP = Duration.ofMillis(2300);

    private EventRecords() {}

    /// @return what runs
    public static List<EventSink> start(EventLoops loops, RouterConfig config, UndoLog undo) throws SetupException {
        var sinks = new ArrayList<EventSink>();
        var ids = new ArrayList<String>();
        var audit = config.audit();
        if (audit.file() != null) {
            var verticle = new AuditVerticle(audit.file(), audit.maxSize(), audit.keep(), audit.events());
            ids.add(RunningInterface.await("warren.audit.file", loops.deploy(verticle), START));
            sinks.add(verticle);
        }
        if (!config.webhooks().isEmpty()) Webhooks.start(loops, config, ids, sinks);
        if (ids.isEmpty()) return List.of();
        undo.add(
                "events",
                () -> RunningInterface.await(
                        "events",
                        Future.join(ids.stream().map(loops.vertx()::undeploy).toList()),
                        STOP));
        return List.copyOf(sinks);
    }

    /// Apart, so that a router without them loads none of its classes.
    private static final class Webhooks {
        static void start(EventLoops loops, RouterConfig config, List<String> ids, List<EventSink> sinks)
                throws SetupException {
            var named = new HashMap<String, Integer>();
            for (var hook : config.webhooks()) {
                var host = hook.url().getHost();
                int nth = named.merge(host, 1, Integer::sum);
                var verticle = verticle(hook, nth == 1 ? host : host + "#" + nth, Figures.node(config.node()));
                ids.add(RunningInterface.await("warren.webhooks", loops.deploy(verticle), START));
                sinks.add(verticle);
            }
        }

        private static WebhookVerticle verticle(WebhookConfig hook, String name, String node) throws SetupException {
            var secret = hook.secret().copy();
            try {
                var ca = hook.ca() == null ? null : Buffer.buffer(Files.readAllBytes(hook.ca()));
                return new WebhookVerticle(WebhookOptions.patient(name, node, hook.url(), hook.events(), ca), secret);
            } catch (IOException e) {
                throw SetupException.of("warren.webhooks: tls.ca", e);
            } finally {
                Arrays.fill(secret, (byte) 0);
            }
        }
    }
}
