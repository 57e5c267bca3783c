package dev.warren.app.cli;

import picocli.CommandLine.Option;

/// `-h`, `--help`, for every command: `@Mixin private HelpOption help;`
public final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this.")
    @SuppressWarnings("UnusedVariable") // for picocli
    private boolean help;
}
