package dev.warren.app.doctor;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whether a condition of a rule holds for a packet of which not everything is known (libnftables-json(5)).
final class RuleMatch {
    /// What can be said of a condition.
    enum Truth {
        YES,
        NO,
        PERHAPS;

        Truth not() {
            return switch (this) {
                case YES -> NO;
                case NO -> YES;
                case PERHAPS -> PERHAPS;
            };
        }

        static Truth of(boolean holds) {
            return holds ? YES : NO;
        }
    }

    private final FirewallPacket packet;
    /// Elements of the named sets of the table, by name.
    private final Map<String, JsonArray> sets;

    RuleMatch(FirewallPacket packet, Map<String, JsonArray> sets) {
        this.packet = packet;
        this.sets = sets;
    }

    /// `{"op": "==", "left": {"payload": ...}, "right": ...}`
    Truth of(JsonObject match) {
        if (!(match.getValue("left") instanceof JsonObject left)) return Truth.PERHAPS;
        var op = match.getString("op", "==");
        var right = match.getValue("right");
        if (device(left) && packet.device() == null) return "lo".equals(right) ? applied(op, Truth.NO) : Truth.PERHAPS;
        var value = value(left);
        if (value == null) return Truth.PERHAPS;
        if (value.isEmpty()) return Truth.NO; // the kernel's load of the header fails, whatever it is compared with
        return switch (op) {
            case "==", "in", "!=" -> applied(op, in(value, right));
            case "<", ">", "<=", ">=" -> ordered(value, op, right);
            default -> Truth.PERHAPS;
        };
    }

    /// Whether a rejection is meant for such packets. Its kind stands for the conditions that it needs,
    /// which nft does not print then: `meta nfproto ipv6 reject` is `{"reject": {"type": "icmpv6",
    /// ...}}`.
    boolean rejects(@Nullable Object reject) {
        return !(reject instanceof JsonObject with) || packet.takes(with.getString("type", "icmpx"));
    }

    private static boolean device(JsonObject left) {
        return left.getValue("meta") instanceof JsonObject meta
                && meta.getString("key", "").startsWith("iif");
    }

    /// Whether a side of a condition looks at what is known of the packet and says most: its port, or its device.
    boolean names(JsonObject left) {
        return packet.udpPort() > 0
                ? left.getValue("payload") instanceof JsonObject payload && "dport".equals(payload.getString("field"))
                : device(left);
    }

    private static Truth applied(String op, Truth equal) {
        return op.equals("!=") ? equal.not() : equal;
    }

    /// What the packet has where the left side looks; null: not known; empty: it has no such thing.
    @Nullable
    String value(JsonObject left) {
        if (left.getValue("payload") instanceof JsonObject payload) {
            return payload.containsKey("protocol")
                    ? packet.payload(payload.getString("protocol"), payload.getString("field", ""))
                    : null;
        }
        if (left.getValue("meta") instanceof JsonObject meta) return packet.meta(meta.getString("key", ""));
        if (left.getValue("ct") instanceof JsonObject ct) {
            return ct.getString("key", "").equals("state") ? packet.state() : null;
        }
        return null;
    }

    /// Whether the right side is the value, or a list, set or range that has it.
    Truth in(String value, @Nullable Object right) {
        return switch (right) {
            case JsonArray list -> any(value, list);
            case JsonObject object when object.getValue("set") instanceof JsonArray set -> any(value, set);
            case JsonObject object when object.getValue("set") instanceof String name -> in(value, name);
            case JsonObject object when object.getValue("range") instanceof JsonArray range -> range(value, range);
            case JsonObject object
            when object.getValue("elem") instanceof JsonObject element -> in(value, element.getValue("val"));
            case String name
            when name.startsWith("@") -> {
                var set = sets.get(name.substring(1));
                yield set == null ? Truth.PERHAPS : any(value, set);
            }
            case String text
            when text.endsWith("*") -> Truth.of(value.startsWith(text.substring(0, text.length() - 1)));
            case String text -> Truth.of(text.equals(value));
            case Number number -> Truth.of(number.toString().equals(value));
            case null, default -> Truth.PERHAPS;
        };
    }

    private Truth any(String value, JsonArray list) {
        var best = Truth.NO;
        for (var each : list) {
            var truth = in(value, each);
            if (truth == Truth.YES) return truth;
            if (truth == Truth.PERHAPS) best = truth;
        }
        return best;
    }

    private static Truth range(String value, JsonArray range) {
        var low = ordered(value, ">=", range.getValue(0));
        var high = ordered(value, "<=", range.getValue(1));
        if (low == Truth.NO || high == Truth.NO) return Truth.NO;
        return low == Truth.YES && high == Truth.YES ? Truth.YES : Truth.PERHAPS;
    }

    private static Truth ordered(String value, String op, @Nullable Object right) {
        if (!(right instanceof Number bound) || !value.matches("[0-9]{1,9}")) return Truth.PERHAPS;
        int order = Integer.compare(Integer.parseInt(value), bound.intValue());
        return Truth.of(
                switch (op) {
                    case "<" -> order < 0;
                    case ">" -> order > 0;
                    case "<=" -> order <= 0;
                    default -> order >= 0;
                });
    }
}
