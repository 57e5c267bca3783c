package dev.warren.conf.hocon;

import java.util.ArrayList;
import java.util.List;

/// What becomes a value when the whole of the configuration is there.
sealed interface Pending extends HoconValue {
    /// Whether it builds on other values, so that it may be given for a key that has one.
    boolean builds();

    /// `${path}` or `${?path}`.
    ///
    /// @param prefix where its file is included: looked for below there first
    record Reference(HoconSource source, int line, List<String> prefix, List<String> path, boolean optional)
            implements Pending {
        @Override
        public boolean builds() {
            return true;
        }
    }

    /// Pieces side by side, at least two, that are not all texts.
    record Concatenation(HoconSource source, int line, List<HoconValue> pieces) implements Pending {
        @Override
        public boolean builds() {
            return pieces.stream().anyMatch(Reference.class::isInstance);
        }
    }

    /// Values of one key, the newest last: what an older one has to say depends on what the newer ones become.
    record Layers(ArrayList<HoconValue> values) implements Pending {
        @Override
        public boolean builds() {
            return true;
        }
    }

    /// The value of a field of another object.
    record Link(HoconField field) implements Pending {
        @Override
        public boolean builds() {
            return true;
        }
    }
}
