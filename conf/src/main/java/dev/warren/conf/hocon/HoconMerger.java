package dev.warren.conf.hocon;

import java.util.ArrayList;
import java.util.List;

/// Puts keys together as HOCON says: objects are merged, anything else is replaced, and what has a substitution in it
/// is put over what was there. Notes what is given twice in one file.
final class HoconMerger {
    private final List<Hocon.Repeat> repeats = new ArrayList<>();

    List<Hocon.Repeat> repeats() {
        return repeats;
    }

    /// @param base where `object` is
    /// @param path below it, to where the field belongs; its last element is the field's key
    void put(HoconKey object, List<String> base, List<String> path, HoconKey field) {
        var target = object;
        for (int i = 0; i < path.size() - 1; i++) {
            target = child(target, path.get(i), field);
        }
        var known = target.get(field.name());
        if (known == null) {
            target.add(field);
        } else {
            merge(known, joined(base, path), field);
        }
    }

    static List<String> joined(List<String> base, List<String> path) {
        var all = new ArrayList<String>(base.size() + path.size());
        all.addAll(base);
        all.addAll(path);
        return all;
    }

    private static HoconKey child(HoconKey parent, String key, HoconKey on) {
        var known = parent.get(key);
        if (known == null) {
            var child = new HoconKey(key, on.source, on.line, false);
            parent.add(child);
            return child;
        }
        known.part = null;
        known.object = true;
        return known;
    }

    /// All keys of an object, below `base`.
    void mergeAll(HoconKey target, List<String> base, HoconKey from) {
        for (var field : from.keys()) {
            put(target, base, List.of(field.name()), field);
        }
    }

    private void merge(HoconKey known, List<String> path, HoconKey field) {
        known.part = null;
        if (known.given && field.given && known.source == field.source && !field.builds) {
            repeats.add(new Hocon.Repeat(field.source, path, field.line, known.line, field.object));
        }
        if (field.object || field.open) {
            mergeAll(known, path, field);
            known.length += field.length;
            known.open |= field.open;
        } else {
            known.clear();
            known.length = field.length;
            known.open = false;
        }
        known.object = field.object;
        if (field.given) {
            known.given = true;
            known.source = field.source;
            known.line = field.line;
        }
    }
}
