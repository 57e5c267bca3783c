package dev.warren.conf;

import dev.warren.conf.hocon.HoconException;
import dev.warren.conf.hocon.HoconSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/// Collects the problems of a configuration and its warnings.
final class Problems {
    private static final int SHORT = 20;
    private static final int MAX_ECHO = 60;

    /// Words, names of hosts, numbers and addresses, which no key looks like.
    private static final Pattern WORDS = Pattern.compile(
            "(?:\\p{Lu}?\\p{Ll}{0,20}|\\p{Lu}{1,20}|)[0-9]{0,5}(?:[-._@:/ %\\[\\]]+(?:\\p{Lu}?\\p{Ll}{0,20}|\\p{Lu}{1,20})[0-9]{0,5})*+");

    private static final Pattern ADDRESS = Pattern.compile("\\[?[0-9a-fA-F]{0,4}(?:[.:][0-9a-fA-F]{0,4})+[^\\s]{0,16}");

    private final Path file;
    private final List<Problem> found = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    /// @param file the file as the operator named it
    Problems(Path file) {
        this.file = file;
    }

    /// @param line 0 when it is about the whole file
    void add(HoconSource in, int line, String key, String problem, String expected) {
        add(in.file(), line, key, problem, expected);
    }

    void add(Path in, int line, String key, String problem, String expected) {
        found.add(new Problem(in, line, key, problem, expected));
    }

    /// About the whole of the operator's file.
    void add(String problem, String expected) {
        add(file, 0, "", problem, expected);
    }

    /// The text cannot be read.
    void add(HoconException e) {
        add(e.file(), e.line(), "", e.problem(), e.expected());
    }

    void warn(HoconSource in, int line, String key, String warning, String expected) {
        warnings.add(new Problem(in.file(), line, key, warning, expected));
    }

    /// Warnings, in the order of the file.
    List<Problem> warnings() {
        return warnings.stream().sorted(order()).toList();
    }

    boolean any() {
        return !found.isEmpty();
    }

    void throwIfAny() throws ConfigException {
        if (any()) {
            throw new ConfigException(found.stream().sorted(order()).toList(), warnings());
        }
    }

    private Comparator<Problem> order() {
        return Comparator.<Problem, Boolean>comparing(p -> !p.file().equals(file))
                .thenComparing(Problem::file)
                .thenComparingInt(Problem::line);
    }

    /// A value as it may be repeated in a message.
    static String echo(ConfigText value) {
        return value.substituted() ? "a value that is not shown, as it is from a ${...}" : echo(value.string());
    }

    static String echo(String value) {
        if (!mayBeShown(value)) {
            return "a text that is not shown";
        }
        return "'" + value.replaceAll("\\p{Cntrl}", "?") + "'";
    }

    /// Short, or made of words, numbers and addresses: nothing that could be a key or a password.
    static boolean mayBeShown(String text) {
        return text.length() <= SHORT
                || (text.length() <= MAX_ECHO
                        && (WORDS.matcher(text).matches()
                                || ADDRESS.matcher(text).matches()));
    }
}
