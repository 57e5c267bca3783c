package dev.warren.app.command;

import dev.warren.app.cli.Terminal;
import dev.warren.app.cli.Terminal.Colour;
import dev.warren.app.cli.WgText;
import dev.warren.host.InterfaceName;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The status of an interface as a table: a line of the interface and one of each peer.
final class StatusTable {
    private static final int SHORT_KEY = 8;
    private static final int NUMBERS_FROM = 4;
    private static final List<String> HEADINGS =
            List.of("PEER", "STATE", "ENDPOINT", "LATEST HANDSHAKE", "RECEIVED", "SENT", "RTT", "LOSS", "DROPS");
    private static final List<String> HEADINGS_WITH_RATES = List.of(
            "PEER",
            "STATE",
            "ENDPOINT",
            "LATEST HANDSHAKE",
            "RECEIVED",
            "SENT",
            "RECEIVES",
            "SENDS",
            "RTT",
            "LOSS",
            "DROPS");

    /// Which peers come first.
    enum Order {
        /// Online ones, then by name.
        ONLINE,
        /// By bytes per second, both ways.
        RATE
    }

    private final Terminal terminal;
    private final Order order;

    StatusTable(Terminal terminal, Order order) {
        this.terminal = terminal;
        this.order = order;
    }

    /// @param rates null: they are not shown
    /// @param most lines of peers, at most; the rest is counted
    String text(JsonObject status, @Nullable StatusRates rates, Instant now, int most) {
        var peers = new ArrayList<JsonObject>();
        for (var each : status.getJsonArray("peers")) peers.add((JsonObject) each);
        peers.sort(comparator(rates));
        var text = new StringBuilder(heading(status, peers)).append('\n');
        var rows = new ArrayList<List<String>>();
        rows.add(rates == null ? HEADINGS : HEADINGS_WITH_RATES);
        peers.stream().limit(most).forEach(peer -> rows.add(row(peer, rates, now)));
        if (!peers.isEmpty()) layOut(text, rows);
        if (peers.size() > most)
            text.append("  and ").append(peers.size() - most).append(" more\n");
        return text.toString();
    }

    private String heading(JsonObject status, List<JsonObject> peers) {
        boolean up = status.getBoolean("up");
        int port = status.getInteger("listenPort");
        long online = peers.stream().filter(StatusTable::online).count();
        return terminal.paint(Colour.BOLD, "interface: " + status.getString("interface"))
                + (up ? ", up" : ", " + terminal.paint(Colour.RED, "down"))
                + (port == 0 ? ", no port open" : ", listening port " + port)
                + (status.containsKey("publicKey") ? "" : ", no private key")
                + ", peers " + peers.size() + ", online " + online;
    }

    private static List<String> row(JsonObject peer, @Nullable StatusRates rates, Instant now) {
        var row = new ArrayList<String>();
        row.add(name(peer));
        row.add(online(peer) ? "online" : "offline");
        row.add(peer.getString("endpoint", "-"));
        row.add(handshake(peer, now));
        row.add(WgText.bytes(peer.getLong("receivedBytes")));
        row.add(WgText.bytes(peer.getLong("sentBytes")));
        if (rates != null) {
            var rate = rates.of(peer);
            row.add(rate == null ? "-" : WgText.bytes(rate.received()) + "/s");
            row.add(rate == null ? "-" : WgText.bytes(rate.sent()) + "/s");
        }
        row.add(rtt(peer));
        row.add(loss(peer));
        row.add(drops(peer));
        return row;
    }

    private void layOut(StringBuilder text, List<List<String>> rows) {
        int columns = rows.getFirst().size();
        var widths = new int[columns];
        for (var row : rows) {
            for (int i = 0; i < columns; i++)
                widths[i] = Math.max(widths[i], row.get(i).length());
        }
        for (var row : rows) {
            boolean headings = row == rows.getFirst();
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                var cell = row.get(i);
                var space = " ".repeat(widths[i] - cell.length());
                boolean right = i >= NUMBERS_FROM && i < columns - 1;
                var painted = headings ? cell : painted(i, columns, cell);
                line.append("  ").append(right ? space + painted : painted + space);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private String painted(int column, int columns, String cell) {
        if (column == 1 && cell.equals("online")) return terminal.paint(Colour.GREEN, cell);
        if (column == columns - 1 && !cell.equals("-")) return terminal.paint(Colour.YELLOW, cell);
        return cell;
    }

    private Comparator<JsonObject> comparator(@Nullable StatusRates rates) {
        var byName = Comparator.<JsonObject>comparingInt(peer -> online(peer) ? 0 : 1)
                .thenComparing(peer -> peer.getString("name") == null) // names before keys
                .thenComparing(StatusTable::name);
        return order == Order.ONLINE
                ? byName
                : Comparator.<JsonObject>comparingLong(peer -> -total(rates, peer))
                        .thenComparing(byName);
    }

    private static long total(@Nullable StatusRates rates, JsonObject peer) {
        var rate = rates == null ? null : rates.of(peer);
        return rate == null ? 0 : rate.received() + rate.sent();
    }

    static boolean online(JsonObject peer) {
        return peer.getBoolean("online");
    }

    /// As the configuration file calls it, else the beginning of its key.
    static String name(JsonObject peer) {
        var name = peer.getString("name");
        return name == null ? peer.getString("publicKey").substring(0, SHORT_KEY) + "…" : InterfaceName.shown(name);
    }

    /// `1 minute, 4 seconds ago`
    static String handshake(JsonObject peer, Instant now) {
        var last = peer.getString("lastHandshake");
        return last == null
                ? "never"
                : WgText.ago(now.getEpochSecond() - Instant.parse(last).getEpochSecond());
    }

    static String rtt(JsonObject peer) {
        var micros = peer.getLong("rttMicroseconds");
        if (micros == null) return "-";
        double millis = micros / 1e3;
        return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
    }

    /// The share of the peer's datagrams that did not arrive: `0.3 %`.
    static String loss(JsonObject peer) {
        double loss = peer.getDouble("loss");
        return loss == 0 ? "-" : String.format(Locale.ROOT, loss < 0.1 ? "%.2f %%" : "%.0f %%", 100 * loss);
    }

    /// `12 replayed`, and of more than one reason the sum and the most frequent: `14, most replayed`.
    static String drops(JsonObject peer) {
        var drops = peer.getJsonObject("drops");
        if (drops.isEmpty()) return "-";
        long sum = 0;
        long most = -1;
        var reason = "";
        for (var label : drops.fieldNames()) {
            long count = drops.getLong(label);
            sum += count;
            if (count <= most) continue;
            most = count;
            reason = label.substring(label.indexOf(".drop.") + ".drop.".length());
        }
        return sum + (drops.size() == 1 ? " " : ", most ") + reason;
    }
}
