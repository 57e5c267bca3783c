package dev.warren.app.command;

import dev.warren.app.cli.StatusClient;
import dev.warren.app.cli.Terminal;
import dev.warren.app.cli.UapiClient;
import dev.warren.host.InterfaceName;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Prints the status of one interface or of all, once or again and again: what `warren status` and `warren top` do.
final class StatusView {
    private static final int PEERS_ON_SCREEN = 40;

    private final StatusClient client;
    private final PrintStream out;
    private final PrintStream err;
    private final Terminal terminal;
    private final Duration pause;
    private final Map<String, StatusRates> rates = new HashMap<>();

    /// @param pause between two looks
    StatusView(StatusClient client, PrintStream out, PrintStream err, Terminal terminal, Duration pause) {
        this.client = client;
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.pause = pause;
    }

    /// @param name of the interface; null: all
    /// @param looks how many times; a reader that goes ends it as well
    /// @return the exit code
    int show(@Nullable String name, StatusTable.Order order, boolean json, long looks) {
        var problem = name == null ? null : InterfaceName.problem(name);
        if (problem != null) {
            err.println("warren: " + problem);
            return 2;
        }
        boolean watching = looks > 1;
        if (watching && !json && terminal.redraws()) out.print("\033[2J");
        for (long i = 0; i < looks && !out.checkError(); i++) {
            if (i > 0) LockSupport.parkNanos(pause.toNanos());
            try {
                var statuses = name == null ? client.all() : List.of(client.status(name));
                if (json) statuses.forEach(status -> out.println(status.encode()));
                else out.print(tables(statuses, order, watching));
                out.flush();
            } catch (IOException e) {
                err.println("warren: " + UapiClient.unable(name, e));
                return 1;
            }
        }
        return 0;
    }

    private String tables(List<JsonObject> statuses, StatusTable.Order order, boolean watching) {
        var table = new StatusTable(terminal, order);
        var text = new StringBuilder();
        for (var status : statuses) {
            if (!text.isEmpty()) text.append('\n');
            StatusRates known = null;
            if (watching) {
                known = rates.computeIfAbsent(status.getString("interface"), _ -> new StatusRates());
                known.take(status, System.nanoTime());
            }
            text.append(table.text(
                    status,
                    known,
                    Instant.now(),
                    watching && terminal.redraws() ? PEERS_ON_SCREEN : Integer.MAX_VALUE));
        }
        return watching ? terminal.redrawn(text.toString()) : text.toString();
    }
}
