package dev.warren.app.doctor;

import dev.warren.app.cli.Hints;
import dev.warren.app.cli.Terminal;
import dev.warren.app.cli.Terminal.Colour;
import dev.warren.app.doctor.Finding.Level;
import dev.warren.host.InterfaceName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/// Findings for people and for machines.
public final class DoctorReport {
    private static final int SCHEMA = 1;

    private final List<Finding> findings;

    /// @param findings those of one subject together
    public DoctorReport(List<Finding> findings) {
        this.findings = List.copyOf(findings);
    }

    public int count(Level level) {
        return (int) findings.stream().filter(each -> each.level() == level).count();
    }

    /// A line for each, and one below it that says what to do.
    public String text(Terminal terminal) {
        var text = new StringBuilder();
        var subject = "";
        for (var each : findings) {
            if (!each.subject().equals(subject)) {
                if (!text.isEmpty()) text.append('\n');
                subject = each.subject();
                text.append(terminal.paint(Colour.BOLD, shown(subject))).append('\n');
            }
            text.append("  ")
                    .append(terminal.paint(
                            colour(each.level()),
                            String.format("%-5s", each.level().word())))
                    .append(String.format("  %-13s  ", each.check()))
                    .append(shown(each.found()))
                    .append('\n');
            if (each.remedy() != null) {
                text.append(" ".repeat(24))
                        .append("-> ")
                        .append(shown(each.remedy()))
                        .append('\n');
            }
        }
        int wrong = count(Level.WRONG);
        int hints = count(Level.HINT);
        text.append('\n')
                .append(
                        wrong == 0
                                ? "Nothing is wrong"
                                : Hints.count(wrong, "thing") + (wrong == 1 ? " is" : " are") + " wrong");
        return text.append(hints == 0 ? "" : "; " + Hints.count(hints, "hint"))
                .append(".\n")
                .toString();
    }

    public JsonObject toJson() {
        var all = new JsonArray();
        findings.forEach(each -> all.add(each.toJson()));
        return new JsonObject()
                .put("schema", SCHEMA)
                .put("wrong", count(Level.WRONG))
                .put("hints", count(Level.HINT))
                .put("findings", all);
    }

    private static Colour colour(Level level) {
        return switch (level) {
            case OK -> Colour.GREEN;
            case HINT -> Colour.YELLOW;
            case WRONG -> Colour.RED;
        };
    }

    /// Names of peers, chains and files are others' words, which a terminal must not obey.
    private static String shown(String text) {
        return InterfaceName.escaped(text);
    }
}
