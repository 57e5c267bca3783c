package dev.warren.verticles.audit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.warren.conf.EventType;
import dev.warren.verticles.OnLoop;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.EventLoops;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditVerticleTest {
    private static final int SMALL = 64 << 10;
    private static final Set<EventType> ALL = EnumSet.allOf(EventType.class);

    private final Vertx vertx = Vertx.vertx(EventLoops.options(1));
    private final EventLoops loops = EventLoops.of(vertx);
    private final Path directory;
    private final Path file;

    AuditVerticleTest(@TempDir Path directory) {
        this.directory = directory;
        this.file = directory.resolve("audit.jsonl");
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    private AuditVerticle deploy(Path path, Set<EventType> events) throws Exception {
        var audit = new AuditVerticle(path, SMALL, 2, events);
        loops.deploy(audit).await(20, SECONDS);
        return audit;
    }

    private void stop() throws Exception {
        for (var id : vertx.deploymentIDs()) vertx.undeploy(id).await(20, SECONDS);
    }

    private void publish(EventType type, int number) {
        vertx.eventBus()
                .publish(
                        Addresses.EVENTS,
                        new JsonObject().put("type", type.label()).put("number", number));
    }

    private void publish(int from, int to) {
        for (int i = from; i < to; i++) publish(EventType.PEER_ONLINE, i);
    }

    /// Read on the loop that they belong to.
    private EventSink.Counts counts(AuditVerticle audit) {
        var counts = new ArrayList<EventSink.Counts>();
        OnLoop.run(loops.management(), () -> counts.add(audit.counts()));
        return counts.getFirst();
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        for (long end = System.nanoTime() + SECONDS.toNanos(20); System.nanoTime() < end; Thread.sleep(20))
            if (condition.getAsBoolean()) return;
        throw new AssertionError("not within 20 s");
    }

    private static List<JsonObject> read(Path path) {
        try {
            var text = Files.readString(path);
            assertTrue(text.isEmpty() || text.endsWith("\n"), "half a line at the end");
            return text.lines().map(JsonObject::new).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<Integer> numbers(Path path) {
        return read(path).stream()
                .filter(event -> event.containsKey("number"))
                .map(event -> event.getInteger("number"))
                .toList();
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void eventsAreLinesInTheirOrder() throws Exception {
        var audit = deploy(file, Set.of(EventType.PEER_ONLINE, EventType.PEER_ADDED));
        publish(EventType.REKEYED, -1);
        publish(EventType.PEER_ADDED, 0);
        publish(1, 100);
        until(() -> numbers(file).equals(range(0, 100)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(100, counts(audit).delivered());
        // Nothing of a last moment is lost either, and the next one goes on behind it.
        publish(100, 300);
        stop();
        var before = numbers(file);
        assertEquals(range(0, before.size()), before);
        deploy(file, ALL);
        publish(before.size(), 400);
        until(() -> numbers(file).equals(range(0, 400)));
    }

    @Test
    void whatWaitsIsWrittenAtTheEnd() throws Exception {
        var audit = deploy(file, ALL);
        publish(0, 3000);
        var _ = counts(audit); // from here on they are there
        stop();
        assertEquals(
                3000,
                numbers(file).size()
                        + numbers(numbered(1)).size()
                        + numbers(numbered(2)).size());
    }

    private Path numbered(int i) {
        return directory.resolve("audit.jsonl." + i);
    }

    @Test
    void halfALineOfALostMachineStaysALineOfItsOwn() throws Exception {
        Files.writeString(file, "{\"number\":1}\n{\"numb");
        deploy(file, ALL);
        publish(2, 3);
        until(() -> size(file) > 20);
        stop();
        var lines = Files.readAllLines(file);
        assertEquals(List.of("{\"number\":1}", "{\"numb"), lines.subList(0, 2));
        assertEquals(2, new JsonObject(lines.get(2)).getInteger("number"));
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            return 0;
        }
    }

    @Test
    void aFullFileIsRenamedAndTheOldestGoes() throws Exception {
        var audit = deploy(file, ALL);
        int most = 8000; // some 40 bytes each: five files of 64 KiB
        for (int i = 0; i < most; i += 500) {
            publish(i, i + 500);
            var _ = counts(audit);
        }
        until(() -> numbers(file).contains(most - 1));
        stop();
        assertFalse(Files.exists(numbered(3)));
        var all = new ArrayList<Integer>();
        for (var each : List.of(numbered(2), numbered(1), file)) {
            assertTrue(size(each) <= SMALL, each + " has " + size(each));
            assertTrue(each.equals(file) || size(each) > SMALL - 100, each + " has " + size(each));
            all.addAll(numbers(each));
        }
        assertEquals(range(most - all.size(), most), all);
        assertEquals(0, counts(audit).lost());
    }

    @Test
    void aFileThatWasMovedAwayIsBegunAgain() throws Exception {
        deploy(file, ALL);
        publish(0, 10);
        until(() -> numbers(file).equals(range(0, 10)));
        Files.move(file, directory.resolve("rotated"));
        var sent = new ArrayList<Integer>();
        until(() -> {
            publish(10 + sent.size(), 11 + sent.size());
            sent.add(10 + sent.size());
            return !numbers(file).isEmpty();
        });
        stop();
        var all = new ArrayList<>(numbers(directory.resolve("rotated")));
        all.addAll(numbers(file));
        assertEquals(range(0, 10 + sent.size()), all);
        // copytruncate: it is the same file, and empty.
        deploy(file, ALL);
        Files.write(file, new byte[0]);
        publish(0, 5);
        until(() -> numbers(file).equals(range(0, 5)));
    }

    @Test
    void aFileThatCannotBeRenamedGrows() throws Exception {
        Files.createDirectories(numbered(1).resolve("in the way"));
        Files.createDirectories(numbered(2).resolve("in the way"));
        var audit = deploy(file, ALL);
        publish(0, 4000);
        until(() -> numbers(file).size() == 4000);
        assertEquals(range(0, 4000), numbers(file));
        assertTrue(counts(audit).failures() > 0);
        assertEquals(0, counts(audit).lost());
    }

    @Test
    void whatADiskHasNoRoomForWaitsAndIsCountedBeyondABound() throws Exception {
        var audit = deploy(Path.of("/dev/full"), ALL);
        for (int i = 0; i < 12_000; i += 500) {
            publish(i, i + 500);
            var _ = counts(audit);
        }
        var counts = counts(audit);
        assertEquals(new EventSink.Counts("audit", 0, 2000, counts.failures(), AuditVerticle.MOST_EVENTS), counts);
        until(() -> counts(audit).failures() > 2); // it is tried again
        assertTrue(counts(audit).failures() < 30, "and not all the time");
        stop();
    }

    @Test
    void aFullDiskHasWholeLinesAndSaysHowManyWereLost() throws Exception {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=512k", "none", directory.toString()) == 0, "only root mounts");
        try {
            var ballast = Files.write(directory.resolve("ballast"), new byte[400 << 10]);
            var audit = deploy(file, ALL);
            for (int i = 0; i < 20_000; i += 500) {
                publish(i, i + 500);
                var _ = counts(audit);
            }
            until(() -> counts(audit).failures() > 1);
            read(numbered(1));
            assertFalse(read(file).isEmpty()); // it sees that there are whole lines
            var full = counts(audit);
            assertTrue(full.delivered() > 0 && full.lost() > 0, full::toString);
            assertEquals(20_000, full.delivered() + full.lost() + full.waiting(), full::toString);
            Files.delete(ballast);
            until(() -> counts(audit).waiting() == 0);
            var last = read(file).getLast();
            assertEquals("audit-lost", last.getString("type"));
            assertEquals(full.lost(), last.getLong("count"));
            var all = new ArrayList<Integer>();
            for (var each : List.of(numbered(2), numbered(1), file)) all.addAll(numbers(each));
            int end = (int) (20_000 - full.lost());
            assertEquals(range(end - all.size(), end), all);
        } finally {
            stop();
            assertEquals(0, run("umount", "--lazy", directory.toString()));
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void aMissingFolderIsWaitedForAndAForbiddenOneEndsTheStart() throws Exception {
        var folder = directory.resolve("folder");
        var late = deploy(folder.resolve("audit.jsonl"), ALL);
        publish(0, 20_000);
        until(() -> counts(late).failures() > 1 && counts(late).lost() == 10_000);
        Files.createDirectory(folder);
        until(() -> counts(late).waiting() == 0);
        stop();
        var all = new ArrayList<JsonObject>();
        for (var each : List.of("audit.jsonl.2", "audit.jsonl.1", "audit.jsonl"))
            all.addAll(read(folder.resolve(each)));
        assertEquals("audit-lost", all.getLast().getString("type"));
        assertEquals(10_000, all.getLast().getInteger("count"));
        assertEquals(9_999, all.get(all.size() - 2).getInteger("number"));
        var forbidden = Path.of("/sys/audit.jsonl"); // also to root
        assertThrows(AccessDeniedException.class, () -> deploy(forbidden, ALL));
    }
}
