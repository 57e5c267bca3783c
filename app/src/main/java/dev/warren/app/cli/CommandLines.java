package dev.warren.app.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/// What all command lines have in common, `warren` and `warren fleet`.
public final class CommandLines {
    private CommandLines() {}

    /// Settles how options are read, where output goes and what mistakes and failures are answered with.
    ///
    /// @param line with all its subcommands
    public static CommandLine settled(CommandLine line, PrintStream out, PrintStream err) {
        return line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110)
                // An option never takes the next option for its value.
                .setUnmatchedOptionsAllowedAsOptionParameters(false)
                .setAllowOptionsAsOptionParameters(false)
                .setAllowSubcommandsAsOptionParameters(false)
                .setAbbreviatedOptionsAllowed(false)
                .setPosixClusteredShortOptionsAllowed(false)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((e, arguments) -> {
                    var to = e.getCommandLine().getErr();
                    to.println("warren: "
                            + Hints.usage(e.getMessage(), e.getCommandLine().getCommandName(), arguments));
                    to.println(e.getCommandLine().getHelp().synopsisHeading()
                            + e.getCommandLine().getHelp().synopsis(7).stripTrailing());
                    to.println("'warren --help' tells more.");
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((e, from, _) -> {
                    from.getErr().println("warren: " + (e.getMessage() == null ? e : e.getMessage()));
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }
}
