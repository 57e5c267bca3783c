package dev.warren.conf.hocon;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Our reader against the one of those who made HOCON (com.typesafe:config): the same values from the same text, and
/// what one of them refuses, the other does too.
class HoconTwinTest {
    private static final int FILES = Integer.getInteger("warren.hocon.files", 4_000);

    /// Texts without substitutions are read alike to the last character. With them, their reader also wants to know
    /// what values stand for that were replaced later, and gives up on some that refer to themselves; ours does
    // not.
    @Test
    void bothReadTheSame() {
        long seed = Long.getLong("warren.hocon.seed", System.nanoTime());
        var random = new Random(seed);
        int read = 0;
        int withSubstitutions = 0;
        for (int i = 0; i < FILES; i++) {
            boolean substitutions = i % 2 == 0;
            var text = new Generator(random, substitutions).file();
            var theirs = theirs(text);
            var ours = ours(text);
            read += ours.startsWith("{") ? 1 : 0;
            boolean stricter = ours.contains("holds itself") || ours.contains("beside something else");
            if (!kind(theirs).equals(kind(ours)) && !stricter) {
                withSubstitutions++;
                assertTrue(substitutions, () -> "seed " + seed + "\n" + text + "\n" + theirs + "\n" + ours);
                assertTrue(
                        withSubstitutions < FILES / 50,
                        () -> "seed " + seed + "\n" + text + "\n" + theirs + "\n" + ours);
            }
        }
        assertTrue(read > FILES / 5, read + " were read, seed " + seed);
    }

    /// What was read, or only that it was refused.
    private static String kind(String outcome) {
        return outcome.startsWith("{") ? outcome : "refused";
    }

    private static String ours(String text) {
        try {
            var hocon = new Hocon((from, line, name) -> {
                throw new HoconException(from, line, "include", "");
            });
            hocon.read(HoconSource.of(Path.of("twin.conf"), text.getBytes(StandardCharsets.UTF_8)));
            return plain(hocon.resolve(name -> null)).toString();
        } catch (HoconException e) {
            return "refused in line " + e.line() + ": " + e.problem();
        }
    }

    private static Object plain(HoconValue value) {
        return switch (value) {
            case HoconObject object -> {
                var map = new TreeMap<String, Object>();
                object.fields().forEach(field -> map.put(field.key(), plain(field.value())));
                yield map;
            }
            case HoconList list ->
                list.items().stream().map(HoconTwinTest::plain).toList();
            case HoconText text -> "<" + text.string() + ">";
            case HoconNull _ -> "null";
            case Pending pending -> "pending " + pending;
        };
    }

