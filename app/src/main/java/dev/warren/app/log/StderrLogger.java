package dev.warren.app.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/// Writes each record to standard error at once, in UTF-8.
final class StderrLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    private final transient LogSettings settings;

    StderrLogger(String name, LogSettings settings) {
        this.name = name;
        this.settings = settings;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String pattern,
            @Nullable Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        var message = arguments == null ? pattern : MessageFormatter.basicArrayFormat(pattern, arguments);
        var record = settings.format().record(Instant.now(), level, name, String.valueOf(message), thrown);
        var bytes = record.getBytes(StandardCharsets.UTF_8);
        var err = System.err;
        err.write(bytes, 0, bytes.length); // whole, also beside other threads
        err.flush();
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    public boolean isTraceEnabled() {
        return settings.tells(name, Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return settings.tells(name, Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return settings.tells(name, Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return settings.tells(name, Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return settings.tells(name, Level.ERROR);
    }
}
