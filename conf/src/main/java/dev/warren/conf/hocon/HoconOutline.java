package dev.warren.conf.hocon;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Walks through one text for what the library does not say: which keys are given where, and given twice; what is
/// nested too deeply for it; what is included; and hints, for people. Values are passed over.
final class HoconOutline {
    private enum Kind {
        TEXT,
        LIST,
        OBJECT,
        REFERENCE
    }

    private final Hocon hocon;
    private final HoconFile file;
    private final HoconSource source;
    private final HoconScanner in;
    private final List<String> prefix;
    private final Braces braces;
    private final boolean large;
    private int depth;
    private int lists;
    private int includes;
    private int appends;
    private final List<List<String>> references = new ArrayList<>(); // of the value that is being read

    /// @param prefix where the text is included
    /// @param large worth cutting
    HoconOutline(Hocon hocon, HoconFile file, List<String> prefix, boolean large) {
        this.hocon = hocon;
        this.file = file;
        this.source = file.source();
        this.in = new HoconScanner(source);
        this.prefix = prefix;
        this.large = large;
        this.braces = new Braces(source);
    }

    /// The keys of the text, without a name for them all.
    HoconKey root() throws HoconException {
        in.skipLines();
        in.refuseWgQuick();
        if (in.is('[')) {
            throw in.error("begins with a list", "key = value, or { ... }");
        }
        boolean braced = in.is('{');
        var object = HoconKey.root(source);
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
    private void object(HoconKey object, List<String> path) throws HoconException {
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
    private void fields(HoconKey object, List<String> path) throws HoconException {
        in.skipLines();
        while (!in.atEnd() && !in.is('}')) {
            @Nullable HoconPart part = null;
            if (in.isInclude()) {
                include(object, path);
            } else {
                part = field(object, path);
            }
            if (!separated('}')) {
                throw in.unexpected("a line end, a comma or }");
            }
            if (part != null) {
                part.end = in.at;
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

    private void include(HoconKey object, List<String> path) throws HoconException {
        int line = in.line;
        includes++;
        var included = hocon.include(file, line, in.includeName(), path);
        hocon.merger().mergeAll(object, path, included);
    }

    /// What can be cut out of the text, if it is a peer.
    private @Nullable HoconPart field(HoconKey object, List<String> at) throws HoconException {
        int line = in.line;
        int from = in.at;
        int includesBefore = includes;
        int appendsBefore = appends;
        int outer = references.size();
        var path = in.path(false);
        in.skipLines();
        var whole = at.size() + path.size() > 1 || depth > 0 ? HoconMerger.joined(at, path) : path;
        boolean append = in.isAppend();
        if (append) {
            if (lists > 0) {
                throw in.error("a += inside of a list", "=");
            }
            appends++;
            in.at += 2;
            lists++;
        } else if (in.is('=') || in.is(':')) {
            in.at++;
        } else if (!in.is('{')) {
            throw in.unexpected("= or { after a key");
        }
        in.skipLines();
        var key = new HoconKey(hocon.shared(path.getLast()), source, line);
        int start = in.at;
        value(key, whole, line);
        key.length = in.at - start;
        if (append) {
            lists--;
            hocon.appended(whole, source, line);
            key.becomes(true, true, false);
        }
        var used = references.subList(outer, references.size());
        if (key.open && !used.isEmpty()) {
            hocon.sizes().note(whole, List.copyOf(used));
        }
        if (large && path.size() == 1 && key.object && HoconPart.isPeer(whole) && includes == includesBefore) {
            boolean mixed = !used.isEmpty() && (appends > appendsBefore || !prefix.isEmpty());
            key.part = mixed ? null : new HoconPart(file, from, in.at, line, !used.isEmpty());
        }
        if (depth == 0) {
            references.clear();
        }
        var part = key.part;
        hocon.merger().put(object, at, path, key);
        return part;
    }

    /// Pieces side by side, up to a line end, a comma, or what closes the object or list.
    private void value(HoconKey key, List<String> path, int line) throws HoconException {
        @Nullable Kind last = null;
        boolean several = false;
        boolean builds = false;
        boolean object = false;
        int before = references.size();
        while (true) {
            in.skipSpaces();
            if (in.endsValue()) {
                break;
            }
            Kind kind;
            if (in.startsText()) {
                in.text(null);
                kind = Kind.TEXT;
            } else if (in.is('{')) {
                var inner = new HoconKey(key.name(), source, line);
                object(inner, path);
                key.take(inner);
                object = true;
                kind = Kind.OBJECT;
            } else if (in.is('[')) {
                list(path);
                kind = Kind.LIST;
            } else if (in.is('$')) {
                reference();
                builds = true;
                kind = Kind.REFERENCE;
            } else {
                throw in.unexpected("a value");
            }
            if (last != null && last != kind && last != Kind.REFERENCE && kind != Kind.REFERENCE) {
                throw new HoconException(
                        source, line, "a list or { } beside something else", "a comma or a line between");
            }
            several |= last != null && !(last == Kind.TEXT && kind == Kind.TEXT);
            last = kind;
        }
        if (last == null) {
            throw in.unexpected("a value");
        }
        boolean only = object && !several;
        key.becomes(builds, several || (!only && references.size() > before), only);
    }

    private void list(List<String> path) throws HoconException {
        deeper(path);
        lists++;
        int line = in.line;
        in.at++;
        in.skipLines();
        while (!in.is(']')) {
            if (in.atEnd()) {
                throw new HoconException(source, line, "the [ of this line has no ]", "brackets in pairs");
            }
            value(new HoconKey("", source, in.line), path, in.line);
            if (!separated(']')) {
                throw in.unexpected("a comma or ]");
            }
        }
        in.at++;
        depth--;
        lists--;
    }

    private void reference() throws HoconException {
        int line = in.line;
        in.openReference();
        var path = in.path(true);
        in.closeReference();
        var whole = prefix.isEmpty() ? path : HoconMerger.joined(prefix, path);
        references.add(whole);
        hocon.referenced(path, whole, source, line);
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
