package dev.warren.app.command;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.StatusClient;
import dev.warren.app.cli.UapiClient;
import dev.warren.host.InterfaceName;
import dev.warren.routing.ip.IpAddress;
import dev.warren.verticles.uapi.UapiSocket;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `warren explain INTERFACE PEER|ADDRESS`: why packets reach a peer or do not.
@Command(
        name = "explain",
        header = "Say why packets reach a peer or an address, or do not.",
        description = {
            "",
            "Prints which peer owns the address and by which prefix, its endpoint and latest handshake, the handshakes that"
                    + " failed and the packets that were dropped with their reasons, and the most likely cause. Counters are"
                    + " those since the peer was added, so an old trouble may still be among them.",
            ""
        },
        footer = {"", "Examples:", "  sudo ./warren explain wg0 10.8.0.2", "  sudo ./warren explain wg0 laptop"})
final class ExplainCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "INTERFACE", description = "Which.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    @Parameters(
            index = "1",
            paramLabel = "PEER|ADDRESS",
            description = "A peer by its name or its public key, of which the beginning is enough; or an IP address.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String word;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private final Path directory;
    private final PrintStream out;
    private final PrintStream err;

    ExplainCommand(Path directory, PrintStream out, PrintStream err) {
        this.directory = directory;
        this.out = out;
        this.err = err;
    }

    ExplainCommand(PrintStream out, PrintStream err) {
        this(UapiSocket.DIRECTORY, out, err);
    }

    @Override
    public Integer call() {
        var problem = InterfaceName.problem(name);
        if (problem != null) {
            err.println("warren: " + problem);
            return 2;
        }
        Explanation explanation;
        try {
            explanation = new Explanation(new StatusClient(directory).status(name), Instant.now());
        } catch (IOException e) {
            err.println("warren: " + UapiClient.unable(name, e));
            return 1;
        }
        var address = address(word);
        var owner = address == null ? explanation.peer(word) : explanation.owner(address);
        if (owner != null) {
            out.print(explanation.of(owner, address));
        } else if (address != null) {
            out.print(explanation.nobody(address));
        } else {
            err.println("warren: " + name + " has no peer '" + InterfaceName.shown(word) + "'; warren status " + name
                    + " lists them");
            return 2;
        }
        out.flush();
        return 0;
    }

    private static @Nullable IpAddress address(String word) {
        try {
            return IpAddress.parse(word);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
