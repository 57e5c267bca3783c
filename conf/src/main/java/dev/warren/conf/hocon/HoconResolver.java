package dev.warren.conf.hocon;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Puts in what substitutions stand for.
///
/// A field is resolved as far as to know what it is: the fields of an object wait for their turn, so `a { b = 1, c =
/// ${a.b} }` is no circle. While a field is being resolved, who asks for it gets what it was before (`a = ${a} [1]`).
final class HoconResolver {
    private static final int MAX_STEPS = 10_000_000;
    private static final int MAX_TEXT = 1 << 20;

    private final HoconObject root;
    private final Function<String, @Nullable String> environment;
    private int depth;
    private int steps;
    private int oldestAsked = Integer.MAX_VALUE; // depth of the outermost unfinished field that was looked behind
    private final ArrayList<HoconField> unfinished = new ArrayList<>();

    HoconResolver(HoconObject root, Function<String, @Nullable String> environment) {
        this.root = root;
        this.environment = environment;
    }

    void all() throws HoconException {
        all(root);
    }

    /// Each object once, however many have it; none has itself in it.
    private void all(HoconObject object) throws HoconException {
        object.walk = HoconObject.Walk.INSIDE;
        for (int i = 0; i < object.size(); i++) {
            var field = object.at(i);
            all(field, value(field));
        }
        object.walk = HoconObject.Walk.DONE;
    }

    private void all(HoconField field, @Nullable HoconValue value) throws HoconException {
        if (value instanceof HoconObject object) {
            if (object.walk == HoconObject.Walk.INSIDE) {
                throw holdsItself(field.source, field.line);
            } else if (object.walk == HoconObject.Walk.NEW) {
                deeper(field.source, field.line);
                all(object);
                depth--;
            }
        } else if (value instanceof HoconList list) {
            for (var item : list.items()) {
                all(field, item);
            }
        }
    }

    private static HoconException holdsItself(HoconSource source, int line) {
        return new HoconException(source, line, "a ${...} that holds itself", "a ${...} of something else");
    }

    private static boolean done(@Nullable HoconValue value) {
        return !(value instanceof Pending) && !(value instanceof HoconList list && list.pending());
    }

    /// Null when it is undefined.
    private @Nullable HoconValue value(HoconField field) throws HoconException {
        if (done(field.value)) {
            return field.value;
        }
        if (field.layer >= 0) {
            oldestAsked = Math.min(oldestAsked, unfinished.indexOf(field));
            return below(field, field.layer);
        }
        if (unfinished.size() > Hocon.MAX_DEPTH || ++steps > MAX_STEPS) {
            throw new HoconException(
                    field.source, field.line, "substitutions that lead too far", "a few steps to a value");
        }
        int before = oldestAsked;
        oldestAsked = Integer.MAX_VALUE;
        unfinished.add(field);
        var value = below(field, Integer.MAX_VALUE);
        unfinished.removeLast();
        if (oldestAsked >= unfinished.size()) {
            field.value = value; // and does not depend on how we came here
            oldestAsked = before;
        } else {
            oldestAsked = Math.min(oldestAsked, before);
        }
        return value;
    }

    /// What the layers of a field below this one say together.
    private @Nullable HoconValue below(HoconField field, int layer) throws HoconException {
        var layers = field.value instanceof Pending.Layers all ? all.values() : List.of(field.value());
        int before = field.layer;
        @Nullable HoconValue result = null;
        for (int i = Math.min(layer, layers.size()) - 1; i >= 0; i--) {
            field.layer = i;
            var value = value(layers.get(i));
            if (result == null) {
                result = value;
            } else if (value instanceof HoconObject under && result instanceof HoconObject over) {
                result = HoconObject.merged(under, over);
            } else if (value != null) {
                break;
            }
            if (result != null && !(result instanceof HoconObject)) {
                break;
            }
        }
        field.layer = before;
        return result;
    }

    private @Nullable HoconValue value(HoconValue value) throws HoconException {
        return switch (value) {
            case HoconList list
            when list.pending() -> {
                var items = new ArrayList<HoconValue>(list.items().size());
                for (var item : list.items()) {
                    var resolved = value(item);
                    if (resolved != null) {
                        items.add(resolved);
                    }
                }
                yield new HoconList(items);
            }
            case HoconList list -> list;
            case HoconText text -> text;
            case HoconNull none -> none;
            case HoconObject object -> object;
            case Pending.Link link -> value(link.field());
            case Pending.Reference reference -> lookUp(reference);
            case Pending.Concatenation pieces -> join(pieces);
            case Pending.Layers layers -> throw new AssertionError(layers);
        };
    }

