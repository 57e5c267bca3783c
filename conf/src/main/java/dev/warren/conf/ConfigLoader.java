package dev.warren.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads a HOCON file into records, or says everything that is wrong with it.
public final class ConfigLoader {
    private static final long MAX_SIZE = 256L << 20;

    private final Path file;
    private final Problems problems;

    private ConfigLoader(Path file) {
        this.file = file;
        this.problems = new Problems(file);
    }

    /// Reads the file and what it includes, and the key files it names; changes nothing. Blocking. `reference.conf`
    /// gives the defaults and says what every key means.
    ///
    /// @throws ConfigException with every problem found
    public static RouterConfig load(Path file) throws ConfigException {
        return new ConfigLoader(file).load();
    }

    private RouterConfig load() throws ConfigException {
        var text = content();
        var config = parse(text);
        var scan = new HoconScan(text);
        for (var again : scan.duplicates()) {
            problems.add(again.line(), again.path(), "given twice, first in line " + again.firstLine(), "it once");
        }
        rootKeys(config, scan);
        var warren = config.root().get("warren");
        if (!(warren instanceof ConfigObject object)) {
            problems.add(0, "warren", "is not an object", "warren { ... }");
            problems.throwIfAny();
            throw new AssertionError();
        }
        var reader = new ConfigReader(new Section(null, "warren", object, problems), problems, file);
        var result = reader.read();
        try {
            problems.throwIfAny();
        } catch (ConfigException e) {
            result.close();
            throw e;
        }
        return result;
    }

    private String content() throws ConfigException {
        try {
            if (!Files.exists(file)) {
                throw refused("does not exist", "a configuration file");
            }
            if (!Files.isRegularFile(file)) {
                throw refused(Files.isDirectory(file) ? "is a directory" : "is not a file", "a configuration file");
            }
            if (!Files.isReadable(file)) {
                throw refused("may not be read by this user", "a readable file");
            }
            if (Files.size(file) > MAX_SIZE) {
                throw refused("is larger than " + (MAX_SIZE >> 20) + " MiB", "a configuration file");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw refused("cannot be read: " + e.getMessage(), "a readable file");
        }
    }

    private ConfigException refused(String problem, String expected) throws ConfigException {
        problems.add(0, "", problem, expected);
        problems.throwIfAny();
        throw new AssertionError();
    }

    private Config parse(String text) throws ConfigException {
        try {
            var options = ConfigParseOptions.defaults()
                    .setSyntax(ConfigSyntax.CONF)
                    .setAllowMissing(false);
            var own = ConfigFactory.parseFile(file.toAbsolutePath().toFile(), options);
            var merged = own.withFallback(reference());
            return merged.isResolved() ? merged : merged.resolve();
        } catch (com.typesafe.config.ConfigException e) {
            syntax(e, text);
        } catch (StackOverflowError e) {
            problems.add(0, "", "is nested too deeply", "at most a few levels of { and [");
        }
        problems.throwIfAny();
        throw new AssertionError();
    }

    private static Config reference() {
        try (var in = Objects.requireNonNull(
                ConfigLoader.class.getResourceAsStream("/reference.conf"), "reference.conf is missing")) {
            var options = ConfigParseOptions.defaults()
                    .setSyntax(ConfigSyntax.CONF)
                    .setOriginDescription("reference.conf");
            return ConfigFactory.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8), options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void syntax(com.typesafe.config.ConfigException e, String text) {
        var origin = e.origin();
        int line = origin == null ? 0 : Math.max(origin.lineNumber(), 0);
        var path = origin == null ? file : problems.file(origin);
        if (e instanceof com.typesafe.config.ConfigException.UnresolvedSubstitution) {
            problems.add(path, line, "", "a ${...} that is defined nowhere", "a key of this file, or ${?...}");
        } else if (e instanceof com.typesafe.config.ConfigException.IO) {
            problems.add(path, line, "", "cannot be read, or a file it includes cannot", "readable files");
        } else if (path.equals(file) ? nearKey(text, line) : true) {
            problems.add(path, line, "", "a syntax error at or near a key, whose text is not shown", QUOTES);
        } else {
            problems.add(path, line, "", "a syntax error: " + sentence(e, origin), QUOTES);
        }
    }

    private static final String QUOTES =
            "HOCON, with \"...\" around texts that hold anything but letters and digits, and braces in pairs";

    /// What the parser says may quote the text; near a key that could be a secret.
    private static boolean nearKey(String text, int line) {
        var lines = text.lines().skip(Math.max(line - 3, 0)).limit(5);
        return lines.anyMatch(l -> l.toLowerCase(java.util.Locale.ROOT).contains("key") || l.matches(".*[A-Za-z0-9+/]{20}.*"));
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

    /// Other keys than `warren` are only there to be used in substitutions.
    private void rootKeys(Config config, HoconScan scan) {
        for (var entry : config.root().entrySet()) {
            var key = entry.getKey();
            if (key.equals("warren") || scan.referenced().contains(key)) {
                continue;
            }
            if (entry.getValue().valueType() != ConfigValueType.NULL) {
                boolean typo = Section.nearest(key, java.util.List.of("warren")) != null;
                problems.add(
                        entry.getValue().origin(),
                        Section.shown(key),
                        "unknown key" + (typo ? ", did you mean warren?" : ""),
                        "warren { ... }");
            }
        }
    }
}
