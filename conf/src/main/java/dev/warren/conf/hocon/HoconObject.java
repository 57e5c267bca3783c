package dev.warren.conf.hocon;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `{ ... }`: fields in the order in which they were first given.
public final class HoconObject implements HoconValue {
    private static final int SMALL = 8;
    private static final HoconField[] NONE = {};

    /// How far the resolver is with it.
    enum Walk {
        NEW,
        INSIDE,
        DONE
    }

    Walk walk = Walk.NEW;
    private HoconField[] fields = NONE;
    private int size;
    private @Nullable Map<String, HoconField> index; // when there are many

    /// The field of a key; null when there is none.
    public @Nullable HoconField get(String key) {
        var field = find(key);
        return field == null || field.value == null ? null : field;
    }

    @Nullable
    HoconField find(String key) {
        if (index != null) {
            return index.get(key);
        }
        for (int i = 0; i < size; i++) {
            if (fields[i].key().equals(key)) {
                return fields[i];
            }
        }
        return null;
    }

    /// All that are defined.
    public List<HoconField> fields() {
        var defined = new ArrayList<HoconField>(size);
        for (int i = 0; i < size; i++) {
            if (fields[i].value != null) {
                defined.add(fields[i]);
            }
        }
        return defined;
    }

    int size() {
        return size;
    }

    HoconField at(int position) {
        return fields[position];
    }

    void add(HoconField field) {
        if (size == fields.length) {
            fields = Arrays.copyOf(fields, Math.max(4, 2 * size));
        }
        fields[size++] = field;
        if (index != null) {
            index.put(field.key(), field);
        } else if (size > SMALL) {
            index = new HashMap<>(4 * SMALL);
            for (int i = 0; i < size; i++) {
                index.put(fields[i].key(), fields[i]);
            }
        }
    }

    /// A new object with the fields of both, where `over` wins. Fields are shared; nothing is resolved for it.
    static HoconObject merged(HoconObject under, HoconObject over) {
        var result = new HoconObject();
        for (int i = 0; i < under.size; i++) {
            var low = under.fields[i];
            var high = over.find(low.key());
            result.add(high == null ? low : both(low, high));
        }
        for (int i = 0; i < over.size; i++) {
            if (under.find(over.fields[i].key()) == null) {
                result.add(over.fields[i]);
            }
        }
        return result;
    }

    private static HoconField both(HoconField low, HoconField high) {
        var layers = new ArrayList<HoconValue>(List.of(new Pending.Link(low), new Pending.Link(high)));
        return new HoconField(high.key(), high.source, high.line, high.given, new Pending.Layers(layers));
    }
}
