package dev.warren.conf;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValueType;
import dev.warren.conf.hocon.Hocon;
import dev.warren.conf.hocon.HoconException;
import dev.warren.conf.hocon.HoconSource;
import dev.warren.conf.hocon.HoconTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads a HOCON file into records, or reports all its problems at once.
public final class ConfigLoader {
    private final ConfigFiles files;
    private final Function<String, @Nullable String> environment;
    private final Problems problems;

    private ConfigLoader(Path file, Function<String, @Nullable String> environment, boolean checking) {
        this.files = new ConfigFiles(file, TrustedFiles.ofProcess(environment), checking);
        this.environment = environment;
        this.problems = new Problems(file);
    }

    /// Reads the file, those it includes, and the key files it names; changes nothing. Blocks.
    /// `reference.conf` has the defaults and describes every key.
    ///
    /// @throws ConfigException with every problem found
    public static RouterConfig load(Path file) throws ConfigException {
        return load(file, System::getenv);
    }

    /// The same for a check: key files that this user may not read are warnings.
    ///
    /// @throws ConfigException with every problem found
    public static RouterConfig check(Path file) throws ConfigException {
        return new ConfigLoader(file, System::getenv, true).load();
    }

    /// @param environment for `${NAME}`
    static RouterConfig load(Path file, Function<String, @Nullable String> environment) throws ConfigException {
        return new ConfigLoader(file, environment, false).load();
    }

    /// The path of a key as a file has it, with quotes where they are needed: `warren.interfaces."wg.0".mtu`.
    public static String path(List<String> elements) {
        return Hocon.path(elements);
    }

    private RouterConfig load() throws ConfigException {
        try {
            var tree = read();
            var warren = tree.values().get("warren") instanceof ConfigObject
                    ? Section.root(tree, problems).section("warren")
                    : null;
            if (warren == null) {
                problems.add("warren is not an object", "warren { ... }");
                problems.throwIfAny();
                throw new AssertionError();
            }
            var result = new ConfigReader(warren, files).read();
            if (problems.any()) {
                result.close();
            }
            problems.throwIfAny();
            return result.with(problems.warnings());
        } finally {
            files.wipe(); // whatever keys are in them
        }
    }

    /// The file over the reference.
    private HoconTree read() throws ConfigException {
        try {
            var hocon = new Hocon(files::include);
            hocon.read(reference());
            hocon.read(files.open());
            repeats(hocon.repeats());
            var tree = hocon.resolve(environment);
            rootKeys(tree, hocon);
            return tree;
        } catch (HoconException e) {
            problems.add(e);
        } catch (TrustedFiles.Refused e) {
            problems.add(e.problem, e.expected);
        }
        problems.throwIfAny();
        throw new AssertionError();
    }

    private static HoconSource reference() {
        try (var in = Objects.requireNonNull(
                ConfigLoader.class.getResourceAsStream("/reference.conf"), "reference.conf is missing")) {
            return HoconSource.of(Path.of("reference.conf"), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Reports values, interfaces and peers that are given twice in a file: HOCON would replace the first
    /// or merge both. Groups such as `warren.log` may be given in several pieces.
    private void repeats(List<Hocon.Repeat> repeats) {
        var blocks = new ArrayList<Hocon.Repeat>();
        for (var repeat : repeats) {
            if (repeat.block() && isNamed(repeat.path())) {
                blocks.add(repeat);
            }
        }
        for (var repeat : repeats) {
            boolean value = !repeat.block() && blocks.stream().noneMatch(block -> holds(block, repeat));
            if (value || blocks.contains(repeat)) {
                var path = repeat.path().stream().map(Section::shown).toList();
                problems.add(
                        repeat.source(),
                        repeat.line(),
                        String.join(".", path),
                        "given twice, first in line " + repeat.firstLine(),
                        "it once");
            }
        }
    }

    private static boolean holds(Hocon.Repeat block, Hocon.Repeat other) {
        int depth = block.path().size();
        return block.source() == other.source()
                && other.line() >= block.line()
                && other.path().size() > depth
                && other.path().subList(0, depth).equals(block.path());
    }

    /// An interface or a peer: `warren.interfaces.X`, `warren.interfaces.X.peers.Y`.
    private static boolean isNamed(List<String> path) {
        return path.get(0).equals("warren")
                && ((path.size() == 3 && path.get(1).equals("interfaces"))
                        || (path.size() == 5
                                && path.get(1).equals("interfaces")
                                && path.get(3).equals("peers")));
    }

    /// Other keys than `warren` are only there to be used in substitutions.
    private void rootKeys(HoconTree tree, Hocon hocon) {
        for (var key : tree.keys().keys()) {
            var name = key.name();
            var value = tree.values().get(name);
            boolean used = name.equals("warren") || hocon.referenced().contains(name);
            if (used || value == null || value.valueType() == ConfigValueType.NULL) {
                continue;
            }
            boolean typo = Section.nearest(name, List.of("warren")) != null;
            problems.add(
                    key.source(),
                    key.line(),
                    Section.shown(name),
                    "unknown key" + (typo ? ", did you mean warren?" : ""),
                    "warren { ... }");
        }
    }
}
