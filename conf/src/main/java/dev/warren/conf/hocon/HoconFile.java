package dev.warren.conf.hocon;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.File;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One file for the library: without the parts that are read by themselves, and with the files it includes, which were
/// opened and looked at before.
final class HoconFile implements ConfigIncluder, ConfigIncluderFile {
    private final HoconSource source;
    private final int id;
    private final Map<String, Deque<HoconFile>> included = new HashMap<>();
    private final List<HoconPart> parts = new ArrayList<>();

    /// The line of the file for each line of the text, once something is cut out.
    private int[] lines = {};

    private int count;

    /// @param id names it in the library's messages
    HoconFile(HoconSource source, int id) {
        this.source = source;
        this.id = id;
    }

    HoconSource source() {
        return source;
    }

    void includes(String name, HoconFile file) {
        included.computeIfAbsent(new File(name).getPath(), path -> new ArrayDeque<>())
                .add(file);
    }

    /// This part is read by itself.
    void cut(HoconPart part) {
        parts.add(part);
    }

    static ConfigParseOptions options(String origin) {
        return ConfigParseOptions.defaults()
                .setSyntax(ConfigSyntax.CONF)
                .setAllowMissing(false)
                .setOriginDescription(origin);
    }

    ConfigObject parse() {
        var options = options(Integer.toString(id)).setIncluder(this);
        return ConfigFactory.parseString(text(), options).root();
    }

    /// Each part becomes a line end, between other keys.
    private String text() {
        if (parts.isEmpty()) {
            return new String(source.text, 0, source.length);
        }
        parts.sort(Comparator.comparingInt(part -> part.from));
        var text = new StringBuilder();
        int at = 0;
        int line = 1;
        for (var part : parts) {
            if (at == 0 || part.from > at) {
                line = keep(text, at, part.from, line);
                text.append('\n');
                lineOf(line);
            }
            line += newLines(part.from, part.end);
            at = part.end;
            lines[count - 1] = line - 1; // of the line end
        }
        keep(text, at, source.length, line);
        return text.toString();
    }

    private int keep(StringBuilder text, int from, int to, int first) {
        int line = first;
        for (int i = from; i < to; i++) {
            if (source.text[i] == '\n') {
                lineOf(line++);
            }
        }
        text.append(source.text, from, to - from);
        return line;
    }

    private void lineOf(int line) {
        if (count == lines.length) {
            lines = Arrays.copyOf(lines, Math.max(64, 2 * count));
        }
        lines[count++] = line;
    }

    private int newLines(int from, int to) {
        int found = 0;
        for (int i = from; i < to; i++) {
            found += source.text[i] == '\n' ? 1 : 0;
        }
        return found;
    }

    /// The line of the file for a line, from 1, of the text that was parsed.
    int line(int parsed) {
        if (count == 0 || parsed < 1) {
            return parsed;
        }
        return parsed <= count ? lines[parsed - 1] : lines[count - 1] + parsed - count;
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return this; // there is no other way to a file
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
        return includeFile(context, new File(what));
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        var file = included.getOrDefault(what.getPath(), new ArrayDeque<>()).poll();
        if (file == null) {
            throw new IllegalStateException("An include was not seen before.");
        }
        return file.parse();
    }
}
