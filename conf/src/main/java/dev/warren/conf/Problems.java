package dev.warren.conf;

import com.typesafe.config.ConfigOrigin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Collects what is wrong with a configuration.
final class Problems {
    private static final int MAX_ECHO = 60;

    private final Path file;
    private final String absolute;
    private final List<Problem> found = new ArrayList<>();

    /// @param file the file as the operator named it
    Problems(Path file) {
        this.file = file;
        this.absolute = file.toAbsolutePath().toString();
    }

    /// @param lines gives the line in the file for a line of the text that was parsed
    void add(ConfigOrigin origin, IntUnaryOperator lines, String key, String problem, String expected) {
        found.add(at(origin, lines, key, problem, expected));
    }

    void add(int line, String key, String problem, String expected) {
        add(file, line, key, problem, expected);
    }

    void add(Path in, int line, String key, String problem, String expected) {
        found.add(new Problem(in, line, key, problem, expected));
    }

    Problem at(ConfigOrigin origin, IntUnaryOperator lines, String key, String problem, String expected) {
        int line = origin.lineNumber() < 1 ? 0 : lines.applyAsInt(origin.lineNumber());
        return new Problem(file(origin), line, key, problem, expected);
    }

    /// The file a value is from: an included one perhaps.
    Path file(ConfigOrigin origin) {
        var name = origin.filename();
        return name == null || name.equals(absolute) ? file : Path.of(name);
    }

    /// What Typesafe's parser refused.
    ///
    /// @param text that it read
    void syntax(com.typesafe.config.ConfigException e, String text, IntUnaryOperator lines) {
        var origin = e.origin();
        int line = origin == null ? 0 : Math.max(origin.lineNumber(), 0);
        var path = origin == null ? file : file(origin);
        int shown = line == 0 || !path.equals(file) ? line : lines.applyAsInt(line);
        if (e instanceof com.typesafe.config.ConfigException.UnresolvedSubstitution) {
            add(path, shown, "", "a ${...} that is defined nowhere", "a key of this file, or ${?...}");
        } else if (e instanceof com.typesafe.config.ConfigException.IO) {
            add(path, shown, "", "cannot be read, or a file it includes cannot", "readable files");
        } else if (!path.equals(file) || nearKey(text, line)) {
            add(path, shown, "", "a syntax error at or near a key, whose text is not shown", HOCON);
        } else {
            add(path, shown, "", "a syntax error: " + sentence(e, origin), HOCON);
        }
    }

    private static final String HOCON =
            "HOCON, with \"...\" around texts that hold anything but letters and digits, and braces in pairs";

    /// What the parser says may quote the text; near a key that could be a secret.
    private static boolean nearKey(String text, int line) {
        return text.lines()
                .skip(Math.max(line - 3, 0))
                .limit(5)
                .anyMatch(l -> l.toLowerCase(Locale.ROOT).contains("key") || l.matches(".*[A-Za-z0-9+/]{20}.*"));
    }

    private static String sentence(com.typesafe.config.ConfigException e, @Nullable ConfigOrigin origin) {
        var message = String.valueOf(e.getMessage());
        if (origin != null && message.startsWith(origin.description() + ": ")) {
            message = message.substring(origin.description().length() + 2);
        }
        int advice = message.indexOf(" (if you intended");
        message = advice < 0 ? message : message.substring(0, advice);
        return message.replaceAll("\\s+", " ");
    }

    void throwIfAny() throws ConfigException {
        if (!found.isEmpty()) {
            found.sort(Comparator.<Problem, Boolean>comparing(p -> !p.file().equals(file))
                    .thenComparing(Problem::file)
                    .thenComparingInt(Problem::line));
            throw new ConfigException(found);
        }
    }

    /// A value as it may be repeated in a message: short, printable, and nothing that could be a key.
    static String echo(Object value) {
        var text = String.valueOf(value);
        if (text.matches("(?s).*[A-Za-z0-9+/]{40}.*")) {
            return "a text that is not shown";
        }
        var shown = text.length() > MAX_ECHO ? text.substring(0, MAX_ECHO) + "..." : text;
        return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
