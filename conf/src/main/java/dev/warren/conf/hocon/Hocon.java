package dev.warren.conf.hocon;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads HOCON files with com.typesafe:config, and adds what that does not report: keys that are given
/// twice, and hints.
///
/// Includes name files only, and each must be there; properties of the JVM are not looked at. What a file
/// means does not depend on its size: in a large one the peers are cut out, and each is parsed by itself.
public final class Hocon {
    /// How far objects, lists, substitutions and includes may be nested.
    public static final int MAX_DEPTH = 64;

    /// Characters from which on a file is cut: the library takes 7 KB of memory for each peer of a text.
    private static final int LARGE = 256 * 1024;

    private static final int MAX_INCLUDES = 4096;
    private static final Pattern ORIGIN = Pattern.compile("(@?)([0-9]+): [0-9]+");

    /// Opens included files.
    public interface Includes {
        /// @param from the file with the include in it
        /// @param line of the include
        /// @param name as it is written
        /// @throws HoconException when there is no such file, or it may not be included
        HoconSource open(HoconSource from, int line, String name) throws HoconException;
    }

    /// A key given again in the same file, for nothing: one of them is lost, or merged into the other.
    ///
    /// @param line of the second one
    /// @param block the second one is an object
    public record Repeat(HoconSource source, List<String> path, int line, int firstLine, boolean block) {}

    private final Includes includes;
    private final int large;
    private final HoconMerger merger = new HoconMerger();
    private final HoconSizes sizes = new HoconSizes();
    private final Set<String> referenced = new HashSet<>();
    private final Set<List<String>> references = new HashSet<>();
    private final List<HoconFile> files = new ArrayList<>();
    private final List<HoconFile> read = new ArrayList<>();
    private final String[] names = new String[64];
    private @Nullable HoconKey root;
    private @Nullable HoconSource substituting; // where the first substitution is
    private int substitutingLine;
    /// Outside of peers. What the library takes for `${?...}` of such a key depends on where that is asked.
    private boolean appends;
    private int open;

    public Hocon(Includes includes) {
        this(includes, LARGE);
    }

    /// @param large characters from which on a file is cut
    Hocon(Includes includes, int large) {
        this.includes = includes;
        this.large = large;
    }

    /// Adds a file, whose values replace those of earlier ones.
    public void read(HoconSource source) throws HoconException {
        var file = file(source);
        read.add(file);
        var keys = outline(file, List.of());
        if (root == null) {
            root = keys;
        } else {
            merger.mergeAll(root, List.of(), keys);
        }
    }

    private HoconFile file(HoconSource source) {
        var file = new HoconFile(source, files.size());
        files.add(file);
        return file;
    }

    private HoconKey outline(HoconFile file, List<String> base) throws HoconException {
        return new HoconOutline(this, file, base, file.source().length >= large).root();
    }

    HoconKey include(HoconFile from, int line, String name, List<String> base) throws HoconException {
        if (open >= MAX_DEPTH / 4 || files.size() > MAX_INCLUDES) {
            throw new HoconException(
                    from.source(), line, "includes itself, or too many in a row", "files that end somewhere");
        }
        open++;
        try {
            var file = file(includes.open(from.source(), line, name));
            from.includes(name, file);
            return outline(file, base);
        } finally {
            open--;
        }
    }

    /// The same text, and often the same object as before: the keys of peers are the same a hundred thousand times.
    String shared(String name) {
        int slot = name.hashCode() & names.length - 1;
        if (!name.equals(names[slot])) {
            names[slot] = name;
        }
        return names[slot];
    }

    HoconMerger merger() {
        return merger;
    }

    HoconSizes sizes() {
        return sizes;
    }

    /// @param whole what a `+=` adds to
    void appended(List<String> whole, HoconSource source, int line) {
        referenced(whole.getFirst(), source, line);
        boolean inPeer = whole.size() > HoconPart.DEPTH && HoconPart.isPeer(whole.subList(0, HoconPart.DEPTH));
        appends |= !inPeer;
    }

    private void referenced(String first, HoconSource source, int line) {
        referenced.add(first);
        if (substituting == null) {
            substituting = source;
            substitutingLine = line;
        }
    }

    private HoconSource substitutingSource() {
        return substituting == null ? read.getLast().source() : substituting;
    }

    /// @param path as it is written
    /// @param whole below where the file is included
    void referenced(List<String> path, List<String> whole, HoconSource source, int line) {
        referenced(path.getFirst(), source, line);
        referenced(whole.getFirst(), source, line);
        references.add(start(path));
        references.add(start(whole));
    }

    private static List<String> start(List<String> path) {
        return List.copyOf(path.subList(0, Math.min(HoconPart.DEPTH, path.size())));
    }

    /// Whether some `${...}` stands for this peer, something in it, or what it is in.
    private boolean isReferenced(List<String> peer) {
        for (int length = 1; length <= peer.size(); length++) {
            if (references.contains(peer.subList(0, length))) {
                return true;
            }
        }
        return false;
    }

