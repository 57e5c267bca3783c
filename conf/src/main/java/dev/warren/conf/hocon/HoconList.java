package dev.warren.conf.hocon;

import java.util.List;

/// `[ ... ]`
public record HoconList(List<HoconValue> items) implements HoconValue {
    /// Whether a substitution is somewhere in it, but not inside of an object.
    boolean pending() {
        for (var item : items) {
            if (item instanceof Pending || (item instanceof HoconList list && list.pending())) {
                return true;
            }
        }
        return false;
    }
}
