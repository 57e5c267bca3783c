package dev.warren.conf.hocon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// A file that is cut means what it means as a whole, and that is what the library (com.typesafe:config) reads in it.
/// What one of the three refuses, the others do too.
class HoconTwinTest {
    private static final int FILES = Integer.getInteger("warren.hocon.files", 4_000);
    private static final long SEED = Long.getLong("warren.hocon.seed", System.nanoTime());

    /// A list beside a text is refused, though the library takes no notice where another value replaces them.
    @Test
    void cutOrWholeAFileMeansWhatTheLibraryReads() {
        var random = new Random(SEED);
        int read = 0;
        int cut = 0;
        for (int i = 0; i < FILES; i++) {
            boolean substitutions = i % 2 == 0;
            var text = new Generator(random, substitutions).file();
            var included = new Generator(random, substitutions).included();
            var theirs = theirs(text, included);
            var whole = ours(text, included, Integer.MAX_VALUE);
            var inParts = ours(text, included, 0);
            var all = "seed " + SEED + ", file " + i + "\n" + text + "\n--- included:\n" + included + "\n--- library: "
                    + theirs.values + "\n--- whole: " + whole.values + "\n--- cut: " + inParts.values;
            read += whole.read() ? 1 : 0;
            cut += inParts.parts;
            assertEquals(whole.kind(), inParts.kind(), all);
            assertTrue(whole.read() || (whole.line > 0 && inParts.line > 0), all);
            if (!whole.kind().equals(theirs.kind())) {
                assertTrue(!whole.read() && whole.values.contains("beside something else"), all);
            }
        }
        assertTrue(read > FILES / 5, read + " were read, seed " + SEED);
        assertTrue(cut > FILES / 8, cut + " parts were cut out, seed " + SEED);
    }

    @Test
    void whatAPeerTakesFromAListThatGrowsIsTheSameInAPart() {
        var text = """
                warren.interfaces { wg0 = { peers { a = { c = ${?a.b}, b.c = x }, p1 { a.b = q } } } }
                a = true
                "\\u0061" = 5
                a = { b += x }
                """;
        assertEquals(ours(text, "", Integer.MAX_VALUE).kind(), ours(text, "", 0).kind());
    }

    private record Outcome(String values, int line, int parts) {
        boolean read() {
            return values.startsWith("{");
        }

        /// What was read, or only that it was refused.
        String kind() {
            return read() ? values : "refused";
        }
    }

    private static Outcome ours(String text, String included, int large) {
        try {
            var hocon = new Hocon((from, line, name) -> source("included.conf", included), large);
            hocon.read(source("twin.conf", text));
            var tree = hocon.resolve(name -> null);
            var values = theirs(tree.values());
            int parts = parts(tree, tree.keys(), values);
            return new Outcome(values.toString(), 0, parts);
        } catch (HoconException e) {
            return new Outcome("refused in line " + e.line() + ": " + e.problem(), e.line(), 0);
        }
    }

    private static HoconSource source(String name, String text) {
        return HoconSource.of(Path.of(name), text.getBytes(StandardCharsets.UTF_8));
    }

    /// Puts what was cut out back to its place.
    @SuppressWarnings("unchecked")
    private static int parts(HoconTree tree, HoconKey at, Object values) throws HoconException {
        int found = 0;
        for (var key : at.keys()) {
            if (key.cut()) {
                var before = ((Map<String, Object>) values).put(key.name(), theirs(tree.part(key)));
                assertNull(before);
                found++;
            } else if (values instanceof Map<?, ?> map && map.get(key.name()) != null) {
                found += parts(tree, key, map.get(key.name()));
            }
        }
        return found;
    }

    /// Includes a text instead of a file.
    private record Included(String text) implements ConfigIncluder, ConfigIncluderFile {
        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            return ConfigFactory.parseString(text, OPTIONS).root();
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File what) {
            return include(context, "");
        }
    }

    private static final ConfigParseOptions OPTIONS =
            ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF);

    private static Outcome theirs(String text, String included) {
        try {
            var config = ConfigFactory.parseString(text, OPTIONS.setIncluder(new Included(included)))
                    .resolve(ConfigResolveOptions.defaults().setUseSystemEnvironment(false));
            return new Outcome(theirs(config.root()).toString(), 0, 0);
        } catch (ConfigException | StackOverflowError e) {
            return new Outcome("refused: " + e.getMessage(), 0, 0);
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
        private final boolean tame; // as people write, so that it is read

        Generator(Random random, boolean substitutions) {
            this.random = random;
            this.substitutions = substitutions;
            this.tame = random.nextInt(3) == 0;
        }

        /// Peers and other keys, that refer to each other.
        String file() {
            boolean braces = random.nextInt(5) == 0;
            blank();
            text.append(braces ? "{" : "");
            for (int count = random.nextInt(4); count > 0; count--) {
                switch (random.nextInt(6)) {
                    case 0 -> fields(3);
                    case 1 -> {
                        text.append("\nwarren.interfaces { wg0.peers . ")
                                .append(one(KEYS))
                                .append(" = ");
                        value(2);
                        text.append("}\n");
                    }
                    default -> {
                        text.append(one(List.of("\nwarren { interfaces { wg0", "\nwarren.interfaces { \"wg0\" = ")));
                        text.append(text.toString().endsWith("0") ? " { mtu = 5, peers" : "{ peers ");
                        blank();
                        text.append("{");
                        peers(true);
                        text.append(text.lastIndexOf("warren {") > text.lastIndexOf("warren.") ? "}}}}" : "}}}");
                        text.append("\n");
                    }
                }
            }
            fields(1);
            text.append(braces ? "}" : "");
            blank();
            if (!tame && random.nextInt(4) == 0) {
                int at = random.nextInt(text.length() + 1);
                if (random.nextBoolean() || at == text.length()) {
                    text.insert(at, one(BROKEN));
                } else {
                    text.deleteCharAt(at);
                }
            }
            return text.toString();
        }

        String included() {
            if (random.nextBoolean()) {
                fields(2);
            } else {
                peers(false);
            }
            return text.toString();
        }

        private void peers(boolean including) {
            for (int count = random.nextInt(5); count > 0; count--) {
                blank();
                if (including && random.nextInt(12) == 0) {
                    text.append("include \"included.conf\"");
                } else {
                    text.append(random.nextInt(4) > 0 ? "p" + count : one(KEYS));
                    blank();
                    text.append(one(List.of("", "", "=", ":")));
                    blank();
                    object(3);
                    if (random.nextInt(12) == 0) {
                        text.append(' ');
                        value(1);
                    }
                }
                text.append(one(List.of(",", "\n", "\n", " # } {\n", "\n,")));
            }
            blank();
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
            switch (tame && random.nextInt(4) > 0 ? 9 : random.nextInt(10)) {
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
            text.append(tame || random.nextInt(3) > 0 ? "${?" : "${");
            text.append(one(List.of(
                    "a",
                    "b",
                    "c",
                    "a.b",
                    "b.c",
                    " a",
                    "\"a\"",
                    "a.b.c",
                    "none",
                    "warren.interfaces.wg0.mtu",
                    "warren.interfaces.wg0.peers.a",
                    "warren.interfaces.wg0.peers.p1.b")));
            text.append(random.nextInt(5) == 0 ? " }" : "}");
        }
    }
}
