package dev.warren.conf.hocon;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the plainest of parts straight from the tokens: keys with a text, or a list of quoted texts, as programs write
/// them by the hundred thousand. The library needs ten times as long for so many small texts. Anything else is left to
/// it; what is read here is what the library would have read.
final class HoconPlain {
    private final HoconScanner in;
    private final String origin;
    private final StringBuilder text = new StringBuilder(64);

    /// @param part has a right syntax, as [HoconOutline] has been through it
    HoconPlain(HoconPart part, String origin) {
        this.in = new HoconScanner(part.file.source(), part.from, part.line);
        this.origin = origin;
    }

    /// Null when it is not plain.
    @Nullable
    ConfigObject read() throws HoconException {
        in.path(false);
        in.skipLines();
        if (!in.is('{')) {
            in.at++;
            in.skipLines();
        }
        in.at++;
        in.skipLines();
        Map<String, Object> values = new HashMap<>(8);
        while (!in.is('}')) {
            var path = in.path(false);
            in.skipLines();
            if (path.size() != 1 || !(in.is('=') || in.is(':'))) {
                return null;
            }
            in.at++;
            in.skipLines();
            var value = in.is('[') ? list() : text();
            if (value == null || values.put(path.getFirst(), value) != null) {
                return null;
            }
            next();
        }
        return ConfigValueFactory.fromMap(values, origin);
    }

    private void next() {
        in.skipLines();
        if (in.is(',')) {
            in.at++;
            in.skipLines();
        }
    }

    /// Null when it is more than one token, or none that is a text.
    private @Nullable String text() throws HoconException {
        boolean quoted = in.is('"');
        if (!in.startsText()) {
            return null;
        }
        text.setLength(0);
        in.text(text);
        var value = text.toString();
        text.setLength(0);
        in.skipSpaces();
        return in.endsValue() && (quoted || !value.equals("null")) ? value : null;
    }

    private @Nullable Object list() throws HoconException {
        int line = in.line;
        var values = new ArrayList<Object>(2);
        in.at++;
        in.skipLines();
        while (!in.is(']')) {
            int at = in.line;
            var value = in.is('"') ? text() : null;
            if (value == null) {
                return null;
            }
            values.add(
                    at == line
                            ? value
                            : ConfigValueFactory.fromAnyRef(value)
                                    .withOrigin(ConfigOriginFactory.newSimple(origin)
                                            .withLineNumber(at)));
            next();
        }
        in.at++;
        in.skipSpaces();
        return in.endsValue() ? values : null;
    }
}
