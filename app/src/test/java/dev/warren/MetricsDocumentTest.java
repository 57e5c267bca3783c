package dev.warren;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.conf.EventType;
import dev.warren.verticles.counters.DeviceCounters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// docs/METRICS.md says of every counter and event what the program says of it, and has none that is not there.
class MetricsDocumentTest {
    private static final Pattern ROW = Pattern.compile("\\| `([\\w.-]+)` \\| (\\w*) ?\\| (.*) \\|");
    private static final Path DOCUMENT =
            Path.of("").toAbsolutePath().getParent().resolve("docs/METRICS.md");

    @Test
    void everyCounterHasItsRow() throws IOException {
        var written = new ArrayList<String>();
        boolean counters = false;
        for (var line : Files.readAllLines(DOCUMENT)) {
            counters |= line.startsWith("## Counters");
            var row = ROW.matcher(line);
            if (counters && row.matches()) written.add(row.group(1) + ", " + row.group(2) + ": " + row.group(3));
        }
        var counted = DeviceCounters.catalogue().stream()
                .map(each -> each.label() + ", " + each.unit().name().toLowerCase(java.util.Locale.ROOT) + ": "
                        + each.sentence())
                .toList();
        var wrong = new ArrayList<>(written);
        wrong.removeAll(counted);
        var missing = new ArrayList<>(counted);
        missing.removeAll(written);
        assertEquals(List.of(), wrong, "rows of no counter");
        assertEquals(List.of(), missing, "counters without a row");
        assertEquals(counted, written, "their order");
    }

    @Test
    void everyEventHasItsRow() throws IOException {
        var text = Files.readString(DOCUMENT);
        var missing = List.of(EventType.values()).stream()
                .filter(type -> !text.contains("| `" + type.label() + "` | " + type.sentence() + " |"))
                .toList();
        assertEquals(List.of(), missing);
    }
}
