package dev.warren.app.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.RouterConfig;
import dev.warren.host.SetupException;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

class LogFormatTest {
    private static final Instant TIME = Instant.parse("2026-11-29T10:00:00.5Z");
    private final Throwable thrown = new IllegalStateException("it \"broke\"\nin two");

    private static String record(LogFormat format, Level level, String message) {
        return format.record(TIME, level, "dev.warren.X", message, null);
    }

    @Test
    void aMessageIsOneLineInEachFormat() {
        var message = "a \"b\"\r\nc\u001b[31m\u0085ü";
        assertEquals("INFO a \"b\"\\nc?[31m?ü\n", record(LogFormat.TEXT, Level.INFO, message));
        assertEquals("<6>a \"b\"\\nc?[31m?ü\n", record(LogFormat.JOURNALD, Level.INFO, message));
        var json = record(LogFormat.JSON, Level.INFO, message);
        assertEquals(json.length() - 1, json.indexOf('\n'));
        assertEquals(
                new JsonObject()
                        .put("time", TIME.toString())
                        .put("level", "info")
                        .put("logger", "dev.warren.X")
                        .put("message", message),
                new JsonObject(json));
    }

    @Test
    void theJournalHasAPriorityOnEachLine() {
        var priorities = "34677";
        for (int i = 0; i < 5; i++) {
            var level = new Level[] {Level.ERROR, Level.WARN, Level.INFO, Level.DEBUG, Level.TRACE}[i];
            assertEquals("<" + priorities.charAt(i) + ">x\n", record(LogFormat.JOURNALD, level, "x"));
        }
        var lines = LogFormat.JOURNALD
                .record(TIME, Level.ERROR, "x", "failed", thrown)
                .lines()
                .toList();
        assertTrue(lines.size() > 3 && lines.stream().allMatch(line -> line.startsWith("<3>")), lines::toString);
        assertEquals("<3>failed", lines.getFirst());
    }

    @Test
    void aStackTraceIsAFieldOfTheObject() {
        var json = LogFormat.JSON.record(TIME, Level.ERROR, "x", "failed", thrown);
        assertEquals(1, json.lines().count());
        var stack = new JsonObject(json).getString("stack");
        assertTrue(stack.startsWith("java.lang.IllegalStateException: it \"broke\"\nin two\n\tat "), stack);
        assertTrue(
                LogFormat.TEXT.record(TIME, Level.ERROR, "x", "failed", thrown).startsWith("ERROR failed\njava.lang."));
    }

    @Test
    void autoIsTheJournalsFormatOnlyOnItsStream() throws Exception {
        var auto = RouterConfig.LogFormat.AUTO;
        var stderr = Files.readAttributes(Path.of("/proc/self/fd/2"), "unix:dev,ino");
        assertEquals(LogFormat.TEXT, LogFormat.of(auto, null));
        assertEquals(LogFormat.TEXT, LogFormat.of(auto, "8:" + stderr.get("ino") + "1"));
        assertEquals(LogFormat.JOURNALD, LogFormat.of(auto, stderr.get("dev") + ":" + stderr.get("ino")));
        assertEquals(LogFormat.JSON, LogFormat.of(RouterConfig.LogFormat.JSON, "1:1"));
    }

    @Test
    void theEnvironmentIsReadAsWireGuardGoReadsIt() throws Exception {
        assertEquals(new LogSettings(Level.ERROR, LogFormat.TEXT), LogSettings.ofEnvironment(null, null, null));
        assertEquals(new LogSettings(Level.DEBUG, LogFormat.JSON), LogSettings.ofEnvironment("verbose", "json", null));
        assertEquals(new LogSettings(null, LogFormat.JOURNALD), LogSettings.ofEnvironment("silent", "journald", null));
        var level = assertThrows(SetupException.class, () -> LogSettings.ofEnvironment("loud", null, null));
        assertEquals("LOG_LEVEL=loud is none of verbose, debug, error, silent", level.getMessage());
        var format = assertThrows(SetupException.class, () -> LogSettings.ofEnvironment(null, "xml", null));
        assertEquals("WARREN_LOG_FORMAT=xml is none of auto, text, json, journald", format.getMessage());
    }

    @Test
    void ofLibrariesOnlyErrorsAreTold() {
        var settings = new LogSettings(Level.DEBUG, LogFormat.TEXT);
        assertTrue(settings.tells("dev.warren.X", Level.DEBUG));
        assertFalse(settings.tells("dev.warren.X", Level.TRACE));
        assertFalse(settings.tells("io.netty.X", Level.WARN));
        assertTrue(settings.tells("io.vertx.X", Level.ERROR));
        assertFalse(new LogSettings(null, LogFormat.TEXT).tells("io.vertx.X", Level.ERROR));
    }

    @Test
    void thisIsTheLogThatSlf4jFinds() {
        assertInstanceOf(StderrLogger.class, LoggerFactory.getLogger("x"));
        var before = System.err;
        var written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, false, StandardCharsets.UTF_8));
        try {
            new StderrLogger("x", new LogSettings(Level.INFO, LogFormat.JSON)).warn("{} and {}", "ä", 2, thrown);
            new StderrLogger("x", new LogSettings(Level.INFO, LogFormat.JSON)).debug("never");
        } finally {
            System.setErr(before);
        }
        var json = new JsonObject(written.toString(StandardCharsets.UTF_8));
        assertEquals("ä and 2", json.getString("message"));
        assertTrue(json.containsKey("stack"));
    }
}
