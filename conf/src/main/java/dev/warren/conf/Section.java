package dev.warren.conf;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One object of a configuration, read key by key. What is wrong is added to the problems, and reads as absent.
final class Section {
    private final @Nullable Section parent;
    private final String name;
    private final ConfigObject object;
    private final Problems problems;
    private final IntUnaryOperator lines;
    private final @Nullable Supplier<@Nullable Section> exact;

    /// @param lines gives the line in the file for a line of the text that was parsed
    Section(@Nullable Section parent, String name, ConfigObject object, Problems problems, IntUnaryOperator lines) {
        this(parent, name, object, problems, lines, null);
    }

    /// @param exact gives the same section with lines, which this one has not; asked only when there is a problem
    Section(
            @Nullable Section parent,
            String name,
            ConfigObject object,
            Problems problems,
            IntUnaryOperator lines,
            @Nullable Supplier<@Nullable Section> exact) {
        this.parent = parent;
        this.name = name;
        this.object = object;
        this.problems = problems;
        this.lines = lines;
        this.exact = exact;
    }

    String path() {
        return parent == null ? shown(name) : parent.path() + "." + shown(name);
    }

    String name() {
        return name;
    }

    int line() {
        return lines.applyAsInt(object.origin().lineNumber());
    }

    /// A problem with the section as a whole.
    void problem(String problem, String expected) {
        report(object.origin(), parent == null ? shown(name) : parent.path() + "." + shown(name), problem, expected);
    }

    private void report(ConfigOrigin origin, String key, String problem, String expected) {
        problems.add(origin, lines, key, problem, expected);
    }

    /// This section, with lines.
    private Section located() {
        var section = exact == null ? null : exact.get();
        return section == null ? this : section;
    }

    private ConfigOrigin origin(String key) {
        var value = object.get(key);
        return value == null ? object.origin() : value.origin();
    }

    /// The same, as a warning that stops nothing.
    Problem warning(String key, String problem, String expected) {
        var section = located();
        return problems.at(section.origin(key), section.lines, path() + "." + key, problem, expected);
    }

    /// The file a key is in.
    Path file(String key) {
        return problems.file(origin(key));
    }

    /// Adds a problem for every key that is not one of these.
    void allow(List<String> known) {
        for (var key : object.keySet()) {
            if (!known.contains(key)) {
                unknown(key, known);
            }
        }
    }

    private void unknown(String key, List<String> known) {
        var near = nearest(key, known);
        var section = located();
        section.report(
                section.origin(key),
                path() + "." + shown(key),
                "unknown key" + (near == null ? "" : ", did you mean " + near + "?"),
                "one of " + String.join(", ", known));
    }

    /// A key or name as it may be printed.
    static String shown(String key) {
        var echo = Problems.echo(key);
        return echo.equals("'" + key + "'") ? key : echo;
    }

    boolean has(String key) {
        return value(key) != null;
    }

    @Nullable
    ConfigValue value(String key) {
        var value = object.get(key);
        return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
    }

    /// Says what is wrong with the value of a key.
    void problem(String key, String problem, String expected) {
        var section = located();
        section.report(section.origin(key), path() + "." + shown(key), problem, expected);
    }

    /// The section under a key; null when it is absent or no object.
    @Nullable
    Section section(String key) {
        var value = value(key);
        if (value == null) {
            return null;
        }
        if (value instanceof ConfigObject child) {
            return new Section(this, key, child, problems, lines);
        }
        problem(key, "is " + type(value), "{ ... }");
        return null;
    }

