package dev.warren.verticles.metrics;

import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.EventLoops;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes the figures of a router at [Addresses#METRICS] while there is a consumer, and replies to
/// requests at [Addresses#STATUS]. Without either nothing is collected.
///
/// Each interval it publishes a short object (`"type":"interval"`), by which it finds out whether there is
/// a consumer, one of the router (`"type":"router"`), and one of each interface (`"type":"interface"`) with
/// its peers, in pages of a bounded size. Owners keep their counters where they are; reading them takes no
/// message to a peer and no time of a packet loop.
public final class MetricsVerticle extends VerticleBase {
    /// Version of the fields. It grows when one changes its meaning or goes away, not when one is added.
    public static final int SCHEMA = 1;

    /// Peers in one reply, at most.
    public static final int MAX_LIMIT = 1000;

    private static final long NO_TIMER = -1;
    private static final long PROBE_MILLIS = 200;
    private static final Logger LOG = LoggerFactory.getLogger(MetricsVerticle.class);

    private final Supplier<? extends List<? extends DeviceControl>> devices;
    private final List<? extends EventSink> sinks;
    private final Options options;
    /// What each interval begins with, made once: it finds out whether there is a consumer.
    private final JsonObject greeting;

    private final Map<String, PeerRates> rates = new HashMap<>();
    private final LoopLoads loads = new LoopLoads();
    private @Nullable MessageProducer<JsonObject> publisher;
    private @Nullable MessageConsumer<JsonObject> requests;
    private long timer;
    /// Of the probes, while somebody listens.
    private long probes = NO_TIMER;
    private long probesDue;

    private boolean publishing;
    private boolean probing;

    /// @param version of the program
    /// @param node name of this process among others
    /// @param interval between publications, at least 100 ms
    /// @param pageSize peers in one message, at least 1
    public record Options(String version, String node, Duration interval, int pageSize) {
        public Options {
            if (interval.toMillis() < 100 || pageSize < 1) {
                throw new IllegalArgumentException("The interval is at least 100 ms, a page has at least 1 peer.");
            }
        }

        /// Once a second, 500 peers a page.
        public static Options standard(String version) {
            return new Options(version, "local", Duration.ofSeconds(1), 500);
        }
    }

    /// @param devices the running ones; called on the verticle's event loop
    public MetricsVerticle(Supplier<? extends List<? extends DeviceControl>> devices, Options options) {
        this(devices, List.of(), options);
    }

    /// @param devices the running ones; called on the verticle's event loop
    /// @param sinks of events, on the same event loop
    public MetricsVerticle(
            Supplier<? extends List<? extends DeviceControl>> devices,
            List<? extends EventSink> sinks,
            Options options) {
        this.devices = devices;
        this.sinks = sinks;
        this.options = options;
        this.greeting = new JsonObject()
                .put("schema", SCHEMA)
                .put("type", "interval")
                .put("version", options.version)
                .put("node", options.node);
    }

    @Override
    public Future<?> start() {
        publisher = vertx.eventBus().publisher(Addresses.METRICS);
        var listening = vertx.eventBus().<JsonObject>consumer(Addresses.STATUS, this::onRequest);
        requests = listening;
        timer = vertx.setPeriodic(options.interval.toMillis(), _ -> publish());
        return listening.completion();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(timer);
        stopProbes();
        var listening = requests;
        return listening == null ? Future.succeededFuture() : listening.unregister();
    }

    private void publish() {
        var to = publisher;
        if (publishing || to == null) return; // the last round takes longer than an interval
        publishing = true;
        // Fails at once when there is no consumer. Mostly there is none: then nothing is made for it.
        to.write(greeting)
                .compose(_ -> {
                    startProbes();
                    to.write(message("router").mergeIn(router()).put("loops", loads.read(System.nanoTime())));
                    return publishAll(to);
                })
                .onComplete(published -> {
                    publishing = false;
                    if (published.failed()) {
                        rates.clear();
                        stopProbes();
                    }
                });
    }

    private void startProbes() {
        if (probes != NO_TIMER) return;
        var loops = EventLoops.of(vertx);
        var own = loops.name(context);
        probesDue = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS);
        probes = vertx.setPeriodic(PROBE_MILLIS, _ -> {
            long now = System.nanoTime();
            loads.late(own, now - probesDue);
            probesDue = now + TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS);
            if (probing) return; // a loop is busy: its probe says for how long
            probing = true;
            loops.probe().onComplete(told -> {
                probing = false;
                if (told.succeeded()) loads.take(told.result());
            });
        });
    }

    private void stopProbes() {
        if (probes != NO_TIMER) vertx.cancelTimer(probes);
        probes = NO_TIMER;
        loads.clear();
    }

    private Future<Void> publishAll(MessageProducer<JsonObject> to) {
        Future<Void> done = Future.succeededFuture();
        var names = new HashSet<String>();
        for (var device : devices.get()) {
            names.add(device.name());
            var known = rates.computeIfAbsent(device.name(), _ -> new PeerRates());
            known.begin();
            done = done.compose(_ -> publishPages(to, device, known, 0)).otherwise(failure -> {
                LOG.debug("({}) No snapshot: {}", device.name(), failure.getMessage());
                return null;
            });
        }
        rates.keySet().retainAll(names);
        return done;
    }

    private Future<Void> publishPages(MessageProducer<JsonObject> to, DeviceControl device, PeerRates known, int page) {
        return device.snapshot(page * options.pageSize, options.pageSize).compose(snapshot -> {
            int pages = Math.max(1, Math.ceilDiv(snapshot.peerCount(), options.pageSize));
            to.write(message("interface")
                    .put("node", options.node)
                    .mergeIn(SnapshotJson.device(snapshot))
                    .put("page", page)
                    .put("pages", pages)
                    .put("peers", peers(snapshot, known)));
            return page + 1 < pages ? publishPages(to, device, known, page + 1) : Future.succeededFuture();
        });
    }

    private static JsonArray peers(DeviceSnapshot snapshot, PeerRates known) {
        long now = System.nanoTime();
        var peers = new JsonArray();
        for (var peer : snapshot.peers()) {
            peers.add(SnapshotJson.peer(peer, known.of(peer, now)));
        }
        return peers;
    }

    private static JsonObject message(String type) {
        return new JsonObject()
                .put("schema", SCHEMA)
                .put("type", type)
                .put("time", Instant.now().toString());
    }

    private JsonObject router() {
        var interfaces = new JsonArray();
        devices.get().forEach(device -> interfaces.add(device.name()));
        var router = new JsonObject()
                .put("version", options.version)
                .put("java", Runtime.version().toString())
                .put("node", options.node)
                .put("uptimeSeconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1000)
                .put("interfaces", interfaces)
                .put("process", ProcessFigures.read().json());
        if (!sinks.isEmpty()) router.put("eventSinks", eventSinks());
        return router;
    }

    private JsonArray eventSinks() {
        var all = new JsonArray();
        for (var sink : sinks) {
            var counts = sink.counts();
            all.add(new JsonObject()
                    .put("sink", counts.sink())
                    .put("delivered", counts.delivered())
                    .put("lost", counts.lost())
                    .put("failures", counts.failures())
                    .put("waiting", counts.waiting()));
        }
        return all;
    }

    // ---- requests

    /// `{"interface":"wg0","peer":"laptop","offset":0,"limit":1000,"sort":"-receivedBytes"}`, all of them optional. A
    /// peer is named as the configuration file does or by its public key.
    private void onRequest(Message<JsonObject> request) {
        var body = request.body() == null ? new JsonObject() : request.body();
        String wantedInterface;
        String wantedPeer;
        String sort;
        int offset;
        int limit;
        try {
            wantedInterface = body.getString("interface");
            wantedPeer = body.getString("peer");
            sort = body.getString("sort");
            offset = number(body, "offset", 0);
            limit = Math.min(number(body, "limit", MAX_LIMIT), MAX_LIMIT);
        } catch (ClassCastException e) {
            request.fail(400, "interface, peer and sort are texts, offset and limit are numbers");
            return;
        }
        var wanted = devices.get().stream()
                .filter(device -> wantedInterface == null || device.name().equals(wantedInterface))
                .toList();
        if (wantedInterface != null && wanted.isEmpty()) {
            request.fail(404, "there is no interface " + wantedInterface);
            return;
        }
        var order = sort == null ? null : PeerOrder.of(sort);
        if (sort != null && order == null) {
            request.fail(400, "sort is one of " + PeerOrder.fields() + ", with - before it for the greatest first");
            return;
        }
        var interfaces = new JsonArray();
        Future<Void> done = Future.succeededFuture();
        for (var device : wanted) {
            done = done.compose(_ -> {
                        if (wantedPeer != null) return search(device, peer -> isPeer(peer, wantedPeer), 0);
                        return order == null
                                ? device.snapshot(offset, limit)
                                : device.wholeSnapshot().map(all -> sorted(all, order, offset, limit));
                    })
                    .map(snapshot -> {
                        if (wantedPeer != null && snapshot.peers().isEmpty()) return null;
                        interfaces.add(SnapshotJson.status(snapshot));
                        return null;
                    });
        }
        done.onSuccess(_ -> {
                    if (wantedPeer != null && interfaces.isEmpty()) request.fail(404, "there is no peer " + wantedPeer);
                    else request.reply(message("status").mergeIn(router()).put("interfaces", interfaces));
                })
                .onFailure(failure -> request.fail(503, String.valueOf(failure.getMessage())));
    }

    private static DeviceSnapshot sorted(DeviceSnapshot all, Comparator<PeerSnapshot> order, int offset, int limit) {
        return all.withPeers(
                all.peers().stream().sorted(order).skip(offset).limit(limit).toList());
    }

    /// Not negative; a field that is null is one that is not there.
    private static int number(JsonObject body, String field, int otherwise) {
        var number = body.getInteger(field);
        return number == null ? otherwise : Math.max(0, number);
    }

    private static boolean isPeer(PeerSnapshot peer, String wanted) {
        return wanted.equals(peer.name()) || wanted.equals(peer.publicKey().toBase64());
    }

    /// The first peer that is meant, page by page; none of its interface if there is none.
    private Future<DeviceSnapshot> search(DeviceControl device, Predicate<PeerSnapshot> meant, int offset) {
        return device.snapshot(offset, options.pageSize).compose(page -> {
            var found = page.peers().stream().filter(meant).limit(1).toList();
            int next = offset + options.pageSize;
            if (found.isEmpty() && next < page.peerCount()) return search(device, meant, next);
            return Future.succeededFuture(page.withPeers(found));
        });
    }
}
