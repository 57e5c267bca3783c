package dev.warren.routing.allowedips;

import dev.warren.routing.ip.IpPrefix;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// The prefixes of one owner in order of insertion, in the smallest form: null for none; the prefix itself
/// for one, which is all that most of 100 000 idle peers have; an array for a few; a linked set for many,
/// so that the time of an operation does not grow with their number.
final class OwnedPrefixes {
    private static final int FEW = 16;

    private OwnedPrefixes() {}

    /// Adds a prefix that `owned` does not contain.
    static Object add(@Nullable Object owned, IpPrefix prefix) {
        return switch (owned) {
            case null -> prefix;
            case IpPrefix first -> new IpPrefix[] {first, prefix};
            case IpPrefix[] few
            when few.length < FEW -> {
                var more = Arrays.copyOf(few, few.length + 1);
                more[few.length] = prefix;
                yield more;
            }
            default -> {
                var many = many(owned);
                many.add(prefix);
                yield many;
            }
        };
    }

    /// Removes a prefix that `owned` contains; null when it was the last.
    static @Nullable Object remove(Object owned, IpPrefix prefix) {
        return switch (owned) {
            case IpPrefix _ -> null;
            case IpPrefix[] few when few.length == 2 -> few[0].equals(prefix) ? few[1] : few[0];
            case IpPrefix[] few -> {
                var fewer = new IpPrefix[few.length - 1];
                int n = 0;
                for (var each : few) {
                    if (!each.equals(prefix)) {
                        fewer[n++] = each;
                    }
                }
                yield fewer;
            }
            default -> {
                var many = many(owned);
                many.remove(prefix);
                yield many.size() < FEW / 2 ? many.toArray(new IpPrefix[0]) : many;
            }
        };
    }

    static List<IpPrefix> list(@Nullable Object owned) {
        return switch (owned) {
            case null -> List.of();
            case IpPrefix only -> List.of(only);
            case IpPrefix[] few -> List.of(few);
            default -> List.copyOf(many(owned));
        };
    }

    @SuppressWarnings("unchecked") // every other form is a set made here
    private static SequencedSet<IpPrefix> many(Object owned) {
        return owned instanceof IpPrefix[] few
                ? new LinkedHashSet<>(Arrays.asList(few))
                : (SequencedSet<IpPrefix>) owned;
    }
}
