package dev.warren.conf.hocon;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where a key is given, and the keys below it in the order of the file. Holds no value.
public final class HoconKey {
    private static final int SMALL = 8;
    private static final HoconKey[] NONE = {};

    private final String name;
    HoconSource source;
    int line;
    boolean given; // as the last part of a path, not only on the way to others

    /// Builds on other values, so that it may be given for a key that has one.
    boolean builds;

    /// Is not only what is written here.
    boolean open;

    /// Is `{ ... }` and nothing else.
    boolean object;

    /// Characters that its values have.
    int length;

    /// Set when it could be cut out of its file.
    @Nullable
    HoconPart part;

    boolean cut;

    private HoconKey[] children = NONE;
    private int size;
    private @Nullable Map<String, HoconKey> index; // when there are many

    HoconKey(String name, HoconSource source, int line) {
        this(name, source, line, true);
    }

    HoconKey(String name, HoconSource source, int line, boolean given) {
        this.name = name;
        this.source = source;
        this.line = line;
        this.given = given;
        this.object = !given;
    }

    static HoconKey root(HoconSource source) {
        return new HoconKey("", source, 1, false);
    }

    /// The key.
    public String name() {
        return name;
    }

    /// The file that gave it last.
    public HoconSource source() {
        return source;
    }

    /// In that file, from 1.
    public int line() {
        return line;
    }

    /// What it is may come from elsewhere, by `${...}`.
    public boolean substituted() {
        return open;
    }

    /// It is not in what was resolved: [HoconTree#part] has it.
    public boolean cut() {
        return cut;
    }

    /// The key below this one.
    public @Nullable HoconKey get(String key) {
        if (index != null) {
            return index.get(key);
        }
        for (int i = 0; i < size; i++) {
            if (children[i].name.equals(key)) {
                return children[i];
            }
        }
        return null;
    }

    /// The keys below this one, in the order in which they were first given.
    public List<HoconKey> keys() {
        return Arrays.asList(children).subList(0, size);
    }

    void becomes(boolean nowBuilds, boolean nowOpen, boolean nowObject) {
        builds = nowBuilds;
        open = nowOpen;
        object = nowObject;
    }

    void add(HoconKey child) {
        if (size == children.length) {
            children = Arrays.copyOf(children, Math.max(4, 2 * size));
        }
        children[size++] = child;
        if (index != null) {
            index.put(child.name, child);
        } else if (size > SMALL) {
            index = new HashMap<>(4 * SMALL);
            for (int i = 0; i < size; i++) {
                index.put(children[i].name, children[i]);
            }
        }
    }

    /// Has the children of another key instead of its own.
    void take(HoconKey other) {
        children = other.children;
        size = other.size;
        index = other.index;
    }

    void clear() {
        take(new HoconKey(name, source, line));
    }
}
