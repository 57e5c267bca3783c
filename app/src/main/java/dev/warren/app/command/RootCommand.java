package dev.warren.app.command;

import dev.warren.app.cli.CommandLines;
import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.Version;
import dev.warren.app.demo.DemoCommand;
import dev.warren.app.demo.DemoTransfer;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The command line but for `warren INTERFACE`, see [Main].
@Command(
        name = "warren",
        versionProvider = RootCommand.VersionLine.class,
        sortOptions = false,
        header = "A WireGuard router for the JVM.",
        customSynopsis = {
            "warren run [--check] [FILE]",
            "       warren [-f | --foreground] [--] INTERFACE",
            "       warren COMMAND [OPTION...]"
        },
        description = {
            "",
            "`warren run` brings up everything a configuration file describes. `warren INTERFACE` makes one empty"
                    + " interface for `wg` and `wg-quick` to configure, and returns when it is up: a drop-in for"
                    + " wireguard-go. Behind `--`, and when wg-quick calls, also the name of a command is an interface's."
        },
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sudo ./warren run                        conf/warren.conf; prints key and port, runs until Ctrl-C",
            "  sudo ./warren demo                       two routers, a ping and a transfer, all gone after",
            "  sudo ./warren wg0                        in the background; then: wg setconf wg0 FILE",
            "  sudo LOG_LEVEL=verbose ./warren -f wg0   in the foreground, with a log",
            "  sudo WG_QUICK_USERSPACE_IMPLEMENTATION=$PWD/warren wg-quick up wg0",
            "",
            "Files:",
            "  conf/warren.conf                   configuration, here or next to the program; see reference.conf",
            "  /var/run/wireguard/INTERFACE.sock  control socket; removing it ends the router",
            "  /var/lib/warren/INTERFACE.key      private key made on the first start",
            "",
            "Environment:",
            "  LOG_LEVEL                 verbose, debug, error or silent, for `warren INTERFACE` (error)",
            "  WARREN_LOG_FORMAT         of its log: auto (journald for systemd's journal, else text), text, json or journald",
            "  WG_PROCESS_FOREGROUND=1   stay in the foreground",
            "  WARREN_LOOPS              packet loops of `warren INTERFACE`: auto (by the number of cores) or 1 to 256",
            "  WARREN_TUN_QUEUES         queues of its TUN, each on a loop of its own: 1 (the default) to 256, or auto",
            "  WARREN_OFFLOAD=off        no segmentation or coalescing by the kernel, for `warren INTERFACE`; or some of it,",
            "                            as WARREN_OFFLOAD=tun-udp-gro=off for sniffers and relays that read raw UDP",
            "  WG_TUN_FD, WG_UAPI_FD     use these open files as TUN device and control socket",
            "  WARREN_JAVA               java to run with, 25 or newer",
            "  WARREN_JAVA_OPTS          more options for it, such as -Xmx1g for very many peers",
            "  WARREN_TRUST              a user besides root, and whoever called sudo, whose program files root may run",
            "",
            "Exit codes:",
            "  0  done, or ended by SIGINT or SIGTERM or because the control socket was removed, or (in the background)",
            "     interface and socket are up",
            "  1  something failed, which is said on stderr, or the interface was taken away",
            "  2  the command line or the configuration is wrong; nothing was changed"
        })
public final class RootCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    // For the help text: `-f INTERFACE` never gets here.
    @Option(
            names = {"-f", "--foreground"},
            description = "With INTERFACE: do not go to the background.")
    private boolean foreground;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    @SuppressWarnings("UnusedVariable") // for picocli
    private boolean version;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private RootCommand() {}

    public static CommandLine line(PrintStream out, PrintStream err) {
        var line = new CommandLine(new RootCommand())
                .addSubcommand(new RunCommand(out, err))
                .addSubcommand(new StatusCommand(out, err))
                .addSubcommand(new TopCommand(out, err))
                .addSubcommand(new EventsCommand(out, err))
                .addSubcommand(new ExplainCommand(out, err))
                .addSubcommand(new CaptureCommand(out, err))
                .addSubcommand(new StatsCommand(out, err))
                .addSubcommand(new DoctorCommand(out, err))
                .addSubcommand(new ResetTimestampCommand(err))
                .addSubcommand(new KeyCommands.Genkey(out, err))
                .addSubcommand(new KeyCommands.Pubkey(out, err))
                .addSubcommand(new KeyCommands.Genpsk(out, err))
                .addSubcommand(new FleetHint(err))
                .addSubcommand(new DemoCommand(out, err))
                .addSubcommand(new DemoTransfer(out))
                .addSubcommand(new WarmupCommand(out))
                .addSubcommand(new CommandLine.HelpCommand());
        return CommandLines.settled(line, out, err);
    }

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), foreground ? "one interface follows -f" : "an interface or a command is missing");
    }

    /// For `--version`.
    static final class VersionLine implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {Version.line()};
        }
    }
}
