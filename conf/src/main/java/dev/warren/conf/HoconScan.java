package dev.warren.conf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks over a HOCON text before Typesafe's parser reads it.
///
/// It finds keys that are given twice in one file, which HOCON merges without a word: the first one is lost, and
/// with it
/// perhaps a peer. Groups such as `warren.log` may come in several pieces; a value, an interface or a peer may not.
/// `+=` and values with a substitution build on what was there before and are no mistake.
///
/// And it finds where the peers are, so that a large file can be parsed peer by peer: see [PeerBlocks].
///
/// Reads a text that Typesafe's parser has accepted, in one pass, without recursion.
final class HoconScan {
    /// A key given again.
    ///
    /// @param line of the second one
    record Duplicate(String path, int line, int firstLine) {}

    /// A peer that stands for itself: `laptop { ... }` with no substitution in it, and nothing about it elsewhere.
    ///
    /// @param from where its key begins in the text
    /// @param to where its value ends
    /// @param line of its key
    record Block(String device, String name, int from, int to, int line) {}

    private record Candidate(Node node, int from, int to, int line) {}

    private static final class Node {
        final @Nullable Node parent;
        final String name;
        final int depth;
        int line; // where it was given first, 0 when it only lies on the way to others
        int mentions; // how many keys end here or go through here
        boolean plain = true; // only ever an object, written out

        @Nullable
        Map<String, Node> children;

        Node(@Nullable Node parent, String name) {
            this.parent = parent;
            this.name = name;
            this.depth = parent == null ? 0 : parent.depth + 1;
        }

        Node child(String key) {
            if (children == null) {
                children = new HashMap<>(4);
            }
            var known = children.get(key);
            if (known == null) {
                known = new Node(this, key);
                children.put(key, known);
            }
            known.mentions++;
            return known;
        }

        String path() {
            return parent == null || parent.parent == null ? name : parent.path() + "." + name;
        }

        /// An interface or a peer: `warren.interfaces.X`, `warren.interfaces.X.peers.Y`.
        boolean named() {
            return isPeer() || (parent != null && depth == 3 && parent.name.equals("interfaces"));
        }

        boolean isPeer() {
            return parent != null && depth == 5 && parent.name.equals("peers");
        }

        /// True when nothing but this text decides what is under `warren.interfaces.X.peers`, where this node lies.
        boolean standsAlone() {
            return mentions == 1
                    && ancestor(1).plain
                    && ancestor(2).plain
                    && ancestor(3).plain
                    && ancestor(4).plain
                    && ancestor(3).name.equals("interfaces")
                    && ancestor(4).name.equals("warren");
        }

        Node ancestor(int levels) {
            var node = this;
            for (int i = 0; i < levels && node.parent != null; i++) {
                node = node.parent;
            }
            return node;
        }
    }

    /// An object being read, and the entry in it whose value is being read.
    private static final class Frame {
        final Node node;
        final boolean muted; // inside of something that was reported

        @Nullable
        Node entry;

        int start; // of the key
        int line; // of the key
        int substitutions; // before the key
        boolean builds; // on what was there: +=, or a substitution
        boolean object;
        boolean some; // of the value was read
        boolean mixed; // it is not one object and nothing else

        Frame(Node node, boolean muted) {
            this.node = node;
            this.muted = muted;
        }
    }

    private final String text;
    private int at;
    private int line = 1;
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private final List<Duplicate> duplicates = new ArrayList<>();
    private final Set<String> referenced = new HashSet<>();
    private final List<Candidate> candidates = new ArrayList<>();
    private int substitutions;
    private boolean includes;

    HoconScan(String text) {
        this.text = text;
        frames.push(new Frame(new Node(null, ""), false));
        run();
    }

    List<Duplicate> duplicates() {
        return duplicates;
    }

    /// First elements of all paths in substitutions.
    Set<String> referenced() {
        return referenced;
    }

    /// Peers that can be read by themselves, in order; none when includes or substitutions might reach into them.
    List<Block> blocks() {
        if (includes || referenced.contains("warren")) {
            return List.of();
        }
        var blocks = new ArrayList<Block>(candidates.size());
        for (var peer : candidates) {
            if (peer.node().standsAlone()) {
                var device = peer.node().ancestor(2).name;
                blocks.add(new Block(device, peer.node().name, peer.from(), peer.to(), peer.line()));
            }
        }
        return blocks;
    }

    private void run() {
        skipBlank(true);
        if (at < text.length() && text.charAt(at) == '{') {
            at++;
        }
        while (at < text.length() && !frames.isEmpty()) {
            var frame = frames.element();
            if (frame.entry == null) {
                entry(frame);
            } else {
                value(frame, frame.entry);
            }
        }
        if (!frames.isEmpty() && frames.element().entry != null) {
            endValue(frames.element());
        }
    }

    /// At the start of an entry of an object, or at its end.
    private void entry(Frame frame) {
        skipBlank(true);
        if (at >= text.length()) {
            return;
        }
        char c = text.charAt(at);
        if (c == ',') {
            at++;
        } else if (c == '}') {
            at++;
            closeObject(frame);
        } else if (isInclude()) {
            includes = true;
            skipLine();
        } else {
            key(frame);
        }
    }

    private void closeObject(Frame frame) {
        frames.pop();
        if (frame.node.isPeer()) {
            frame.node.children = null; // a peer is not continued elsewhere
        }
    }

    private boolean isInclude() {
        if (!text.startsWith("include", at)) {
            return false;
        }
        int i = at + 7;
        while (i < text.length() && isSpace(text.charAt(i))) {
            i++;
        }
        return i > at + 7
                && (text.startsWith("\"", i)
                        || text.startsWith("required(", i)
                        || text.startsWith("file(", i)
                        || text.startsWith("url(", i)
                        || text.startsWith("classpath(", i));
    }

