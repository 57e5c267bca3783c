package dev.warren.conf;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import dev.warren.conf.hocon.Hocon;
import dev.warren.conf.hocon.HoconException;
import dev.warren.conf.hocon.HoconKey;
import dev.warren.conf.hocon.HoconSource;
import dev.warren.conf.hocon.HoconTree;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// One object of a configuration, read key by key. A wrong value is added to the problems, and reads as absent.
final class Section {
    private static final ConfigObject NOTHING = ConfigValueFactory.fromMap(Map.of());

    private final @Nullable Section parent;
    private final HoconTree tree;
    private final Problems problems;
    private final String name;
    private final HoconKey near;
    private final @Nullable HoconKey keys;
    private final ConfigObject object;
    private final boolean listed;

    /// @param parent the root has none
    /// @param near where this section is, or what it is in when it came by a substitution
    /// @param keys where its keys are, if this is known
    /// @param listed it is in a list, where the values know their places and not the keys
    private Section(
            @Nullable Section parent,
            HoconTree tree,
            Problems problems,
            String name,
            HoconKey near,
            @Nullable HoconKey keys,
            ConfigObject object,
            boolean listed) {
        this.parent = parent;
        this.tree = tree;
        this.problems = problems;
        this.name = name;
        this.near = near;
        this.keys = keys;
        this.object = object;
        this.listed = listed;
    }

    /// The whole of what was read.
    static Section root(HoconTree tree, Problems problems) {
        return new Section(null, tree, problems, "", tree.keys(), tree.keys(), tree.values(), false);
    }

    private Section child(String key, ConfigObject inner) {
        return new Section(this, tree, problems, key, origin(key), known(key), inner, listed);
    }

    String path() {
        return parent == null || parent.parent == null ? shown(name) : parent.path() + "." + shown(name);
    }

    private String path(String key) {
        return parent == null ? shown(key) : path() + "." + shown(key);
    }

    String name() {
        return name;
    }

    /// A problem with the section as a whole.
    void problem(String problem, String expected) {
        problems.add(near.source(), line(), path(), problem, expected);
    }

    private @Nullable HoconKey known(String key) {
        return keys == null ? null : keys.get(key);
    }

    /// The place of a key in the file, or that of this section if it is not given.
    private HoconKey origin(String key) {
        var child = known(key);
        return child == null ? near : child;
    }

    /// It may be from a `${...}`, or is somewhere below one.
    private boolean substituted(String key) {
        var child = known(key);
        if (child == null ? !listed : child.substituted()) {
            return true;
        }
        for (var section = this; section != null; section = section.parent) {
            if (section.near.substituted()) {
                return true;
            }
        }
        return false;
    }

    /// Adds a problem with the value of a key.
    void problem(String key, String problem, String expected) {
        problem(key, line(key), problem, expected);
    }

    private int line() {
        int line = listed && !near.substituted() ? tree.line(object) : 0;
        return line > 0 ? line : near.line();
    }

    private int line(String key) {
        if (!listed) {
            return origin(key).line();
        }
        var value = object.get(key);
        int line = value == null || near.substituted() ? 0 : tree.line(value);
        return line > 0 ? line : line();
    }

    private void problem(String key, int line, String problem, String expected) {
        problems.add(origin(key).source(), line, path(key), problem, expected);
    }

    /// Adds a warning about the value of a key.
    void warning(String key, String warning, String expected) {
        var origin = origin(key);
        problems.warn(origin.source(), line(key), path(key), warning, expected);
    }

    /// The file a key is in.
    HoconSource source(String key) {
        return origin(key).source();
    }

