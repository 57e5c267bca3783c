package dev.warren.app.process;

import dev.warren.host.InterfaceName;
import dev.warren.host.SetupException;
import org.jspecify.annotations.Nullable;

/// Sets up the log before the first line of it: to stderr, a level and a message, nothing else.
public final class LogLevel {
    private LogLevel() {}

    /// As wireguard-go reads LOG_LEVEL: `verbose` and `debug` tell everything, `silent` nothing, `error`
    /// errors, as does nothing at all.
    public static String ofEnvironment(@Nullable String level) throws SetupException {
        var word = level == null ? "" : level;
        return switch (word) {
            case "verbose", "debug" -> "debug";
            case "silent" -> "off";
            case "error", "" -> "error";
            default ->
                throw new SetupException(
                        "LOG_LEVEL=" + InterfaceName.shown(word) + " is none of verbose, debug, error, silent");
        };
    }

    /// Whether a router in the background keeps its output: only if a log was asked for.
    static boolean logs(@Nullable String level) {
        return level != null && !level.isEmpty() && !level.equals("silent");
    }

    /// @param level a level of slf4j-simple: trace, debug, info, warn, error, off
    public static void apply(String level) {
        var prefix = "org.slf4j.simpleLogger.";
        System.setProperty(prefix + "defaultLogLevel", level);
        System.setProperty(prefix + "showThreadName", "false");
        System.setProperty(prefix + "showLogName", "false");
        System.setProperty(prefix + "logFile", "System.err");
        for (var library : new String[] {"io.netty", "io.vertx"}) {
            System.setProperty(prefix + "log." + library, level.equals("off") ? "off" : "error");
        }
    }
}
