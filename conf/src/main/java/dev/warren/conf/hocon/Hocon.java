package dev.warren.conf.hocon;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads HOCON files into objects: <https://github.com/lightbend/config/blob/main/HOCON.md>.
///
/// What is different: includes name files only, and each must be there; numbers stay as they are written; properties
/// of the JVM are not looked at. Every text takes the same way, whatever its size, and nothing recurses further than
/// [#MAX_DEPTH].
public final class Hocon {
    /// How far objects, lists, substitutions and includes may be nested.
    public static final int MAX_DEPTH = 64;

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
    private final HoconObject root = new HoconObject();
    private final HoconMerger merger = new HoconMerger();
    private final Set<String> referenced = new HashSet<>();
    private int open;

    public Hocon(Includes includes) {
        this.includes = includes;
    }

    /// Adds a file; what it says wins over what was there.
    public void read(HoconSource source) throws HoconException {
        merger.mergeAll(root, List.of(), parse(source, List.of()));
    }

    HoconObject parse(HoconSource source, List<String> base) throws HoconException {
        return new HoconParser(this, source, base).root();
    }

    HoconObject include(HoconSource from, int line, String name, List<String> base) throws HoconException {
        if (open >= MAX_DEPTH / 4) {
            throw new HoconException(from, line, "includes itself, or too many in a row", "files that end somewhere");
        }
        open++;
        try {
            return parse(includes.open(from, line, name), base);
        } finally {
            open--;
        }
    }

    HoconMerger merger() {
        return merger;
    }

    void referenced(String first) {
        referenced.add(first);
    }

    /// Everything that was read, substitutions put in.
    ///
    /// @param environment for `${NAME}` that no file has
    public HoconObject resolve(Function<String, @Nullable String> environment) throws HoconException {
        new HoconResolver(root, environment).all();
        return root;
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