    private @Nullable HoconValue lookUp(Pending.Reference reference) throws HoconException {
        deeper(reference.source(), reference.line());
        @Nullable HoconValue found = null;
        if (!reference.prefix().isEmpty()) {
            found = find(HoconMerger.joined(reference.prefix(), reference.path()));
        }
        if (found == null) {
            found = find(reference.path());
        }
        if (found == null && reference.path().size() == 1) {
            var variable = environment.apply(reference.path().getFirst());
            found = variable == null ? null : HoconText.of(variable, reference.line(), true, true);
        }
        depth--;
        if (found == null && !reference.optional()) {
            throw new HoconException(
                    reference.source(),
                    reference.line(),
                    "a ${...} that is defined nowhere",
                    "a key of this file or a variable of the environment, or ${?...}");
        }
        if (found instanceof HoconObject object && object.walk == HoconObject.Walk.INSIDE) {
            throw holdsItself(reference.source(), reference.line());
        }
        return found instanceof HoconText text ? text.substitutedAt(reference.line()) : found;
    }

    private void deeper(HoconSource source, int line) throws HoconException {
        if (++depth > 2 * Hocon.MAX_DEPTH || ++steps > MAX_STEPS) {
            throw new HoconException(source, line, "substitutions that lead too far", "a few steps to a value");
        }
    }

    private @Nullable HoconValue find(List<String> path) throws HoconException {
        HoconValue at = root;
        for (var element : path) {
            var field = at instanceof HoconObject object ? object.find(element) : null;
            var value = field == null ? null : value(field);
            if (value == null) {
                return null;
            }
            at = value;
        }
        return at;
    }

    private @Nullable HoconValue join(Pending.Concatenation concatenation) throws HoconException {
        @Nullable HoconValue result = null;
        for (var piece : concatenation.pieces()) {
            var value = value(piece);
            if (value == null) {
                continue;
            }
            result = result == null ? value : join(concatenation, result, value);
        }
        return result;
    }

    private static HoconValue join(Pending.Concatenation where, HoconValue left, HoconValue right)
            throws HoconException {
        if (left instanceof HoconObject under && right instanceof HoconObject over) {
            return HoconObject.merged(under, over);
        }
        if (left instanceof HoconList first && right instanceof HoconList second) {
            var items = new ArrayList<>(first.items());
            items.addAll(second.items());
            return new HoconList(items);
        }
        if (isBlank(right) && !(left instanceof HoconText)) {
            return left;
        }
        if (isBlank(left) && !(right instanceof HoconText)) {
            return right;
        }
        refuseUnlike(where.source(), where.line(), left, right);
        var text = new StringBuilder();
        append(text, left);
        append(text, right);
        if (text.length() > MAX_TEXT) {
            throw new HoconException(where.source(), where.line(), "a text that grows too long", "a shorter one");
        }
        boolean substituted = substituted(left) || substituted(right);
        return HoconText.of(text, where.line(), true, substituted);
    }

    /// Two lists or two objects go together, and texts do.
    static void refuseUnlike(HoconSource source, int line, HoconValue left, HoconValue right) throws HoconException {
        boolean known = !(left instanceof Pending) && !(right instanceof Pending);
        if (known && !isBlank(left) && !isBlank(right) && kind(left) != kind(right)) {
            throw new HoconException(source, line, "a list or { } beside something else", "a comma or a line between");
        }
    }

    private static Class<?> kind(HoconValue value) {
        return value instanceof HoconNull ? HoconText.class : value.getClass();
    }

    private static boolean isBlank(HoconValue value) {
        return value instanceof HoconText text && !text.quoted() && text.isBlank();
    }

    private static boolean substituted(HoconValue value) {
        return value instanceof HoconText text && text.substituted();
    }

    private static void append(StringBuilder builder, HoconValue value) {
        if (value instanceof HoconText text) {
            text.appendTo(builder);
        } else {
            builder.append("null");
        }
    }
}
