package dev.warren.app.command;

import dev.warren.app.cli.EventReader;
import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.StatusClient;
import dev.warren.app.cli.UapiClient;
import dev.warren.host.InterfaceName;
import dev.warren.verticles.uapi.UapiSocket;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `warren events [INTERFACE]`: what happens, as it happens.
@Command(
        name = "events",
        header = "Print what happens on a running router, or on all, as it happens.",
        description = {
            "",
            "Peers that come online and go, endpoints that change, handshakes that fail, changes of the configuration."
                    + " Runs until Ctrl-C, or until the routers have ended.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo ./warren events                every router that answers now",
            "  sudo ./warren events wg0 --json     one object a line; the fields are in docs/METRICS.md"
        })
final class EventsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "INTERFACE", arity = "0..1", description = "Which; without it all whose router answers.")
    private @Nullable String name;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private final Path directory;
    private final PrintStream out;
    private final PrintStream err;

    EventsCommand(Path directory, PrintStream out, PrintStream err) {
        this.directory = directory;
        this.out = out;
        this.err = err;
    }

    EventsCommand(PrintStream out, PrintStream err) {
        this(UapiSocket.DIRECTORY, out, err);
    }

    @Override
    public Integer call() {
        var problem = name == null ? null : InterfaceName.problem(name);
        if (problem != null) {
            err.println("warren: " + problem);
            return 2;
        }
        try (var reader = new EventReader()) {
            var client = new StatusClient(directory);
            if (name != null) {
                reader.add(client.socket(name));
            } else {
                for (var status : client.all()) reader.add(client.socket(status.getString("interface")));
            }
            if (reader.read(this::print)) return 0; // nobody reads what is printed
            throw new IOException("the router hung up");
        } catch (IOException e) {
            err.println("warren: " + UapiClient.unable(name, e));
            return 1;
        }
    }

    private boolean print(String line) {
        out.println(json ? line : forPeople(line));
        return !out.checkError();
    }

    private static String forPeople(String line) {
        try {
            return EventLine.of(new JsonObject(line), ZoneId.systemDefault());
        } catch (DecodeException e) {
            return InterfaceName.shown(line); // of another version
        }
    }
}
