package dev.warren.web;

import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.loop.LogLimit;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves figures, health, events and a page that shows them over HTTP. Reading only: there is no request
/// that changes anything.
///
/// | path | what |
/// |---|---|
/// | `/` | the dashboard; it and its files need no token, for they hold no figures |
/// | `/metrics` | Prometheus text, or OpenMetrics for who asks for it |
/// | `/health/live` | 200 while this event loop turns |
/// | `/health/ready` | 200 when all interfaces are up, their sockets open and their actors answer within a second |
/// | `/api/status` | all figures as JSON |
/// | `/api/interfaces/NAME/peers?offset=&limit=&sort=` | peers of an interface |
/// | `/api/metrics` | server-sent events: what is published at [Addresses#METRICS] from now on |
/// | `/api/events` | server-sent events, the last 1000 first |
public final class WebVerticle extends VerticleBase {
    /// The page shows this node; in a cluster others would reply as well.
    private static final DeliveryOptions THIS_NODE = new DeliveryOptions().setLocalOnly(true);

    private static final Logger LOG = LoggerFactory.getLogger(WebVerticle.class);
    private static final int REMEMBERED_EVENTS = 1000;
    private static final int MAX_LISTENERS = 100;
    private static final int LISTENER_BYTES = 64 * 1024;
    private static final int MAX_METRICS_LISTENERS = 20;
    /// The figures of about 10 000 peers: one publication may wait for who reads slowly, not a second one.
    private static final int METRICS_LISTENER_BYTES = 4 * 1024 * 1024;

    private static final Buffer KEEPALIVE = Buffer.buffer(":\n\n");
    /// Tells both sides of a stream that the other one is still there.
    private static final long KEEPALIVE_MILLIS = 15_000;

    private static final long READY_MILLIS = 1000;
    /// Digits only: 127.evil.example is somebody's name.
    private static final Pattern LOOPBACK_IPV4 = Pattern.compile("127\\.[0-9.]+");

    private final Supplier<? extends List<? extends DeviceControl>> devices;
    private final List<? extends EventSink> sinks;
    private final WebOptions options;
    private final PrometheusText prometheus;
    private final ArrayDeque<Buffer> events = new ArrayDeque<>();
    private final EventStream listeners = new EventStream(MAX_LISTENERS, LISTENER_BYTES, () -> {});
    private final EventStream metricsListeners =
            new EventStream(MAX_METRICS_LISTENERS, METRICS_LISTENER_BYTES, this::stopMetrics);
    private final LogLimit unavailable = new LogLimit(10);
    private long eventNumber;
    private long keepalive;
    private @Nullable HttpServer server;
    private @Nullable MessageConsumer<JsonObject> consumer;
    /// While somebody reads `/api/metrics`.
    private @Nullable MessageConsumer<JsonObject> metricsConsumer;

    private @Nullable Future<ScrapedFigures> scrape;

    /// @param devices the running ones; called on the verticle's event loop
    public WebVerticle(Supplier<? extends List<? extends DeviceControl>> devices, WebOptions options) {
        this(devices, List.of(), options);
    }

    /// @param devices the running ones; called on the verticle's event loop
    /// @param sinks of events, on the same event loop
    public WebVerticle(
            Supplier<? extends List<? extends DeviceControl>> devices,
            List<? extends EventSink> sinks,
            WebOptions options) {
        this.devices = devices;
        this.sinks = sinks;
        this.options = options;
        this.prometheus = new PrometheusText(options.labelledPeers(), options.busiestPeers());
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(DashboardFiles::load).compose(this::listen);
    }

