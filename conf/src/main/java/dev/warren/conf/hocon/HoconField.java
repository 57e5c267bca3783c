package dev.warren.conf.hocon;

import org.jspecify.annotations.Nullable;

/// One key of an object with its value.
public final class HoconField {
    private final String key;
    HoconSource source;
    int line;
    boolean given; // as the last part of a path, not only on the way to others

    @Nullable
    HoconValue value; // null: undefined

    /// The layer being resolved, -1 when none is.
    int layer = -1;

    HoconField(String key, HoconSource source, int line, boolean given, @Nullable HoconValue value) {
        this.key = key;
        this.source = source;
        this.line = line;
        this.given = given;
        this.value = value;
    }

    /// The key.
    public String key() {
        return key;
    }

    /// The file that gave it last.
    public HoconSource source() {
        return source;
    }

    /// In that file, from 1.
    public int line() {
        return line;
    }

    /// Never null once everything is resolved and the field is got from [HoconObject].
    public HoconValue value() {
        if (value == null) {
            throw new IllegalStateException("An undefined field was asked for its value.");
        }
        return value;
    }
}