    /// All values read, with substitutions resolved.
    ///
    /// @param environment for `${NAME}` that no file has
    public HoconTree resolve(Function<String, @Nullable String> environment) throws HoconException {
        if (root == null) {
            throw new IllegalStateException("Nothing was read.");
        }
        if (sizes.any()) {
            sizes.check(
                    root, files.stream().mapToLong(file -> file.source().length).sum());
        }
        cut(root);
        try {
            var config = ConfigValueFactory.fromMap(Map.of()).toConfig();
            for (var file : read.reversed()) {
                config = config.withFallback(file.parse());
            }
            config = config.withFallback(ConfigValueFactory.fromMap(variables(root, environment), "environment"));
            return new HoconTree(this, root, config.resolve(options()).root());
        } catch (ConfigException e) {
            throw refused(e);
        } catch (StackOverflowError e) {
            throw tooFar(substitutingSource(), substitutingLine);
        }
    }

    static ConfigResolveOptions options() {
        return ConfigResolveOptions.defaults().setUseSystemEnvironment(false);
    }

    static HoconException tooFar(HoconSource source, int line) {
        return new HoconException(source, line, "substitutions that lead too far", "a few steps to a value");
    }

    private Map<String, Object> variables(HoconKey keys, Function<String, @Nullable String> environment) {
        var variables = new HashMap<String, Object>();
        for (var path : references) {
            var known = keys.get(path.getFirst());
            var value = path.size() > 1 || (known != null && !known.open) ? null : environment.apply(path.getFirst());
            if (value != null) {
                variables.put(path.getFirst(), value);
            }
        }
        return variables;
    }

    /// Parts that nothing else has to do with are read by themselves.
    private void cut(HoconKey keys) {
        var warren = keys.get("warren");
        var interfaces = warren == null ? null : warren.get("interfaces");
        if (warren == null || interfaces == null || warren.open || interfaces.open) {
            return;
        }
        for (var device : interfaces.keys()) {
            var peers = device.get("peers");
            if (peers == null || device.open || peers.open) {
                continue;
            }
            for (var peer : peers.keys()) {
                var part = peer.part;
                if (part != null
                        && !(part.substitutes && appends)
                        && !isReferenced(List.of("warren", "interfaces", device.name(), "peers", peer.name()))) {
                    part.file.cut(part);
                    peer.cut = true;
                }
            }
        }
    }

    /// Turns an exception of the library into one without its message, which may have values of the file in it.
    HoconException refused(ConfigException e) {
        if (e.origin() == null || e.origin().lineNumber() < 1) {
            return refused(e, substitutingSource(), substitutingLine);
        }
        var file = file(e.origin());
        return refused(e, file.source(), file.line(e.origin().lineNumber()));
    }

    static HoconException refused(ConfigException e, HoconSource source, int line) {
        return switch (e) {
            case ConfigException.UnresolvedSubstitution _ ->
                new HoconException(
                        source,
                        line,
                        "a ${...} that is defined nowhere",
                        "a key of this file or a variable of the environment, or ${?...}");
            case ConfigException.WrongType _ ->
                new HoconException(source, line, "a list or { } beside something else", "a comma or a line between");
            case ConfigException.BugOrBroken _ ->
                new HoconException(
                        source,
                        line,
                        "substitutions, from here on, that build on each other in a way that cannot be made out",
                        "fewer of them");
            default -> new HoconException(source, line, "something that is no HOCON", "key = value or key { ... }");
        };
    }

    private HoconFile file(@Nullable ConfigOrigin origin) {
        var matcher = ORIGIN.matcher(origin == null ? "" : origin.description());
        boolean found = matcher.find() && matcher.group(1).isEmpty();
        return found ? files.get(Integer.parseInt(matcher.group(2))) : read.getLast();
    }

    /// The line in its file of something that was parsed; 0 when it is not known.
    int line(ConfigOrigin origin) {
        if (origin.lineNumber() < 1) {
            return 0;
        }
        var matcher = ORIGIN.matcher(origin.description());
        boolean part = matcher.find() && !matcher.group(1).isEmpty(); // then this is the line it begins in
        return part
                ? Integer.parseInt(matcher.group(2)) + origin.lineNumber() - 1
                : file(origin).line(origin.lineNumber());
    }

    /// Keys that were given twice in one file.
    public List<Repeat> repeats() {
        return merger.repeats();
    }

    /// First elements of the paths in all substitutions.
    public Set<String> referenced() {
        return referenced;
    }

    /// A path as it is written in a file, with quotes where they are needed.
    public static String path(List<String> elements) {
        return String.join(".", elements.stream().map(Hocon::quoted).toList());
    }

    /// One element of a path as it is written in a file.
    public static String quoted(String key) {
        boolean plain = !key.isEmpty() && !key.equals("include");
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            plain &= Character.isLetterOrDigit(c) || c == '-' || c == '_';
        }
        if (plain) {
            return key;
        }
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (Character.isISOControl(c)) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