    private static String theirs(String text) {
        try {
            var options = ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF);
            var config = ConfigFactory.parseString(text, options)
                    .resolve(ConfigResolveOptions.defaults().setUseSystemEnvironment(false));
            return theirs(config.root()).toString();
        } catch (com.typesafe.config.ConfigException | StackOverflowError e) {
            return "refused: " + e.getMessage();
        }
    }

    private static Object theirs(ConfigValue value) {
        return switch (value) {
            case ConfigObject object -> {
                var map = new TreeMap<String, Object>();
                object.forEach((key, child) -> map.put(key, theirs(child)));
                yield map;
            }
            case ConfigList list -> {
                var items = new ArrayList<Object>();
                list.forEach(item -> items.add(theirs(item)));
                yield items;
            }
            default ->
                value.valueType() == ConfigValueType.NULL
                        ? "null"
                        : "<" + value.atKey("x").getString("x") + ">";
        };
    }

    /// Writes files of a few keys that meet often, in all the ways HOCON knows; some are broken.
    private static final class Generator {
        private static final List<String> KEYS = List.of(
                "a",
                "b",
                "c",
                "a.b",
                "b.c",
                "\"a\"",
                "\"\\u0061\"",
                "\"a.b\"",
                "a . b",
                "a b",
                "\"\"",
                "a.\"b\"",
                "7",
                "1.5",
                "true",
                "\"\"\"a\"\"\"",
                "a\"b\"",
                "includes",
                "include.x",
                "-",
                "d-e",
                "\"in\\\"clude\"");
        private static final List<String> TEXTS = List.of(
                "x",
                "5",
                "007",
                "\"q\"",
                "\"\\u0061\\n\"",
                "\"\"\"t\"q\"\"\"",
                "null",
                "true",
                "x y",
                "x  \"y\" 5",
                "10.8.0.2/32",
                "25s",
                "\"\"",
                "a/b",
                "x\"y\"",
                "-5",
                "1e1",
                "nullx",
                "x.y",
                "\" \"",
                "\"{\"",
                "\"}#\"",
                "\"${a}\"");
        private static final List<String> BLANKS =
                List.of(" ", "", "  ", "\t", " # c \" } {\n", "// ] \"\n", "\n", "\r\n", " \n\n ", "\ufeff", "\u00a0");
        private static final List<String> BROKEN = List.of(
                "}",
                "{",
                "[",
                "]",
                ",",
                ",,",
                "\"",
                "=",
                ":",
                "+=",
                "+",
                "$",
                "${",
                "@",
                "a",
                "\\",
                "*",
                "include",
                "\"\"\"",
                ".",
                "\"\\q\"",
                "\"\\u00g0\"",
                "\"\t\"",
                "?",
                "`");

        private final Random random;
        private final StringBuilder text = new StringBuilder();

        private final boolean substitutions;

        Generator(Random random, boolean substitutions) {
            this.random = random;
            this.substitutions = substitutions;
        }

        String file() {
            boolean braces = random.nextInt(5) == 0;
            blank();
            text.append(braces ? "{" : "");
            fields(3);
            text.append(braces ? "}" : "");
            blank();
            if (random.nextInt(4) == 0) {
                int at = random.nextInt(text.length() + 1);
                if (random.nextBoolean() || at == text.length()) {
                    text.insert(at, one(BROKEN));
                } else {
                    text.deleteCharAt(at);
                }
            }
            return text.toString();
        }

        private String one(List<String> choice) {
            return choice.get(random.nextInt(choice.size()));
        }

        private void blank() {
            text.append(random.nextInt(3) > 0 ? "" : one(BLANKS));
        }

        private void fields(int depth) {
            for (int count = random.nextInt(5); count > 0; count--) {
                blank();
                text.append(random.nextInt(3) > 0 ? one(KEYS.subList(0, 5)) : one(KEYS));
                blank();
                boolean object = depth > 0 && random.nextInt(3) == 0;
                text.append(
                        switch (random.nextInt(object ? 8 : 7)) {
                            case 0 -> ":";
                            case 1 ->
                                substitutions ? " +=" : "="; // their tokenizer takes 7+ for the beginning of a number
                            case 7 -> "";
                            default -> "=";
                        });
                blank();
                if (object) {
                    object(depth);
                    if (random.nextInt(6) == 0) {
                        text.append(' ');
                        value(depth - 1);
                    }
                } else {
                    value(depth);
                }
                text.append(random.nextInt(3) == 0 ? "," : "\n");
            }
            blank();
        }

        private void object(int depth) {
            text.append('{');
            fields(depth - 1);
            text.append('}');
        }

        private void value(int depth) {
            switch (random.nextInt(10)) {
                case 0, 1 -> list(depth);
                case 2 -> reference();
                case 3 -> {
                    reference();
                    text.append(random.nextBoolean() ? " " : "");
                    if (random.nextBoolean() && depth > 0) {
                        object(depth);
                    } else {
                        value(depth - 1);
                    }
                }
                case 4 -> {
                    text.append(one(TEXTS)).append(random.nextBoolean() ? " " : "");
                    reference();
                }
                default -> text.append(one(TEXTS));
            }
        }

        private void list(int depth) {
            text.append('[');
            blank();
            for (int count = depth > 0 ? random.nextInt(4) : 0; count > 0; count--) {
                if (random.nextInt(8) == 0) {
                    object(depth);
                } else {
                    value(depth - 1);
                }
                blank();
                text.append(count > 1 || random.nextInt(4) == 0 ? (random.nextInt(4) == 0 ? "\n" : ",") : "");
            }
            text.append(']');
        }

        private void reference() {
            if (!substitutions) {
                text.append(one(TEXTS));
                return;
            }
            text.append(random.nextInt(3) > 0 ? "${?" : "${");
            text.append(one(List.of("a", "b", "c", "a.b", "b.c", " a", "\"a\"", "a.b.c", "none")));
            text.append(random.nextInt(5) == 0 ? " }" : "}");
        }
    }
}
