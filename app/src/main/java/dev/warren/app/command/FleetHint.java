package dev.warren.app.command;

import dev.warren.app.cli.HelpOption;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Unmatched;

/// Stands for `warren fleet` in the list of commands. The launcher starts the real ones, which have more on their class
/// path than a router alone.
@Command(
        name = "fleet",
        header = "Several nodes that serve the same peers; `warren fleet --help` tells more.",
        description = "`warren fleet --help` has its commands, docs/FLEET.md describes them.")
final class FleetHint implements Callable<Integer> {
    private final PrintStream err;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    @Unmatched
    @SuppressWarnings("UnusedVariable") // for picocli
    private final List<String> words = new ArrayList<>();

    FleetHint(PrintStream err) {
        this.err = err;
    }

    @Override
    public Integer call() {
        err.println(
                "warren: commands of a fleet are started by the script `warren`, not by the jar: it has lib/fleet on"
                        + " its class path then");
        return 1;
    }
}
