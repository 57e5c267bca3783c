package dev.warren.conf.hocon;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads tokens: keys, texts, comments.
final class HoconScanner {
    private static final String RESERVED = "$\"{}[]:=,+#`^?!@*&\\";
    private static final String NAMES = "a file below the folder of the configuration: include \"peers.conf\"";

    private final HoconSource source;
    private final char[] text;
    private final int end;
    int at;
    int line;

    HoconScanner(HoconSource source) {
        this(source, 0, 1);
    }

    /// @param line of the character at `from`
    HoconScanner(HoconSource source, int from, int line) {
        this.source = source;
        this.at = from;
        this.line = line;
        this.text = source.text;
        this.end = source.length;
    }

    boolean atEnd() {
        return at >= end;
    }

    boolean is(char wanted) {
        return at < end && text[at] == wanted;
    }

    private boolean starts(String wanted, int from) {
        for (int i = 0; i < wanted.length(); i++) {
            if (from + i >= end || text[from + i] != wanted.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean isAppend() {
        return starts("+=", at);
    }

    private static boolean isSpace(char c) {
        return c != '\n'
                && (Character.isWhitespace(c) || c == '\u00a0' || c == '\u2007' || c == '\u202f' || c == '\ufeff');
    }

    private boolean isComment() {
        return is('#') || starts("//", at);
    }

    /// White space up to the end of the line.
    void skipSpaces() {
        while (at < end && isSpace(text[at])) {
            at++;
        }
    }

    /// White space, line ends and comments.
    void skipLines() {
        while (at < end) {
            if (text[at] == '\n') {
                line++;
                at++;
            } else if (isSpace(text[at])) {
                at++;
            } else if (isComment()) {
                while (at < end && text[at] != '\n') {
                    at++;
                }
            } else {
                return;
            }
        }
    }

    boolean endsValue() {
        return at >= end || ",}]\n".indexOf(text[at]) >= 0 || isComment();
    }

    private boolean isUnquoted() {
        return at < end && RESERVED.indexOf(text[at]) < 0 && text[at] != '\n' && !isSpace(text[at]) && !isComment();
    }

    boolean startsText() {
        return is('"') || isUnquoted();
    }

    /// A quoted text, or a run of characters that need no quotes, is added to `into`, or passed over.
    void text(@Nullable StringBuilder into) throws HoconException {
        if (is('"')) {
            quoted(into);
            return;
        }
        if ("\u201c\u201d\u201e\u00ab\u2018\u2019".indexOf(text[at]) >= 0) {
            throw error("typographic quotation marks", "plain ones: \"...\"");
        }
        int start = at;
        while (isUnquoted()) {
            at++;
        }
        add(into, start, at);
    }

    private void add(@Nullable StringBuilder into, int from, int to) {
        if (into != null) {
            into.append(text, from, to - from);
        }
    }

    private void quoted(@Nullable StringBuilder into) throws HoconException {
        if (starts("\"\"\"", at)) {
            tripleQuoted(into);
            return;
        }
        int start = ++at;
        while (!is('"')) {
            if (at >= end || text[at] == '\n' || text[at] == '\r') {
                throw error("a \" that is not closed in its line", "quotes in pairs");
            }
            if (Character.isISOControl(text[at])) {
                throw error("a control character in quotes", "\\t for a tab");
            }
            if (is('\\')) {
                add(into, start, at);
                char c = escape();
                if (into != null) {
                    into.append(c);
                }
                start = at + 1;
            }
            at++;
        }
        add(into, start, at++);
    }

    /// Ends on the last character of the escape.
    private char escape() throws HoconException {
        at++;
        char c = at < end ? text[at] : ' ';
        int plain = "\"\\/bfnrt".indexOf(c);
        if (plain >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(plain);
        }
        if (c == 'u' && at + 4 < end) {
            int code = 0;
            for (int i = 1; i <= 4; i++) {
                int digit = text[at + i] < 0x80 ? Character.digit(text[at + i], 16) : -1;
                code = digit < 0 || code < 0 ? -1 : code << 4 | digit;
            }
            if (code >= 0) {
                at += 4;
                return (char) code;
            }
        }
        throw error("a backslash in quotes that means nothing", "\\\\ for a backslash");
    }

    private void tripleQuoted(@Nullable StringBuilder into) throws HoconException {
        int first = line;
        int start = at + 3;
        at = start;
        while (at < end && !starts("\"\"\"", at)) {
            line += text[at] == '\n' ? 1 : 0;
            at++;
        }
        if (at >= end) {
            line = first;
            throw error("a \"\"\" that is not closed", "quotes in pairs");
        }
        while (at + 3 < end && text[at + 3] == '"') {
            at++; // all further quotes belong to the text
        }
        at += 3;
        add(into, start, at - 3);
    }

    /// A key, as elements between dots.
    ///
    /// @param reference the path of a substitution, up to its `}`
    List<String> path(boolean reference) throws HoconException {
        var elements = new ArrayList<String>(2);
        var element = new StringBuilder();
        boolean some = false;
        if (reference) {
            skipSpaces();
        }
        while (true) {
            if (is('.')) {
                if (!some) {
                    throw error("a key with nothing before a dot", "name.name, with \"...\" around names with dots");
                }
                elements.add(element.toString());
                element.setLength(0);
                some = false;
                at++;
            } else if (is('"')) {
                quoted(element);
                some = true;
            } else if (isUnquoted()) {
                element.append(text[at++]);
                some = true;
            } else {
                int start = at;
                skipSpaces();
                if (at == start || !startsText()) {
                    break;
                }
                element.append(text, start, at - start);
                some = true;
            }
            if (elements.size() > Hocon.MAX_DEPTH) {
                throw error("is nested too deeply", "at most a few levels of { and [");
            }
        }
        if (!some) {
            throw elements.isEmpty()
                    ? unexpected("a key")
                    : error("a key that ends in a dot", "name.name, with \"...\" around names with dots");
        }
        elements.add(element.toString());
        return elements;
    }

    /// Behind `${` or `${?`; true for the latter.
    boolean openReference() throws HoconException {
        if (!starts("${", at)) {
            throw error("a $ without quotes", "\"...\" around it, or ${name}");
        }
        at += 2;
        boolean optional = is('?');
        at += optional ? 1 : 0;
        return optional;
    }

    void closeReference() throws HoconException {
        if (!is('}')) {
            throw error("a ${ that is not closed", "${name}");
        }
        at++;
    }

    boolean isInclude() {
        if (!starts("include", at)) {
            return false;
        }
        int from = at;
        at += 7;
        boolean word = !isUnquoted();
        at = from;
        return word;
    }

    /// Behind `include ...`; the name in it.
    String includeName() throws HoconException {
        at += 7;
        int first = line;
        skipLines();
        int open = 0;
        while (true) {
            if (starts("required(", at) && open == 0) {
                at += 9;
            } else if (starts("file(", at)) {
                at += 5;
            } else {
                break;
            }
            open++;
            skipLines();
        }
        for (var kind : List.of("url(", "classpath(", "package(")) {
            if (starts(kind, at)) {
                throw new HoconException(source, first, "includes by " + kind + "...), which is not done", NAMES);
            }
        }
        if (!is('"')) {
            throw new HoconException(
                    source, first, "include without a file", NAMES + "; a key of that name needs quotes");
        }
        var name = new StringBuilder();
        quoted(name);
        for (; open > 0; open--) {
            skipLines();
            if (!is(')')) {
                throw new HoconException(source, first, "an include without its )", NAMES);
            }
            at++;
        }
        return name.toString();
    }

    /// `[Interface]` is how files for wg-quick(8) begin.
    void refuseWgQuick() throws HoconException {
        var head = new String(text, at, Math.min(12, end - at)).toLowerCase(java.util.Locale.ROOT);
        if (head.startsWith("[interface]") || head.startsWith("[peer]")) {
            throw error(
                    "this is a wg-quick file, which `wg-quick up` and `wg setconf` read",
                    "HOCON: warren.interfaces.wg0 { private-key-file = ..., peers { ... } }, see conf/examples");
        }
    }

    HoconException error(String problem, String expected) {
        return new HoconException(source, line, problem, expected);
    }

    /// What stands here cannot; says what it probably is, and never repeats it.
    HoconException unexpected(String expected) {
        if (at >= end) {
            return error("the file ends where it cannot", expected);
        }
        var word = word();
        if (word.matches("[\"']?[A-Za-z0-9+/]{40,44}=*[\"']?")) {
            return error("a key without quotes", "\"...\" around it: keys end in =, so put them in quotes");
        }
        if (word.matches("[0-9a-fA-F]{0,4}:[0-9a-fA-F.:]*:[0-9a-fA-F.:]*[%/:0-9A-Za-z]*")) {
            return error("an IPv6 address without quotes", "\"...\" around it");
        }
        char c = text[at];
        if (c == '\n') {
            return error("a line that ends too early", expected);
        }
        if (c == '@' || "`^?!*&\\+$".indexOf(c) >= 0) {
            return error("the character " + c + " outside of quotes", "\"...\" around what has a " + c + " in it");
        }
        if ("{}[],:=\"".indexOf(c) >= 0) {
            return error("a " + c + " where none can be", expected);
        }
        return error("something that cannot be here", expected);
    }

    /// Around here, between blanks, brackets and commas.
    private String word() {
        int from = at;
        int to = at;
        while (from > 0 && !ends(text[from - 1])) {
            from--;
        }
        while (to < end && !ends(text[to])) {
            to++;
        }
        return to - from > 100 ? "" : new String(text, from, to - from);
    }

    private static boolean ends(char c) {
        return "\n,{}[]".indexOf(c) >= 0 || isSpace(c);
    }
}
