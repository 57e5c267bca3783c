package dev.warren.conf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the plainest of peers, as programs write them by the thousand: keys of letters and hyphens, with quoted
/// texts, lists of those, words and whole numbers as values. It gives up at anything else, and then Typesafe's parser
/// reads it; what it does read is what that parser would have read, in a tenth of the time.
final class PlainPeer {
    private final String text;
    private int at;
    private final int end;

    private PlainPeer(String text, int from, int to) {
        this.text = text;
        this.at = from;
        this.end = to;
    }

    /// The entries of `name { ... }` in `text[from, to)`: texts and lists of texts; null when it is not plain.
    static @Nullable Map<String, Object> read(String text, int from, int to) {
        return new PlainPeer(text, from, to).read();
    }

    private @Nullable Map<String, Object> read() {
        if (text.charAt(at) == '"') {
            return null;
        }
        at = text.indexOf('{', at) + 1;
        var entries = new HashMap<String, Object>();
        at = blankEnd(text, at, end);
        while (at < end && text.charAt(at) != '}') {
            var key = word();
            skipSpaces();
            boolean assigned = at < end && (text.charAt(at) == '=' || text.charAt(at) == ':');
            if (key.isEmpty() || key.equals("include") || !assigned) {
                return null;
            }
            at++;
            skipSpaces();
            var value = value();
            if (value == null || entries.put(key, value) != null || !entryEnds()) {
                return null;
            }
        }
        at++;
        return blankEnd(text, at, end) >= end ? entries : null;
    }

    private String word() {
        int start = at;
        while (at < end && isWord(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || c == '-' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private @Nullable Object value() {
        char c = at < end ? text.charAt(at) : '}';
        if (c == '"') {
            return quoted();
        }
        if (c == '[') {
            at++;
            return list();
        }
        var word = word();
        return isPlain(word) ? word : null;
    }

    /// True for a word, a number of few digits or one with an s behind: these are one token each, and read as written.
    private static boolean isPlain(String word) {
        int digits = 0;
        while (digits < word.length() && word.charAt(digits) >= '0' && word.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0) {
            return !word.isEmpty() && word.indexOf('-') < 0 && !word.equals("null");
        }
        boolean number = digits == word.length() || (digits == word.length() - 1 && word.endsWith("s"));
        return number && digits < 10 && (digits == 1 || word.charAt(0) != '0');
    }

    private @Nullable String quoted() {
        int start = at + 1;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                at = i + 1;
                boolean triple = i == start && at < end && text.charAt(at) == '"';
                return triple ? null : text.substring(start, i);
            }
            if (c == '\\' || c < ' ') {
                return null;
            }
        }
        return null;
    }

    private @Nullable List<String> list() {
        var texts = new ArrayList<String>(2);
        while (true) {
            at = blankEnd(text, at, end);
            if (at < end && text.charAt(at) == ']') {
                at++;
                return texts;
            }
            var element = at < end && text.charAt(at) == '"' ? quoted() : null;
            if (element == null) {
                return null;
            }
            texts.add(element);
            at = blankEnd(text, at, end);
            if (at < end && text.charAt(at) == ',') {
                at++;
            } else if (at >= end || text.charAt(at) != ']') {
                return null;
            }
        }
    }

    /// Between two entries there is a line end or a comma.
    private boolean entryEnds() {
        skipSpaces();
        int start = at;
        at = blankEnd(text, at, end);
        if (at < end && text.charAt(at) == ',') {
            at = blankEnd(text, at + 1, end);
            return at < end && text.charAt(at) != ',';
        }
        return at < end && (text.charAt(at) == '}' || text.substring(start, at).indexOf('\n') >= 0);
    }

    private void skipSpaces() {
        while (at < end && (text.charAt(at) == ' ' || text.charAt(at) == '\t' || text.charAt(at) == '\r')) {
            at++;
        }
    }

    /// Where white space and comments from here on end.
    static int blankEnd(String text, int from, int to) {
        int at = from;
        while (at < to) {
            char c = text.charAt(at);
            if (c == '#' || (c == '/' && text.startsWith("//", at))) {
                int line = text.indexOf('\n', at);
                at = line < 0 ? to : line;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else {
                break;
            }
        }
        return Math.min(at, to);
    }
}