    /// All sections in this one, by name, in the order of the file.
    List<Section> sections() {
        var sections = new ArrayList<Section>(object.size());
        for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
            if (entry.getValue() instanceof ConfigObject child) {
                sections.add(new Section(this, entry.getKey(), child, problems, lines));
            } else if (entry.getValue().valueType() != ConfigValueType.NULL) {
                problem(entry.getKey(), "is " + type(entry.getValue()), "{ ... }");
            }
        }
        sections.sort(Comparator.comparingInt(Section::line));
        return sections;
    }

    /// A string; numbers and booleans are read as they are written.
    @Nullable
    String text(String key, String expected) {
        var value = value(key);
        if (value == null) {
            return null;
        }
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
            case OBJECT, LIST, NULL -> {
                problem(key, "is " + type(value), expected);
                yield null;
            }
        };
    }

    /// A list of strings; a single one may stand alone, and may be several with commas between.
    List<String> texts(String key, String expected) {
        var value = value(key);
        if (!(value instanceof ConfigList list)) {
            var text = text(key, expected);
            return text == null ? List.of() : List.of(text.strip().split("\\s*,\\s*"));
        }
        var texts = new ArrayList<String>(list.size());
        for (var element : list) {
            if (element.valueType() == ConfigValueType.STRING) {
                texts.add(String.valueOf(element.unwrapped()));
            } else {
                report(element.origin(), path() + "." + key, "has " + type(element) + " in it", expected);
            }
        }
        return texts;
    }

    boolean flag(String key, boolean otherwise) {
        var text = text(key, "on or off");
        if (text == null) {
            return otherwise;
        }
        switch (text.toLowerCase(Locale.ROOT)) {
            case "on", "yes", "true" -> {
                return true;
            }
            case "off", "no", "false" -> {
                return false;
            }
            default -> {
                problem(key, "is " + Problems.echo(text), "on or off");
                return otherwise;
            }
        }
    }

    /// A whole number, or a word that stands for one; empty when it is absent or wrong.
    ///
    /// @param word stands for `meaning`
    OptionalLong number(String key, String word, long meaning, long min, long max, String expected) {
        var text = text(key, expected);
        if (text == null) {
            return OptionalLong.empty();
        }
        if (text.equals(word)) {
            return OptionalLong.of(meaning);
        }
        long number = number(text);
        if (number == meaning || (number >= min && number <= max)) {
            return OptionalLong.of(number);
        }
        problem(key, "is " + Problems.echo(text), expected);
        return OptionalLong.empty();
    }

    /// Decimal or 0x..., not negative; -1 for anything else.
    private static long number(String text) {
        try {
            boolean hex = text.startsWith("0x") || text.startsWith("0X");
            var digits = hex ? text.substring(2) : text;
            boolean right = !digits.isEmpty() && digits.length() <= 15 && Character.digit(digits.charAt(0), 16) >= 0;
            return right ? Long.parseLong(digits, hex ? 16 : 10) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /// One of a few words.
    <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
        var words = new ArrayList<String>();
        for (var constant : type.getEnumConstants()) {
            words.add(constant.name().toLowerCase(Locale.ROOT));
        }
        var expected = String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
        var text = text(key, expected);
        if (text == null) {
            return otherwise;
        }
        int index = words.indexOf(text.toLowerCase(Locale.ROOT));
        if (index < 0) {
            problem(key, "is " + Problems.echo(text), expected);
            return otherwise;
        }
        return type.getEnumConstants()[index];
    }

    private static String type(ConfigValue value) {
        return switch (value.valueType()) {
            case OBJECT -> "an object";
            case LIST -> "a list";
            case NUMBER -> "a number";
            case BOOLEAN -> "on or off";
            case STRING -> "a text";
            case NULL -> "null";
        };
    }

    /// The known key that was probably meant; `PrivateKey` and `private_key` mean `private-key`.
    static @Nullable String nearest(String key, List<String> known) {
        String best = null;
        int least = Math.max(2, key.length() / 3) + 1;
        for (var candidate : known) {
            int distance = distance(plain(key), plain(candidate));
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return key.length() > 40 ? null : best;
    }

    private static String plain(String key) {
        return key.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /// Levenshtein, with neighbours swapped counting as one.
    private static int distance(String a, String b) {
        if (a.length() > 40) {
            return Integer.MAX_VALUE;
        }
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + same);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
