package dev.warren.host;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Checks a name of the command line as Linux does that of a network interface (`dev_valid_name` in net/core/dev.c). It
/// also becomes the name of a file, so a path must not pass. `%` passes, other than in a configuration file
/// (`conf.InterfaceReader`): with `wg%d` the kernel chooses the number, as for wireguard-go.
public final class InterfaceName {
    private static final int MAX_BYTES = 15;

    private InterfaceName() {}

    /// Null when the name is fine, else a sentence that says what is wrong with it.
    public static @Nullable String problem(String name) {
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return "an interface name has 1 to 15 characters: '" + shown(name) + "'";
        }
        if (name.equals(".") || name.equals("..")) {
            return "'" + shown(name) + "' cannot be the name of an interface";
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '/' || c == ':' || Character.isWhitespace(c) || Character.isISOControl(c)) {
                return "an interface name has no '/', ':', blanks or control characters: '" + shown(name) + "'";
            }
        }
        return null;
    }

    /// At most 60 characters of a text for a message, control and format characters escaped: a terminal
    /// would obey them.
    public static String shown(String text) {
        boolean whole = text.codePointCount(0, text.length()) <= 60;
        return escaped(whole ? text : text.substring(0, text.offsetByCodePoints(0, 60)));
    }

    /// All of a text, escaped the same way.
    public static String escaped(String text) {
        var shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                shown.append("\\u").append(String.format("%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }
}