    /// Adds a problem for every key that is not one of these.
    void allow(List<String> known) {
        for (var key : object.keySet()) {
            if (!known.contains(key)) {
                var meant = nearest(key, known);
                problem(
                        key,
                        "unknown key" + (meant == null ? "" : ", did you mean " + meant + "?"),
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

    private @Nullable ConfigValue value(String key) {
        var value = object.get(key);
        return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
    }

    /// The section under a key; null when it is absent or no object.
    @Nullable
    Section section(String key) {
        var value = value(key);
        if (value instanceof ConfigObject inner) {
            return child(key, inner);
        }
        if (value != null) {
            problem(key, "is " + type(value), "{ ... }");
        }
        return null;
    }

    /// All sections in this one, in the order of the file. Each is made when it is asked for: there may be many.
    List<Section> sections() {
        var names = new ArrayList<String>();
        for (var key : ordered()) {
            var child = known(key);
            var value = child != null && child.cut() ? null : value(key);
            if (value instanceof ConfigObject || (child != null && child.cut())) {
                names.add(key);
            } else if (value != null) {
                problem(key, "is " + type(value), "{ ... }");
            }
        }
        return new AbstractList<>() {
            @Override
            public Section get(int index) {
                return made(names.get(index));
            }

            @Override
            public int size() {
                return names.size();
            }
        };
    }

    /// The objects of a list, named by their places in it, from 0.
    List<Section> list(String key, String expected) {
        var value = value(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof ConfigList list)) {
            problem(key, "is " + type(value), expected);
            return List.of();
        }
        var near = origin(key);
        var whole = new Section(this, tree, problems, key, near, null, NOTHING, true);
        var sections = new ArrayList<Section>(list.size());
        for (var element : list) {
            if (element instanceof ConfigObject inner) {
                var name = Integer.toString(sections.size());
                sections.add(new Section(whole, tree, problems, name, near, null, inner, true));
            } else {
                problem(key, "has " + type(element) + " in it", expected);
            }
        }
        return sections;
    }

    private SequencedSet<String> ordered() {
        var names = new LinkedHashSet<String>();
        if (keys != null) {
            for (var key : keys.keys()) {
                if (key.cut() || object.containsKey(key.name())) {
                    names.add(key.name());
                }
            }
        }
        names.addAll(object.keySet()); // some are from elsewhere
        return names;
    }

    private Section made(String key) {
        var child = known(key);
        if (child == null || !child.cut()) {
            return child(key, object.get(key) instanceof ConfigObject inner ? inner : NOTHING);
        }
        try {
            return child(key, tree.part(child));
        } catch (HoconException e) {
            problems.add(e);
            return child(key, NOTHING);
        }
    }

    /// A text; numbers and words are read as they are written.
    @Nullable
    ConfigText text(String key, String expected) {
        var value = value(key);
        if (value == null) {
            return null;
        }
        if (value instanceof ConfigObject || value instanceof ConfigList) {
            problem(key, "is " + type(value), expected);
            return null;
        }
        return new ConfigText(string(value), substituted(key));
    }

    private static String string(ConfigValue value) {
        return value.unwrapped() instanceof String string
                ? string
                : value.atKey("x").getString("x");
    }

    /// A list of texts; a single one may stand alone, and may be several with commas between.
    List<ConfigText> texts(String key, String expected) {
        var value = value(key);
        if (!(value instanceof ConfigList list)) {
            var text = text(key, expected);
            return text == null ? List.of() : commas(text);
        }
        var texts = new ArrayList<ConfigText>(list.size());
        boolean substituted = substituted(key);
        for (var element : list) {
            if (element.valueType() == ConfigValueType.STRING) {
                texts.add(new ConfigText(string(element), substituted));
            } else {
                int line = substituted ? 0 : tree.line(element);
                problem(key, line > 0 ? line : origin(key).line(), "has " + type(element) + " in it", expected);
            }
        }
        return texts;
    }

    private static List<ConfigText> commas(ConfigText text) {
        var string = text.string();
        var parts = new ArrayList<ConfigText>(1);
        int from = 0;
        for (int comma = string.indexOf(','); comma >= 0; comma = string.indexOf(',', from)) {
            parts.add(new ConfigText(string.substring(from, comma).strip(), text.substituted()));
            from = comma + 1;
        }
        if (parts.isEmpty() || from < string.length()) {
            parts.add(new ConfigText(string.substring(from).strip(), text.substituted()));
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

    /// The known key that is most similar; `PrivateKey` and `private_key` mean `private-key`.
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