    private Future<?> listen(Map<String, DashboardFiles.File> files) {
        var router = Router.router(vertx);
        router.route().handler(this::guardHost);
        files.forEach((path, file) -> router.get(path).handler(context -> context.response()
                .putHeader("Content-Type", file.type())
                .putHeader("Content-Security-Policy", DashboardFiles.CONTENT_SECURITY_POLICY)
                .end(file.content())));
        router.route().handler(this::guardToken);
        router.get("/metrics").handler(this::metrics);
        router.get("/health/live").handler(context -> json(context, 200, new JsonObject().put("status", "UP")));
        router.get("/health/ready").handler(this::ready);
        router.get("/api/status").handler(context -> status(context, new JsonObject()));
        router.get("/api/interfaces/:interface/peers").handler(this::peers);
        router.get("/api/metrics").handler(this::metricsEvents);
        router.get("/api/events").handler(this::events);
        keepalive = vertx.setPeriodic(KEEPALIVE_MILLIS, _ -> {
            metricsListeners.send(KEEPALIVE);
            listeners.send(KEEPALIVE);
        });
        var listening =
                vertx.eventBus().<JsonObject>localConsumer(Addresses.EVENTS, message -> onEvent(message.body()));
        consumer = listening;
        var http = new HttpServerOptions()
                .setMaxHeaderSize(8192)
                .setMaxInitialLineLength(2048)
                .setIdleTimeout(300)
                .setCompressionSupported(true);
        var certificate = options.certificate();
        var key = options.key();
        boolean tls = certificate != null && key != null;
        if (certificate != null && key != null) {
            http.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(certificate.toString())
                            .setKeyPath(key.toString()));
        }
        return vertx.createHttpServer(http)
                .requestHandler(router)
                .listen(options.port(), options.host())
                .compose(opened -> {
                    server = opened;
                    LOG.info(
                            "Dashboard: {}://{}:{}/, metrics and health at /metrics and /health/ready",
                            tls ? "https" : "http",
                            options.host(),
                            opened.actualPort());
                    return listening.completion();
                });
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(keepalive);
        metricsListeners.end();
        listeners.end();
        var listening = consumer;
        var opened = server;
        return Future.join(
                listening == null ? Future.succeededFuture() : listening.unregister(),
                opened == null ? Future.succeededFuture() : opened.close());
    }

    /// The port in use, also when any was asked for.
    public int port() {
        return server == null ? 0 : server.actualPort();
    }

    /// Without a token only this host may look. A page of another site that a browser on this host shows must not: on
    /// loopback it would be admitted by its address, so the host that it asks for has to be loopback's as well.
    private void guardHost(RoutingContext context) {
        context.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Content-Security-Policy", "default-src 'none'")
                .putHeader("Cache-Control", "no-store");
        var authority = context.request().authority();
        if (options.token() != null || (authority != null && isLoopback(authority.host()))) context.next();
        else json(context, 403, new JsonObject().put("error", "ask for localhost, or set a token"));
    }

    private void guardToken(RoutingContext context) {
        var token = options.token();
        if (token == null || token.matches(context.request().getHeader("Authorization"))) {
            context.next();
            return;
        }
        context.response()
                .setStatusCode(401)
                .putHeader("WWW-Authenticate", "Bearer")
                .end();
    }

    static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.equals("[::1]")
                || LOOPBACK_IPV4.matcher(host).matches();
    }

    // ---- metrics

    /// Several scrapes at a time share one collection.
    private void metrics(RoutingContext context) {
        boolean openMetrics = PrometheusText.openMetrics(
                context.request().getHeader("Accept") == null
                        ? ""
                        : context.request().getHeader("Accept"));
        var collecting = scrape;
        if (collecting == null) {
            collecting = collect();
            scrape = collecting;
            // The snapshots come on another loop, perhaps at once: it is this one that forgets them, and later.
            collecting.onComplete(_ -> this.context.runOnContext(_ -> scrape = null));
        }
        collecting
                // Text of many peers is work: not on this event loop, and never on a packet loop.
                .compose(figures -> vertx.executeBlocking(() -> prometheus.write(figures, openMetrics), false))
                .onSuccess(text -> context.response()
                        .putHeader("Content-Type", PrometheusText.contentType(openMetrics))
                        .end(text))
                .onFailure(failure -> unavailable(context, failure));
    }

    private static double uptime() {
        return ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0;
    }

    private Future<ScrapedFigures> collect() {
        var all = new ArrayList<DeviceSnapshot>();
        Future<Void> done = Future.succeededFuture();
        for (var device : devices.get()) {
            done = done.compose(_ -> device.wholeSnapshot()).map(snapshot -> {
                all.add(snapshot);
                return null;
            });
        }
        return done.compose(_ -> EventLoops.of(vertx).probe()).map(loops -> {
            var counts = sinks.stream().map(EventSink::counts).toList();
            return new ScrapedFigures(options.version(), uptime(), loops, counts, all);
        });
    }

    // ---- health

    private void ready(RoutingContext context) {
        var checks = new ArrayList<Future<JsonObject>>();
        for (var device : devices.get()) checks.add(check(device));
        Future.join(checks).onComplete(_ -> {
            var interfaces = new JsonArray();
            boolean up = !checks.isEmpty();
            for (var check : checks) {
                interfaces.add(check.result());
                up &= check.result().getString("status").equals("UP");
            }
            json(
                    context,
                    up ? 200 : 503,
                    new JsonObject().put("status", up ? "UP" : "DOWN").put("interfaces", interfaces));
        });
    }

    private static Future<JsonObject> check(DeviceControl device) {
        var json = new JsonObject().put("interface", device.name());
        return device.snapshot(0, 0)
                .timeout(READY_MILLIS, TimeUnit.MILLISECONDS)
                .map(snapshot -> {
                    var reason = !snapshot.up()
                            ? "the link is down"
                            : snapshot.port() == 0
                                    ? "the UDP sockets are closed"
                                    : snapshot.publicKey() == null ? "there is no private key" : null;
                    json.put("status", reason == null ? "UP" : "DOWN");
                    return reason == null ? json : json.put("reason", reason);
                })
                .otherwise(failure -> json.put("status", "DOWN").put("reason", "no answer within 1 s"));
    }

    // ---- status

    private void peers(RoutingContext context) {
        try {
            var request = new JsonObject()
                    .put("interface", context.pathParam("interface"))
                    .put("offset", number(context, "offset", 0))
                    .put("limit", number(context, "limit", 100))
                    .put("sort", context.request().getParam("sort"));
            status(context, request);
        } catch (NumberFormatException e) {
            json(context, 400, new JsonObject().put("error", "offset and limit are numbers"));
        }
    }

    private static int number(RoutingContext context, String name, int otherwise) {
        var given = context.request().getParam(name);
        return given == null ? otherwise : Integer.parseUnsignedInt(given);
    }

    private void status(RoutingContext context, JsonObject request) {
        vertx.eventBus()
                .<JsonObject>request(Addresses.STATUS, request, THIS_NODE)
                .onSuccess(reply -> json(context, 200, reply.body()))
                .onFailure(failure -> {
                    if (failure instanceof ReplyException e && e.failureCode() >= 400 && e.failureCode() < 500) {
                        json(context, e.failureCode(), new JsonObject().put("error", e.getMessage()));
                    } else {
                        unavailable(context, failure);
                    }
                });
    }

    private static void json(RoutingContext context, int code, JsonObject body) {
        context.response()
                .setStatusCode(code)
                .putHeader("Content-Type", "application/json")
                .end(body.toBuffer());
    }

    private void unavailable(RoutingContext context, Throwable failure) {
        var more = unavailable.admit(System.nanoTime());
        if (more != null) LOG.debug("{}: {}{}", context.request().path(), failure.getMessage(), more);
        if (!context.response().ended())
            json(context, 503, new JsonObject().put("error", "the router does not answer"));
    }

    // ---- streams

    /// Listens on the bus from the first reader on, so that nothing is collected while there is none.
    private void metricsEvents(RoutingContext context) {
        if (refuse(context, metricsListeners)) return;
        // The work of compressing megabytes a second is no use on loopback.
        context.response().putHeader("Content-Encoding", "identity");
        metricsListeners.add(context, "what is published at " + Addresses.METRICS);
        if (metricsConsumer != null) return;
        metricsConsumer = vertx.eventBus()
                .localConsumer(
                        Addresses.METRICS,
                        message -> metricsListeners.send(event(message.body().getString("type"), message.body())));
    }

    private void stopMetrics() {
        var listening = metricsConsumer;
        metricsConsumer = null;
        if (listening != null) listening.unregister();
    }

    private void onEvent(JsonObject event) {
        var text = Buffer.buffer("id: " + ++eventNumber + "\n").appendBuffer(event(event.getString("type"), event));
        events.add(text);
        if (events.size() > REMEMBERED_EVENTS) events.remove();
        listeners.send(text);
    }

    private void events(RoutingContext context) {
        if (refuse(context, listeners)) return;
        var response = listeners.add(context, "the last " + events.size() + " events");
        events.forEach(response::write);
    }

    private static Buffer event(String type, JsonObject data) {
        return Buffer.buffer("event: " + type + "\ndata: " + data.encode() + "\n\n");
    }

    private static boolean refuse(RoutingContext context, EventStream stream) {
        if (!stream.isFull()) return false;
        json(context, 503, new JsonObject().put("error", "too many listeners"));
        return true;
    }
}