    /// Reads a path and what follows it: `=`, `:`, `+=` or `{`.
    private void key(Frame frame) {
        frame.start = at;
        frame.line = line;
        frame.substitutions = substitutions;
        frame.builds = false;
        frame.object = false;
        frame.some = false;
        frame.mixed = false;
        var node = frame.node;
        var element = new StringBuilder();
        int quotedEnd = 0; // what came from quotes is not trimmed
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                element.append(quoted());
                quotedEnd = element.length();
            } else if (c == '.') {
                node = node.child(trimmed(element, quotedEnd));
                element.setLength(0);
                quotedEnd = 0;
                at++;
            } else if (c == '=' || c == ':' || c == '{' || (c == '+' && text.startsWith("+=", at))) {
                frame.builds = c == '+';
                at += c == '{' ? 0 : c == '+' ? 2 : 1;
                break;
            } else {
                if (c == '\n') {
                    line++;
                }
                if (element.length() > 0 || !isSpace(c)) {
                    element.append(c);
                }
                at++;
            }
        }
        frame.entry = node.child(trimmed(element, quotedEnd));
    }

    private static String trimmed(StringBuilder element, int quotedEnd) {
        int end = element.length();
        while (end > quotedEnd && isSpace(element.charAt(end - 1))) {
            end--;
        }
        return element.substring(0, end);
    }

    /// Reads one piece of a value, or its end.
    private void value(Frame frame, Node entry) {
        skipBlank(!frame.some);
        if (at >= text.length()) {
            return;
        }
        char c = text.charAt(at);
        switch (c) {
            case '\n', ',', '}' -> endValue(frame);
            case '{' -> {
                at++;
                boolean again = !frame.object && beginObject(frame, entry);
                frame.mixed |= frame.some;
                frame.some = true;
                frame.object = true;
                frames.push(new Frame(entry, frame.muted || again));
            }
            case '[' -> {
                frame.mixed = true;
                frame.some = true;
                array();
            }
            case '"' -> {
                frame.mixed = true;
                frame.some = true;
                quoted();
            }
            case '$' -> {
                frame.mixed = true;
                frame.some = true;
                frame.builds = true;
                substitution();
            }
            default -> {
                frame.mixed = true;
                frame.some = true;
                at++;
            }
        }
    }

    /// True when this object was given before, and may not come in pieces.
    private boolean beginObject(Frame frame, Node entry) {
        boolean again = entry.line > 0 && !frame.builds && entry.named();
        if (again) {
            report(frame, entry);
        } else if (entry.line == 0 && entry.named()) {
            entry.line = frame.line;
        }
        return again;
    }

    private void endValue(Frame frame) {
        var entry = frame.entry;
        if (entry != null && !frame.object) {
            if (entry.line == 0) {
                entry.line = frame.line;
            } else if (!frame.builds) {
                report(frame, entry);
            }
        }
        if (entry != null) {
            boolean plain = frame.object && !frame.mixed && !frame.builds;
            entry.plain &= plain;
            if (plain && entry.isPeer() && entry.parent == frame.node && frame.substitutions == substitutions) {
                candidates.add(new Candidate(entry, frame.start, at, frame.line));
            }
        }
        frame.entry = null;
    }

    private void report(Frame frame, Node entry) {
        if (!frame.muted) {
            duplicates.add(new Duplicate(entry.path(), frame.line, entry.line));
        }
    }

    /// Skips an array; keys of objects in it are not looked at.
    private void array() {
        int depth = 0;
        while (at < text.length()) {
            skipBlank(true);
            if (at >= text.length()) {
                return;
            }
            switch (text.charAt(at)) {
                case '"' -> quoted();
                case '$' -> substitution();
                case '[', '{' -> {
                    depth++;
                    at++;
                }
                case ']', '}' -> {
                    depth--;
                    at++;
                    if (depth == 0) {
                        return;
                    }
                }
                default -> at++;
            }
        }
    }

    private void substitution() {
        substitutions++;
        if (!text.startsWith("${", at)) {
            at++;
            return;
        }
        int end = text.indexOf('}', at);
        if (end < 0) {
            at = text.length();
            return;
        }
        var path = text.substring(at + 2, end).strip();
        path = path.startsWith("?") ? path.substring(1).strip() : path;
        int dot = path.startsWith("\"") ? path.indexOf('"', 1) : path.indexOf('.');
        var first = dot < 0 ? path : path.substring(0, dot);
        referenced.add(first.startsWith("\"") ? first.substring(1) : first.strip());
        at = end + 1;
    }

    private String quoted() {
        if (text.startsWith("\"\"\"", at)) {
            int end = text.indexOf("\"\"\"", at + 3);
            end = end < 0 ? text.length() : end;
            while (end + 3 < text.length() && text.charAt(end + 3) == '"') {
                end++; // all further quotes belong to the text
            }
            var content = text.substring(at + 3, end);
            line += (int) content.chars().filter(c -> c == '\n').count();
            at = Math.min(end + 3, text.length());
            return content;
        }
        int start = ++at;
        while (at < text.length() && text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        int end = Math.min(at, text.length());
        at = Math.min(at + 1, text.length());
        return text.substring(start, end);
    }

    /// Skips white space and comments, and line ends if wanted.
    private void skipBlank(boolean lines) {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#' || (c == '/' && text.startsWith("//", at))) {
                skipLine();
            } else if (c == '\n' && lines) {
                line++;
                at++;
            } else if (c != '\n' && isSpace(c)) {
                at++;
            } else {
                return;
            }
        }
    }

    /// To the end of the line, which stays.
    private void skipLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || c == '\u00a0' || c == '\u2007' || c == '\u202f' || c == '\ufeff';
    }
}
