package dev.warren.app.fleet;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.Hints;
import dev.warren.conf.FleetConfig;
import dev.warren.host.SetupException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `warren fleet init`: keys, certificates and files of a new fleet, or of one more node.
@Command(
        name = "init",
        header = "Make the keys, certificates and files of a fleet, and say what goes where.",
        customSynopsis = {
            "warren fleet init --name NAME --nodes NODE=ADDRESS,... --out DIR [OPTION...]",
            "       warren fleet init --add NODE=ADDRESS --out DIR [OPTION...]"
        },
        description = {
            "",
            "Nothing is sent anywhere, and nothing is changed that exists. The folder has the keys of the fleet's CAs:"
                    + " keep it where you keep such things."
        },
        sortOptions = false)
final class InitCommand implements Callable<Integer> {
    private static final int MAX_NODES = 256;

    private final PrintStream out;
    private final PrintStream err;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--name", paramLabel = "NAME", description = "The fleet's: small letters, digits and -.")
    private @Nullable String name;

    @Option(
            names = "--nodes",
            paramLabel = "NODE=ADDRESS",
            split = ",",
            description = "Its nodes, each with the address or host name that the others know it by.")
    private List<String> nodes = List.of();

    @Option(names = "--add", paramLabel = "NODE=ADDRESS", description = "Add this node to the folder of a fleet.")
    private @Nullable String added;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The folder of the fleet.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Option(
            names = "--authorities",
            paramLabel = "N",
            defaultValue = "0",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description =
                    "The first N nodes have a server of the authority: 1, 3, 5 or 7. Unless said, 3, or 1 of less than"
                            + " three nodes.")
    private int authorities;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "825",
            description = "How long certificates are good (${DEFAULT-VALUE}); those of the CAs ten years.")
    private int days;

    @Option(
            names = "--authority-port",
            paramLabel = "PORT",
            defaultValue = "2281",
            description = "The servers' port for clients (${DEFAULT-VALUE}); the next two are for each other.")
    private int authorityPort;

    @Option(
            names = "--bus-port",
            paramLabel = "PORT",
            defaultValue = "7900",
            description = "Where nodes listen to each other (${DEFAULT-VALUE}).")
    private int busPort;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    InitCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        range("--days", days, 1, 3650);
        range("--authority-port", authorityPort, 1, 65533);
        range("--bus-port", busPort, 1, 65535);
        var folder = new FleetFolder(directory, Instant.now(), Duration.ofDays(days));
        try {
            if (added != null) {
                refuse(
                        name != null || !nodes.isEmpty() || authorities != 0,
                        "--add goes with --out and --bus-port alone");
                var node = node(added);
                folder.add(node, busPort);
                out.println("Certificate and files of " + node.name() + " are in " + directory.resolve(node.name())
                        + ", good for " + Hints.count(days, "day") + ". Install Warren there, and from here:");
                instructions(node, false);
            } else {
                create(folder);
            }
            return 0;
        } catch (SetupException e) {
            err.println("warren: " + e.getMessage());
            return 1;
        }
    }

    private void create(FleetFolder folder) throws SetupException {
        if (name == null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--name is missing");
        }
        refuse(!FleetConfig.isName(name), "--name has to be 1 to 32 small letters, digits and -, not at its ends");
        refuse(nodes.isEmpty(), "--nodes is missing: " + FleetNode.EXPECTED);
        refuse(nodes.size() > MAX_NODES, "a fleet has at most " + MAX_NODES + " nodes");
        var fleet = new ArrayList<FleetNode>();
        var names = new HashSet<String>();
        var hosts = new HashSet<String>();
        for (var text : nodes) {
            var node = node(text);
            refuse(!names.add(node.name()), "two nodes are called " + node.name());
            refuse(!hosts.add(node.host()), "two nodes are at " + node.host());
            fleet.add(node);
        }
        int servers = authorities != 0 ? authorities : fleet.size() < 3 ? 1 : 3;
        refuse(
                servers < 1 || servers > 7 || servers % 2 == 0 || servers > fleet.size(),
                "--authorities has to be 1, 3, 5 or 7, and not more than there are nodes");
        folder.create(name, fleet, servers, authorityPort, busPort);
        out.println("The fleet " + name + " is in " + directory + ": certificates for " + Hints.count(days, "day")
                + ", and for each node what follows.");
        if (servers == 1) {
            out.println("One server of the authority: while " + fleet.getFirst().name()
                    + " is away, no node takes new sessions. Three nodes or more do without any one of them.");
        }
        out.println("Install Warren on every node (dist/install), and from here:");
        for (int i = 0; i < fleet.size(); i++) {
            instructions(fleet.get(i), i < servers);
        }
        out.println();
        out.println("Keep " + directory.resolve("ca") + " (it signs new nodes: warren fleet init --add) and "
                + directory.resolve("operator") + " (it may change all peers) to yourself.");
    }

    /// tar refuses to replace files, so that no key in use gets lost.
    private void instructions(FleetNode node, boolean server) {
        var own = Hints.shell(directory.resolve(node.name()).toString());
        var host = Hints.shell("root@" + node.host());
        var folders = server ? "warren warren-authority" : "warren";
        out.println();
        out.println(node.name() + ", at " + node.host() + ":");
        out.println("  tar -C " + own + " -c " + folders + " | ssh " + host
                + " tar -C /etc -x --keep-old-files --no-same-owner");
        out.println("  tar -C " + own + " -c " + (server ? "warren-authority.service " : "")
                + "warren-relay.service | ssh " + host + " tar -C /etc/systemd/system -x --no-same-owner");
        if (server) {
            out.println("  ssh " + host + " 'useradd --system --shell /usr/sbin/nologin warren-authority;"
                    + " chown -R warren-authority: /etc/warren-authority && systemctl daemon-reload &&"
                    + " systemctl enable --now warren-authority'");
        }
    }

    private FleetNode node(String text) {
        try {
            return FleetNode.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void range(String option, int value, int min, int max) {
        refuse(value < min || value > max, option + " has to be " + min + " to " + max);
    }

    private void refuse(boolean wrong, String sentence) {
        if (wrong) {
            throw new CommandLine.ParameterException(spec.commandLine(), sentence);
        }
    }
}
