package dev.warren.app.command;

import dev.warren.host.InterfaceName;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Set;

/// An event as a line for people: time, interface, peer, what.
final class EventLine {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final Set<String> SHOWN =
            Set.of("schema", "time", "interface", "type", "peer", "publicKey", "repeated", "missed");

    private EventLine() {}

    static String of(JsonObject event, ZoneId zone) {
        var line = new StringBuilder(
                        TIME.format(Instant.parse(event.getString("time")).atZone(zone)))
                .append("  ")
                .append(event.getString("interface"))
                .append("  ");
        if (event.containsKey("publicKey")) {
            var name = event.getString("peer");
            line.append(name == null ? event.getString("publicKey") : InterfaceName.shown(name))
                    .append("  ");
        }
        line.append(what(event));
        var more = event.getLong("repeated");
        if (more != null) line.append(", and ").append(more).append(" more such that are not shown");
        var missed = event.getLong("missed");
        if (missed != null) line.append(" (").append(missed).append(" events before it are not shown)");
        return line.toString();
    }

    private static String what(JsonObject event) {
        var type = event.getString("type");
        return switch (type) {
            case "peer-online" -> "online" + with(event, " at ", "endpoint");
            case "peer-offline" -> "offline" + with(event, ": ", "reason");
            case "endpoint-changed" -> "endpoint changed" + with(event, " from ", "from") + with(event, " to ", "to");
            case "handshake-failed" ->
                "handshake failed" + with(event, ": ", "reason") + with(event, ", from ", "source")
                        + with(event, ", initiations sent: ", "attempts");
            case "peer-added" -> "added" + with(event, " by ", "by");
            case "peer-removed" -> "removed" + with(event, " by ", "by");
            case "peer-changed" -> "changed" + with(event, " by ", "by");
            default -> type.replace('-', ' ') + others(event);
        };
    }

    private static String with(JsonObject event, String word, String field) {
        var value = event.getValue(field);
        return value == null ? "" : word + InterfaceName.shown(value.toString());
    }

    /// `, role initiator, rttMicroseconds 900`: whatever this version has no words for.
    private static String others(JsonObject event) {
        var others = new ArrayList<String>();
        for (var field : event.fieldNames()) {
            if (!SHOWN.contains(field)) others.add(with(event, field + " ", field));
        }
        return others.isEmpty() ? "" : ": " + String.join(", ", others);
    }
}
