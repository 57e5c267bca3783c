package dev.warren.app.command;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.StatusClient;
import dev.warren.app.cli.Terminal;
import dev.warren.verticles.uapi.UapiSocket;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `warren status [INTERFACE]`: the peers of running routers as a table.
@Command(
        name = "status",
        header = "Print the peers of a running router, or of all, as a table.",
        description = {
            "",
            "Online peers come first: those with a handshake in the last 180 seconds. RTT is the time from initiation to"
                    + " response of the last handshake that was begun here. DROPS are packets and messages of the peer that"
                    + " were dropped, with the most frequent reason; `warren explain` has all of them.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo ./warren status               every router of this host that answers",
            "  sudo ./warren status wg0 --watch   drawn again each second, with rates, until Ctrl-C",
            "  sudo ./warren status wg0 --json    one object a line; the fields are in docs/METRICS.md"
        })
final class StatusCommand implements Callable<Integer> {
    @Parameters(paramLabel = "INTERFACE", arity = "0..1", description = "Which; without it all whose router answers.")
    private @Nullable String name;

    @Option(names = "--json", description = "One JSON object a line for each interface.")
    private boolean json;

    @Option(
            names = {"-w", "--watch"},
            description = "Again each second, with rates, until Ctrl-C.")
    private boolean watch;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private final Path directory;
    private final PrintStream out;
    private final PrintStream err;
    private final Supplier<Terminal> terminal;

    StatusCommand(Path directory, PrintStream out, PrintStream err, Supplier<Terminal> terminal) {
        this.directory = directory;
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    StatusCommand(PrintStream out, PrintStream err) {
        this(UapiSocket.DIRECTORY, out, err, Terminal::ofProcess);
    }

    @Override
    public Integer call() {
        return new StatusView(new StatusClient(directory), out, err, terminal.get(), Duration.ofSeconds(1))
                .show(name, StatusTable.Order.ONLINE, json, watch ? Long.MAX_VALUE : 1);
    }
}
