package dev.warren.conf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// Reads a HOCON file into records, or says everything that is wrong with it.
public final class ConfigLoader {
    private static final long MAX_SIZE = 256L << 20;

    private final Path file;
    private final int large;
    private final Problems problems;

    private ConfigLoader(Path file, int large) {
        this.file = file;
        this.large = large;
        this.problems = new Problems(file);
    }

    /// Reads the file and what it includes, and the key files it names; changes nothing. Blocking. `reference.conf`
    /// gives the defaults and says what every key means.
    ///
    /// @throws ConfigException with every problem found
    public static RouterConfig load(Path file) throws ConfigException {
        return load(file, PeerBlocks.LARGE);
    }

    /// @param large characters from which on a file is parsed peer by peer
    static RouterConfig load(Path file, int large) throws ConfigException {
        return new ConfigLoader(file, large).load();
    }

    private RouterConfig load() throws ConfigException {
        var text = content();
        var scan = new HoconScan(text);
        var blocks =
                text.length() < large ? PeerBlocks.none(text, problems) : new PeerBlocks(text, scan.blocks(), problems);
        var config = parse(blocks);
        for (var again : scan.duplicates()) {
            problems.add(again.line(), again.path(), "given twice, first in line " + again.firstLine(), "it once");
        }
        rootKeys(config, scan, blocks);
        if (!(config.root().get("warren") instanceof ConfigObject warren)) {
            problems.add(0, "warren", "is not an object", "warren { ... }");
            problems.throwIfAny();
            throw new AssertionError();
        }
        var section = new Section(null, "warren", warren, problems, blocks::line);
        var result = new ConfigReader(section, blocks, file).read();
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

    private Config parse(PeerBlocks blocks) throws ConfigException {
        try {
            var options =
                    ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
            var own = blocks.isEmpty()
                    ? ConfigFactory.parseFile(file.toAbsolutePath().toFile(), options)
                    : ConfigFactory.parseString(blocks.rest(), options);
            var merged = own.withFallback(reference());
            return merged.isResolved() ? merged : merged.resolve();
        } catch (com.typesafe.config.ConfigException e) {
            problems.syntax(e, blocks.rest(), blocks::line);
        } catch (StackOverflowError e) {
            problems.add(0, "", "is nested too deeply", "at most a few levels of { and [");
        }
        problems.throwIfAny();
        throw new AssertionError();
    }

    private static Config reference() {
        try (var in = Objects.requireNonNull(
                ConfigLoader.class.getResourceAsStream("/reference.conf"), "reference.conf is missing")) {
            var options =
                    ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setOriginDescription("reference.conf");
            return ConfigFactory.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8), options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Other keys than `warren` are only there to be used in substitutions.
    private void rootKeys(Config config, HoconScan scan, PeerBlocks blocks) {
        for (var entry : config.root().entrySet()) {
            var key = entry.getKey();
            if (key.equals("warren") || scan.referenced().contains(key)) {
                continue;
            }
            if (entry.getValue().valueType() != ConfigValueType.NULL) {
                boolean typo = Section.nearest(key, List.of("warren")) != null;
                problems.add(
                        entry.getValue().origin(),
                        blocks::line,
                        Section.shown(key),
                        "unknown key" + (typo ? ", did you mean warren?" : ""),
                        "warren { ... }");
            }
        }
    }
}
