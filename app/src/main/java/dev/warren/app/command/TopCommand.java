package dev.warren.app.command;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.StatusClient;
import dev.warren.app.cli.Terminal;
import dev.warren.verticles.uapi.UapiSocket;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `warren top [INTERFACE]`: the busiest peers, again and again.
@Command(
        name = "top",
        header = "Watch the busiest peers of a running router, or of all.",
        description = {"", "As `warren status --watch`, with the peers of the highest rate first, until Ctrl-C.", ""})
final class TopCommand implements Callable<Integer> {
    @Parameters(paramLabel = "INTERFACE", arity = "0..1", description = "Which; without it all whose router answers.")
    private @Nullable String name;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private final PrintStream out;
    private final PrintStream err;

    TopCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        var client = new StatusClient(UapiSocket.DIRECTORY);
        return new StatusView(client, out, err, Terminal.ofProcess(), Duration.ofSeconds(1))
                .show(name, StatusTable.Order.RATE, false, Long.MAX_VALUE);
    }
}
