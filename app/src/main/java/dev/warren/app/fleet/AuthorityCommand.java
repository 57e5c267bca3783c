package dev.warren.app.fleet;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.Hints;
import dev.warren.cluster.authority.AuthorityFiles;
import dev.warren.conf.AuthorityConfig;
import dev.warren.conf.ConfigException;
import dev.warren.conf.ConfigLoader;
import dev.warren.host.SetupException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `warren fleet authority`: reads the configuration, writes that of ZooKeeper and prints where. The launcher takes it
/// from there: it starts the server itself in place of this, on a class path that has nothing of ours (lib/authority).
@Command(
        name = "authority",
        header = "Run this node's server of the authority, until Ctrl-C or SIGTERM.",
        description =
                "It is a server of ZooKeeper with settings of its own; warren.authority in the file describes it.",
        sortOptions = false)
final class AuthorityCommand implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            required = true,
            description = "The file, such as authority.conf of `warren fleet init`.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path file;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    AuthorityCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        try (var config = ConfigLoader.load(file)) {
            config.warnings().forEach(warning -> err.println("warning: " + warning));
            var authority = config.authority();
            if (authority == null) {
                err.println("warren: " + file + " has no warren.authority; `warren fleet init` makes files that have");
                return 2;
            }
            requirePorts(authority);
            out.println(AuthorityFiles.write(authority, config.stateDirectory()));
            return 0;
        } catch (ConfigException e) {
            err.println(e.getMessage());
            err.println("warren: " + file + " has " + Hints.count(e.problems().size(), "problem")
                    + "; nothing was changed");
            return 2;
        } catch (SetupException | IOException e) {
            err.println("warren: " + e.getMessage());
            return 1;
        }
    }

    /// What would be a page of stack traces later.
    private static void requirePorts(AuthorityConfig config) throws SetupException {
        var own = config.own();
        for (int port = own.port(); port <= own.port() + 2; port++) {
            try (var socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(own.host(), port));
            } catch (IOException e) {
                throw new SetupException(
                        "cannot listen on port " + port + " of " + own.host() + ", as server " + config.server()
                                + " of warren.authority.servers has to: " + e.getMessage()
                                + "; is another one running, or is that another node's address?",
                        e);
            }
        }
    }
}
