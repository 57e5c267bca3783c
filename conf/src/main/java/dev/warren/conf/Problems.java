package dev.warren.conf;

import com.typesafe.config.ConfigOrigin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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

    void add(ConfigOrigin origin, String key, String problem, String expected) {
        found.add(at(origin, key, problem, expected));
    }

    void add(int line, String key, String problem, String expected) {
        add(file, line, key, problem, expected);
    }

    void add(Path in, int line, String key, String problem, String expected) {
        found.add(new Problem(in, line, key, problem, expected));
    }

    Problem at(ConfigOrigin origin, String key, String problem, String expected) {
        return new Problem(file(origin), Math.max(origin.lineNumber(), 0), key, problem, expected);
    }

    /// The file a value is from: an included one perhaps.
    Path file(ConfigOrigin origin) {
        var name = origin.filename();
        return name == null || name.equals(absolute) ? file : Path.of(name);
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
