package dev.warren.conf.hocon;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Estimates what substitutions grow to, before the library puts them in: sixty lines of `a2 = ${a1}${a1}` are enough
/// for any memory, and twenty thousand of `a2 = ${a1}` for any stack.
final class HoconSizes {
    private static final long MAX_TEXT = 1 << 20;
    private static final long MAX_COPIES = 64;
    private static final long MAX = Long.MAX_VALUE / 4;

    private final Map<List<String>, List<List<List<String>>>> uses = new HashMap<>();
    private final IdentityHashMap<HoconKey, Long> known = new IdentityHashMap<>();

    /// @param references in one value of a key
    void note(List<String> path, List<List<String>> references) {
        uses.computeIfAbsent(List.copyOf(path), p -> new ArrayList<>(1)).add(references);
    }

    boolean any() {
        return !uses.isEmpty();
    }

    /// @param written characters of all files together
    void check(HoconKey root, long written) throws HoconException {
        for (var path : uses.keySet()) {
            var key = find(root, path);
            if (key == null) {
                continue;
            }
            if (size(root, key, path, 0) > MAX_TEXT + MAX_COPIES * written) {
                throw new HoconException(key.source, key.line, "a text that grows too long", "a shorter one");
            }
        }
    }

    /// The key of a path, or the last one on the way to it that something is put in for.
    private static @Nullable HoconKey find(HoconKey root, List<String> path) {
        var at = root;
        for (var element : path) {
            var next = at.get(element);
            if (next == null) {
                return at.open ? at : null;
            }
            at = next;
        }
        return at;
    }

    private long size(HoconKey root, HoconKey key, List<String> path, int depth) throws HoconException {
        var before = known.get(key);
        if (before != null) {
            return before;
        }
        if (depth > Hocon.MAX_DEPTH) {
            throw new HoconException(key.source, key.line, "substitutions that lead too far", "a few steps to a value");
        }
        known.put(key, 0L); // for who comes here in a circle
        long size = key.length;
        for (var references : uses.getOrDefault(path, List.of())) {
            long own = references.stream().filter(path::equals).count();
            size = Math.min(MAX, own > 1 ? size * own : size);
            for (var reference : references) {
                var other = find(root, reference);
                if (other != null && other != key) {
                    size = Math.min(MAX, size + size(root, other, path(root, other, reference), depth + 1));
                }
            }
        }
        for (var child : key.keys()) {
            size = Math.min(MAX, size + size(root, child, HoconMerger.joined(path, List.of(child.name())), depth + 1));
        }
        known.put(key, size);
        return size;
    }

    /// How far a path leads.
    private static List<String> path(HoconKey root, HoconKey key, List<String> path) {
        var at = root;
        for (int i = 0; i < path.size(); i++) {
            at = at.get(path.get(i));
            if (at == null || at == key) {
                return path.subList(0, at == null ? i : i + 1);
            }
        }
        return path;
    }
}
