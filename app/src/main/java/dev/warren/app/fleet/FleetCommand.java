package dev.warren.app.fleet;

import dev.warren.app.cli.CommandLines;
import dev.warren.app.cli.HelpOption;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `warren fleet`, which needs one more word.
@Command(
        name = "warren fleet",
        header = "Several nodes that serve the same peers, and the authority they ask.",
        description = {
            "",
            "The nodes share one WireGuard key and one directory of peers, which the authority keeps: one, three or five small"
                    + " servers, beside some of the nodes or elsewhere. docs/FLEET.md tells how to make a fleet."
        },
        commandListHeading = "%nCommands:%n",
        sortOptions = false)
final class FleetCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private FleetCommand() {}

    static CommandLine line(PrintStream out, PrintStream err) {
        var line = new CommandLine(new FleetCommand())
                .addSubcommand(new InitCommand(out, err))
                .addSubcommand(new AuthorityCommand(out, err));
        return CommandLines.settled(line, out, err);
    }

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }
}
