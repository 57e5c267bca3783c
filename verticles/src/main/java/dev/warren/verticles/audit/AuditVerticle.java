package dev.warren.verticles.audit;

import dev.warren.conf.EventType;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.events.RouterEvents;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Appends the events of the router to a file, one JSON object a line, through one blocking task at a time. They are on
/// the disk within some two seconds (fsync at most once a second).
///
/// What cannot be written waits and is tried each second, up to a bound. Events beyond it are lost, which is counted,
/// and said in the file as soon as something can be written: `{"type":"audit-lost","count":12}`.
public final class AuditVerticle extends VerticleBase implements EventSink {
    private static final Logger LOG = LoggerFactory.getLogger(AuditVerticle.class);
    /// Some minutes of a busy router, and no more memory than that.
    static final int MOST_EVENTS = 10_000;

    static final int MOST_BYTES = 4 << 20;
    private static final long TICK_MILLIS = 1000;
    private static final long COMPLAINT = TimeUnit.MINUTES.toNanos(1);

    private final Path path;
    private final AuditFile file;
    private final Set<String> types;
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private @Nullable MessageConsumer<JsonObject> consumer;
    private Future<?> task = Future.succeededFuture();
    private boolean stopping;
    private boolean ticking;
    private long timer;

    private long written;
    private long lost;
    private long unsaid; // lost ones that the file does not know of
    private long failures;
    private boolean failing;
    private boolean complaining; // in the log
    private @Nullable Long complained;

    /// @param path in a folder that exists
    /// @param maxSize of a file, bytes
    /// @param keep so many renamed ones, at least 1
    /// @param events that are written
    public AuditVerticle(Path path, long maxSize, int keep, Set<EventType> events) {
        this.path = path;
        this.file = new AuditFile(path, maxSize, keep);
        this.types = events.stream().map(EventType::label).collect(Collectors.toUnmodifiableSet());
    }

    /// Fails when this user may not write the file. A full disk is no reason.
    @Override
    public Future<?> start() {
        return context.executeBlocking(() -> {
                    file.open();
                    return null;
                })
                .recover(failure -> {
                    if (failure instanceof AccessDeniedException) return Future.failedFuture(failure);
                    complain(failure);
                    return Future.succeededFuture();
                })
                .compose(_ -> {
                    var listening =
                            vertx.eventBus().<JsonObject>localConsumer(Addresses.EVENTS, m -> onEvent(m.body()));
                    consumer = listening;
                    return listening.completion();
                });
    }

    /// Writes what waits.
    @Override
    public Future<?> stop() {
        stopping = true;
        vertx.cancelTimer(timer);
        var listening = consumer;
        var silent = listening == null ? Future.<Void>succeededFuture() : listening.unregister();
        return Future.join(silent, task).transform(_ -> {
            sayLost();
            var rest = List.copyOf(waiting);
            return context.executeBlocking(() -> {
                        var appended = file.append(rest);
                        file.close();
                        return rest.size() - appended.lines();
                    })
                    .onSuccess(left -> {
                        if (left > 0) LOG.warn("{}: ends, and events were not written: {}", path, left);
                    });
        });
    }

    @Override
    public Counts counts() {
        return new Counts("audit", written, lost, failures, waiting.size());
    }

    private void onEvent(JsonObject event) {
        if (!types.contains(event.getString("type", ""))) return;
        var line = line(event);
        if (waiting.size() >= MOST_EVENTS || waitingBytes + line.length > MOST_BYTES) {
            lost++;
            unsaid++;
            return;
        }
        add(line);
        if (!failing) write();
    }

    private static byte[] line(JsonObject event) {
        return (event.encode() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void add(byte[] line) {
        waiting.add(line);
        waitingBytes += line.length;
    }

    /// Writes all that waits, unless that is being done; with nothing to write, the file does what is due.
    private void write() {
        if (!task.isComplete() || stopping) return;
        var lines = List.copyOf(waiting);
        task = context.executeBlocking(() -> file.append(lines))
                .otherwise(error -> new AuditFile.Appended(0, error))
                .onSuccess(appended -> onAppended(lines.size(), appended));
    }

    private void onAppended(int lines, AuditFile.Appended appended) {
        if (appended.failure() != null) complain(appended.failure());
        for (int i = 0; i < appended.lines(); i++) waitingBytes -= waiting.remove().length;
        written += appended.lines();
        failing = appended.lines() < lines;
        // Once more in a second: to try again, or to have what was written on the disk.
        if (lines > 0) tick();
        if (failing) return;
        if (complaining && appended.failure() == null && lines > 0) {
            LOG.info("{} is written again; events lost: {}", path, lost);
            complaining = false;
        }
        sayLost();
        if (!waiting.isEmpty()) write();
    }

    private void sayLost() {
        if (unsaid == 0) return;
        add(line(new JsonObject()
                .put("schema", RouterEvents.SCHEMA)
                .put("time", Instant.now().toString())
                .put("type", "audit-lost")
                .put("count", unsaid)));
        unsaid = 0;
    }

    private void tick() {
        if (ticking || stopping) return;
        ticking = true;
        timer = vertx.setTimer(TICK_MILLIS, _ -> {
            ticking = false;
            write();
        });
    }

    private void complain(Throwable failure) {
        failures++;
        long now = System.nanoTime();
        if (complained != null && now - complained < COMPLAINT) return;
        complained = now;
        complaining = true;
        LOG.warn(
                "warren.audit.file: {}: tried again each second; events wait or are lost meanwhile (lost so far: {})",
                reason(failure),
                lost);
    }

    /// The JDK's message of these is the name of the file alone.
    private static @Nullable String reason(Throwable failure) {
        return switch (failure) {
            case NoSuchFileException e -> e.getFile() + " is in a folder that does not exist";
            case AccessDeniedException e -> e.getFile() + " may not be written by this user";
            default -> failure.getMessage();
        };
    }
}
