package dev.warren.app.log;

import dev.warren.conf.RouterConfig;
import dev.warren.host.InterfaceName;
import dev.warren.host.SetupException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/// What the log tells, and how. Applied before the first line of it, and then it is so for the process.
///
/// @param level null: nothing is told
public record LogSettings(@Nullable Level level, LogFormat format) {
    private static final String LEVEL = "warren.log.level";
    private static final String FORMAT = "warren.log.format";

    /// As wireguard-go reads LOG_LEVEL: `verbose` and `debug` tell everything, `silent` nothing, `error`
    /// errors, as does nothing at all. WARREN_LOG_FORMAT is ours.
    ///
    /// @param level LOG_LEVEL
    /// @param format WARREN_LOG_FORMAT
    /// @param journalStream JOURNAL_STREAM
    public static LogSettings ofEnvironment(
            @Nullable String level, @Nullable String format, @Nullable String journalStream) throws SetupException {
        var word = level == null ? "" : level;
        var told =
                switch (word) {
                    case "verbose", "debug" -> Level.DEBUG;
                    case "silent" -> null;
                    case "error", "" -> Level.ERROR;
                    default ->
                        throw new SetupException(
                                "LOG_LEVEL=" + InterfaceName.shown(word) + " is none of verbose, debug, error, silent");
                };
        var wanted =
                format == null || format.isEmpty() ? RouterConfig.LogFormat.AUTO : format("WARREN_LOG_FORMAT", format);
        return new LogSettings(told, LogFormat.of(wanted, journalStream));
    }

    /// @param what the option or variable that has the word
    public static RouterConfig.LogFormat format(String what, String word) throws SetupException {
        return switch (word) {
            case "auto" -> RouterConfig.LogFormat.AUTO;
            case "text" -> RouterConfig.LogFormat.TEXT;
            case "json" -> RouterConfig.LogFormat.JSON;
            case "journald" -> RouterConfig.LogFormat.JOURNALD;
            default ->
                throw new SetupException(
                        what + "=" + InterfaceName.shown(word) + " is none of auto, text, json, journald");
        };
    }

    /// Whether a router in the background keeps its output: only if a log was asked for.
    public static boolean logs(@Nullable String level) {
        return level != null && !level.isEmpty() && !level.equals("silent");
    }

    /// For the process, whose log begins after this.
    public void apply() {
        System.setProperty(LEVEL, level == null ? "off" : level.name());
        System.setProperty(FORMAT, format.name());
    }

    /// What was applied; info and text if nothing was.
    static LogSettings applied() {
        var level = System.getProperty(LEVEL, "INFO");
        return new LogSettings(
                level.equals("off") ? null : Level.valueOf(level.toUpperCase(Locale.ROOT)),
                LogFormat.valueOf(System.getProperty(FORMAT, "TEXT").toUpperCase(Locale.ROOT)));
    }

    /// Whether a logger tells something. Of the libraries only errors are told.
    boolean tells(String logger, Level what) {
        if (level == null) return false;
        boolean library = logger.startsWith("io.netty.") || logger.startsWith("io.vertx.");
        return what.toInt() >= (library ? Level.ERROR : level).toInt();
    }
}
