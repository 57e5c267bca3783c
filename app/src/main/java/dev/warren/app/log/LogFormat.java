package dev.warren.app.log;

import dev.warren.conf.RouterConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/// How a record of the log is written. Its message is one line in each of them.
public enum LogFormat {
    /// The level and the message; a stack trace on lines below.
    TEXT {
        @Override
        String record(Instant time, Level level, String logger, String message, @Nullable Throwable thrown) {
            return level + " " + oneLine(message) + "\n" + stack(thrown);
        }
    },

    /// An object on a line: time, level, logger, message, stack.
    JSON {
        @Override
        String record(Instant time, Level level, String logger, String message, @Nullable Throwable thrown) {
            var json = new JsonObject()
                    .put("time", time.toString())
                    .put("level", level.name().toLowerCase(java.util.Locale.ROOT))
                    .put("logger", logger)
                    .put("message", message);
            if (thrown != null) json.put("stack", stack(thrown));
            return json.encode() + "\n";
        }
    },

    /// The priority before each line, see sd-daemon(3); the journal knows the time itself.
    JOURNALD {
        @Override
        String record(Instant time, Level level, String logger, String message, @Nullable Throwable thrown) {
            var prefix =
                    switch (level) {
                        case ERROR -> "<3>";
                        case WARN -> "<4>";
                        case INFO -> "<6>";
                        case DEBUG, TRACE -> "<7>";
                    };
            return (oneLine(message) + "\n" + stack(thrown))
                    .lines()
                    .map(line -> prefix + line + "\n")
                    .collect(Collectors.joining());
        }
    };

    /// The whole record, with the line feeds that end its lines.
    abstract String record(Instant time, Level level, String logger, String message, @Nullable Throwable thrown);

    /// What is configured, decided.
    ///
    /// @param journalStream JOURNAL_STREAM of the environment
    public static LogFormat of(RouterConfig.LogFormat configured, @Nullable String journalStream) {
        return switch (configured) {
            case TEXT -> TEXT;
            case JSON -> JSON;
            case JOURNALD -> JOURNALD;
            case AUTO -> journalStream != null && isOurs(journalStream) ? JOURNALD : TEXT;
        };
    }

    /// Whether standard error is the journal's stream, and not something that was put in its place since.
    private static boolean isOurs(String journalStream) {
        try {
            var stderr = Files.readAttributes(Path.of("/proc/self/fd/2"), "unix:dev,ino");
            return journalStream.equals(stderr.get("dev") + ":" + stderr.get("ino"));
        } catch (IOException e) {
            return false; // it is closed
        }
    }

    /// Whether programs read it: then all that a start has to say is in the log as well.
    public boolean isForPrograms() {
        return this != TEXT;
    }

    /// Line ends as `\n`, and other characters that a terminal would obey as `?`.
    private static String oneLine(String message) {
        return message.chars().noneMatch(Character::isISOControl)
                ? message
                : message.replaceAll("\r?\n|\r", "\\\\n").replaceAll("\\p{Cntrl}|[\u0080-\u009f]", "?");
    }

    private static String stack(@Nullable Throwable thrown) {
        if (thrown == null) return "";
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
