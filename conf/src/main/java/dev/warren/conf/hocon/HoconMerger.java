package dev.warren.conf.hocon;

import java.util.ArrayList;
import java.util.List;

/// Puts fields into objects as HOCON says: objects are merged, anything else is replaced, and what has a substitution
/// in it waits with what was there before. Notes what is given twice in one file.
final class HoconMerger {
    private final List<Hocon.Repeat> repeats = new ArrayList<>();

    List<Hocon.Repeat> repeats() {
        return repeats;
    }

    /// @param base where `object` is
    /// @param path below it, to where the field belongs; its last element is the field's key
    void put(HoconObject object, List<String> base, List<String> path, HoconField field) {
        var target = object;
        for (int i = 0; i < path.size() - 1; i++) {
            target = child(target, path.get(i), field);
        }
        var known = target.find(field.key());
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

    private static HoconObject child(HoconObject parent, String key, HoconField on) {
        var field = parent.find(key);
        if (field == null) {
            var child = new HoconObject();
            parent.add(new HoconField(key, on.source, on.line, false, child));
            return child;
        }
        return switch (field.value) {
            case HoconObject object -> object;
            case Pending.Layers layers when layers.values().getLast() instanceof HoconObject object -> object;
            case Pending pending -> {
                var child = new HoconObject();
                layered(field, pending, child);
                yield child;
            }
            case HoconList list
            when list.pending() -> {
                var child = new HoconObject();
                layered(field, list, child);
                yield child;
            }
            case null, default -> {
                var child = new HoconObject();
                field.value = child;
                yield child;
            }
        };
    }

    /// All fields of an object, below `base`.
    void mergeAll(HoconObject target, List<String> base, HoconObject from) {
        for (int i = 0; i < from.size(); i++) {
            put(target, base, List.of(from.at(i).key()), from.at(i));
        }
    }

    private void merge(HoconField known, List<String> path, HoconField field) {
        boolean builds = field.value instanceof Pending pending && pending.builds();
        if (known.given && field.given && known.source == field.source && !builds) {
            boolean block = field.value instanceof HoconObject;
            repeats.add(new Hocon.Repeat(field.source, path, field.line, known.line, block));
        }
        boolean pending = field.value instanceof Pending || (field.value instanceof HoconList list && list.pending());
        if (field.value instanceof HoconObject object) {
            switch (known.value) {
                case HoconObject before -> mergeAll(before, path, object);
                case Pending.Layers layers
                when layers.values().getLast() instanceof HoconObject last -> mergeAll(last, path, object);
                case Pending before -> layered(known, before, object);
                case HoconList list when list.pending() -> layered(known, list, object);
                case null, default -> known.value = object;
            }
        } else if (pending && known.value != null) {
            layered(known, known.value, field.value);
        } else {
            known.value = field.value;
        }
        if (field.given) {
            known.given = true;
            known.source = field.source;
            known.line = field.line;
        }
    }

    private static void layered(HoconField field, HoconValue under, HoconValue over) {
        var values = new ArrayList<HoconValue>();
        for (var value : List.of(under, over)) {
            if (value instanceof Pending.Layers layers) {
                values.addAll(layers.values());
            } else {
                values.add(value);
            }
        }
        field.value = new Pending.Layers(values);
    }
}
