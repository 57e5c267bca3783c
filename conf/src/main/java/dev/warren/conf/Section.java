package dev.warren.conf;

import dev.warren.conf.hocon.Hocon;
import dev.warren.conf.hocon.HoconField;
import dev.warren.conf.hocon.HoconList;
import dev.warren.conf.hocon.HoconNull;
import dev.warren.conf.hocon.HoconObject;
import dev.warren.conf.hocon.HoconSource;
import dev.warren.conf.hocon.HoconText;
import dev.warren.conf.hocon.HoconValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One object of a configuration, read key by key. What is wrong is added to the problems, and reads as absent.
final class Section {
    private final @Nullable Section parent;
    private final HoconField field;
    private final HoconObject object;
    private final Problems problems;

    Section(@Nullable Section parent, HoconField field, HoconObject object, Problems problems) {
        this.parent = parent;
        this.field = field;
        this.object = object;
        this.problems = problems;
    }

    String path() {
        return parent == null ? shown(name()) : parent.path() + "." + shown(name());
    }

    String name() {
        return field.key();
    }

    /// A problem with the section as a whole.
    void problem(String problem, String expected) {
        problems.add(field.source(), field.line(), path(), problem, expected);
    }

    /// Where a key is given, or this section if it is not.
    private HoconField origin(String key) {
        var child = object.get(key);
        return child == null ? field : child;
    }

    /// Says what is wrong with the value of a key.
    void problem(String key, String problem, String expected) {
        var origin = origin(key);
        problems.add(origin.source(), origin.line(), path() + "." + shown(key), problem, expected);
    }

    private void problem(String key, int line, String problem, String expected) {
        problems.add(origin(key).source(), line, path() + "." + shown(key), problem, expected);
    }

    /// The same, but it stops nothing.
    void warning(String key, String warning, String expected) {
        var origin = origin(key);
        problems.warn(origin.source(), origin.line(), path() + "." + shown(key), warning, expected);
    }

    /// The file a key is in.
    HoconSource source(String key) {
        return origin(key).source();
    }

    /// Adds a problem for every key that is not one of these.
    void allow(List<String> known) {
        for (var child : object.fields()) {
            if (!known.contains(child.key())) {
                var near = nearest(child.key(), known);
                problem(
                        child.key(),
                        "unknown key" + (near == null ? "" : ", did you mean " + near + "?"),
                        "one of " + String.join(", ", known));
            }
        }
    }

    /// A key or name as it may be printed.
    static String shown(String key) {
        return Problems.mayBeShown(key) ? Hocon.quoted(key) : "(a name that is not shown)";
    }

    boolean has(String key) {
        return value(key) != null;
    }

    private @Nullable HoconValue value(String key) {
        var child = object.get(key);
        return child == null || child.value() instanceof HoconNull ? null : child.value();
    }

    /// The section under a key; null when it is absent or no object.
    @Nullable
    Section section(String key) {
        var child = object.get(key);
        if (child == null || child.value() instanceof HoconNull) {
            return null;
        }
        if (child.value() instanceof HoconObject inner) {
            return new Section(this, child, inner, problems);
        }
        problem(key, "is " + type(child.value()), "{ ... }");
        return null;
    }

    /// All sections in this one, in the order of the file.
    List<Section> sections() {
        var sections = new ArrayList<Section>();
        for (var child : object.fields()) {
            if (child.value() instanceof HoconObject inner) {
                sections.add(new Section(this, child, inner, problems));
            } else if (!(child.value() instanceof HoconNull)) {
                problem(child.key(), "is " + type(child.value()), "{ ... }");
            }
        }
        return sections;
    }

    /// A text; numbers and words are read as they are written.
    @Nullable
    HoconText text(String key, String expected) {
        var value = value(key);
        if (value == null || value instanceof HoconText) {
            return (HoconText) value;
        }
        problem(key, "is " + type(value), expected);
        return null;
    }

    /// A list of texts; a single one may stand alone, and may be several with commas between.
    List<HoconText> texts(String key, String expected) {
        var value = value(key);
        if (!(value instanceof HoconList list)) {
            var text = text(key, expected);
            return text == null ? List.of() : commas(text);
        }
        var texts = new ArrayList<HoconText>(list.items().size());
        int line = origin(key).line();
        for (var element : list.items()) {
            line = element instanceof HoconText text ? text.line() : line;
            if (element instanceof HoconText text && type(text).equals(TEXT)) {
                texts.add(text);
            } else {
                problem(key, line, "has " + type(element) + " in it", expected);
            }
        }
        return texts;
    }

    private static List<HoconText> commas(HoconText text) {
        var string = text.string();
        var parts = new ArrayList<HoconText>(1);
        int from = 0;
        for (int comma = string.indexOf(','); comma >= 0; comma = string.indexOf(',', from)) {
            parts.add(text.slice(from, comma).strip());
            from = comma + 1;
        }
        if (parts.isEmpty() || from < string.length()) {
            parts.add(text.slice(from, string.length()).strip());
        }
        return parts;
    }

    boolean flag(String key, boolean otherwise) {
        var text = text(key, "on or off");
        if (text == null) {
            return otherwise;
        }
        switch (text.string().toLowerCase(Locale.ROOT)) {
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
        if (text.string().equals(word)) {
            return OptionalLong.of(meaning);
        }
        long number = number(text.string());
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
        int index = words.indexOf(text.string().toLowerCase(Locale.ROOT));
        if (index < 0) {
            problem(key, "is " + Problems.echo(text), expected);
            return otherwise;
        }
        return type.getEnumConstants()[index];
    }

    private static final String TEXT = "a text";

    private static String type(HoconValue value) {
        return switch (value) {
            case HoconObject _ -> "an object";
            case HoconList _ -> "a list";
            case HoconText text when !text.quoted() -> word(text.string());
            case HoconText _ -> TEXT;
            default -> "null";
        };
    }

    private static String word(String word) {
        return switch (word) {
            case "true", "false" -> "on or off";
            default -> word.matches("-?[0-9]+(\\.[0-9]+)?([eE]-?[0-9]+)?") ? "a number" : TEXT;
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
