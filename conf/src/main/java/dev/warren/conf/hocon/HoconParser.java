package dev.warren.conf.hocon;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Parses one text, in one pass.
final class HoconParser {
    private final Hocon hocon;
    private final HoconSource source;
    private final HoconScanner in;
    private final List<String> prefix;
    private final Braces braces;
    private int depth;
    private int lists;

    /// @param prefix where the text is included
    HoconParser(Hocon hocon, HoconSource source, List<String> prefix) {
        this.hocon = hocon;
        this.source = source;
        this.in = new HoconScanner(source);
        this.prefix = prefix;
        this.braces = new Braces(source);
    }

    HoconObject root() throws HoconException {
        in.skipLines();
        in.refuseWgQuick();
        if (in.is('[')) {
            throw in.error("begins with a list", "key = value, or { ... }");
        }
        boolean braced = in.is('{');
        var object = new HoconObject();
        if (braced) {
            object(object, prefix);
            in.skipLines();
        } else {
            fields(object, prefix);
        }
        if (in.is('}')) {
            throw in.error("a } without a { before it", "braces in pairs");
        }
        if (!in.atEnd()) {
            throw in.error("goes on after the last }", "braces in pairs");
        }
        return object;
    }

    /// From `{` to behind its `}`.
    private void object(HoconObject object, List<String> path) throws HoconException {
        deeper(path);
        braces.open(in.at, in.line);
        in.at++;
        fields(object, path);
        if (in.atEnd()) {
            throw new HoconException(source, braces.unclosed(), "the { of this line has no }", "braces in pairs");
        }
        braces.close(in.at);
        in.at++;
        depth--;
    }

    private void deeper(List<String> path) throws HoconException {
        if (++depth > Hocon.MAX_DEPTH || path.size() > Hocon.MAX_DEPTH) {
            throw in.error("is nested too deeply", "at most a few levels of { and [");
        }
    }

    /// Up to `}` or the end.
    private void fields(HoconObject object, List<String> path) throws HoconException {
        in.skipLines();
        while (!in.atEnd() && !in.is('}')) {
            if (in.isInclude()) {
                include(object, path);
            } else {
                field(object, path);
            }
            if (!separated('}')) {
                throw in.unexpected("a line end, a comma or }");
            }
        }
    }

    /// Between two fields or elements there is a line end or a comma.
    private boolean separated(char close) throws HoconException {
        int before = in.line;
        in.skipLines();
        boolean comma = in.is(',');
        if (comma) {
            in.at++;
            in.skipLines();
            if (in.is(',')) {
                throw in.error("two commas", "one");
            }
        }
        return comma || in.line > before || in.atEnd() || in.is(close);
    }

    private void include(HoconObject object, List<String> path) throws HoconException {
        int line = in.line;
        var included = hocon.include(source, line, in.includeName(), path);
        hocon.merger().mergeAll(object, path, included);
    }

    private void field(HoconObject object, List<String> at) throws HoconException {
        int line = in.line;
        var path = in.path(false);
        in.skipLines();
        var whole = at.size() + path.size() > 1 || depth > 0 ? HoconMerger.joined(at, path) : path;
        boolean append = in.isAppend();
        if (append) {
            if (lists > 0) {
                throw in.error("a += inside of a list", "=");
            }
            in.at += 2;
            lists++;
        } else if (in.is('=') || in.is(':')) {
            in.at++;
        } else if (!in.is('{')) {
            throw in.unexpected("= or { after a key");
        }
        in.skipLines();
        var value = value(whole, line);
        if (append) {
            lists--;
            hocon.referenced(whole.getFirst());
            var before = new Pending.Reference(source, line, List.of(), whole, true);
            value = new Pending.Concatenation(source, line, List.of(before, new HoconList(List.of(value))));
        }
        hocon.merger().put(object, at, path, new HoconField(path.getLast(), source, line, true, value));
    }

    /// Pieces side by side, up to a line end, a comma, or what closes the object or list.
    private HoconValue value(List<String> path, int line) throws HoconException {
        var pieces = new ArrayList<HoconValue>(1);
        @Nullable HoconText texts = null;
        while (true) {
            int start = in.at;
            in.skipSpaces();
            if (in.endsValue()) {
                break;
            }
            boolean simple = in.startsText() || in.is('$');
            boolean afterSimple = texts != null || (!pieces.isEmpty() && pieces.getLast() instanceof Pending.Reference);
            if (simple && afterSimple && in.at > start) {
                texts = in.join(texts, in.blank(start));
            }
            if (in.startsText()) {
                texts = in.join(texts, in.text());
                continue;
            }
            if (texts != null) {
                pieces.add(texts);
                texts = null;
            }
            if (in.is('{')) {
                var object = new HoconObject();
                object(object, path);
                pieces.add(object);
            } else if (in.is('[')) {
                pieces.add(list(path));
            } else if (in.is('$')) {
                pieces.add(reference());
            } else {
                throw in.unexpected("a value");
            }
        }
        if (texts != null) {
            pieces.add(texts);
        }
        if (pieces.isEmpty()) {
            throw in.unexpected("a value");
        }
        if (pieces.size() > 1) {
            for (int i = 1; i < pieces.size(); i++) {
                HoconResolver.refuseUnlike(source, line, pieces.get(i - 1), pieces.get(i));
            }
            return new Pending.Concatenation(source, line, pieces);
        }
        var only = pieces.getFirst();
        return only instanceof HoconText text && !text.quoted() && text.is("null") ? new HoconNull() : only;
    }

    private HoconList list(List<String> path) throws HoconException {
        deeper(path);
        lists++;
        int line = in.line;
        in.at++;
        in.skipLines();
        var items = new ArrayList<HoconValue>();
        while (!in.is(']')) {
            if (in.atEnd()) {
                throw new HoconException(source, line, "the [ of this line has no ]", "brackets in pairs");
            }
            items.add(value(path, in.line));
            if (!separated(']')) {
                throw in.unexpected("a comma or ]");
            }
        }
        in.at++;
        depth--;
        lists--;
        return new HoconList(items);
    }

    private Pending.Reference reference() throws HoconException {
        int line = in.line;
        boolean optional = in.openReference();
        var path = in.path(true);
        in.closeReference();
        hocon.referenced(path.getFirst());
        if (!prefix.isEmpty()) {
            hocon.referenced(prefix.getFirst());
        }
        return new Pending.Reference(source, line, prefix, path, optional);
    }

    /// Guesses which `{` was left open, by the indentation of the lines: a `}` that begins a line further left than
    /// its `{` belongs to another one.
    private static final class Braces {
        private final HoconSource source;
        private final ArrayList<int[]> open = new ArrayList<>(); // line, indentation
        private int suspect;

        Braces(HoconSource source) {
            this.source = source;
        }

        void open(int at, int line) {
            open.add(new int[] {line, Math.abs(indentation(at)) - 1});
        }

        void close(int at) {
            var last = open.removeLast();
            int indentation = indentation(at);
            if (suspect == 0 && indentation > 0 && indentation - 1 < last[1]) {
                suspect = last[0];
            }
        }

        int unclosed() {
            return suspect > 0 ? suspect : open.getLast()[0];
        }

        /// Of the line plus one; negative when something else stands before this place.
        private int indentation(int at) {
            int start = at;
            while (start > 0 && source.text[start - 1] != '\n') {
                start--;
            }
            int first = start;
            while (first < at && (source.text[first] == ' ' || source.text[first] == '\t')) {
                first++;
            }
            return first == at ? first - start + 1 : -(first - start + 1);
        }
    }
}
