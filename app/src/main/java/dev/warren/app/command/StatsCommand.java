package dev.warren.app.command;

import static java.util.stream.Collectors.toMap;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.UapiClient;
import dev.warren.host.InterfaceName;
import dev.warren.io.counters.Counter;
import dev.warren.verticles.counters.DeviceCounters;
import dev.warren.verticles.uapi.UapiSocket;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `warren stats INTERFACE`: counters and drop reasons of a running router.
@Command(name = "stats", header = "Print counters and drop reasons of a running router.")
final class StatsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "INTERFACE", description = "Which.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    @Option(names = "--json", description = "As one JSON object.")
    private boolean json;

    @Option(names = "--explain", description = "With a sentence for each: what makes it go up.")
    private boolean explain;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private final Path directory;
    private final PrintStream out;
    private final PrintStream err;

    StatsCommand(Path directory, PrintStream out, PrintStream err) {
        this.directory = directory;
        this.out = out;
        this.err = err;
    }

    StatsCommand(PrintStream out, PrintStream err) {
        this(UapiSocket.DIRECTORY, out, err);
    }

    @Override
    public Integer call() {
        var problem = InterfaceName.problem(name);
        if (problem != null) {
            err.println("warren: " + problem);
            return 2;
        }
        try (var conversation = new UapiClient(directory.resolve(name + ".sock"))) {
            var lines = conversation.ask("stats=1");
            out.print(json ? json(lines) : table(lines, explain));
            out.flush();
            return 0;
        } catch (IOException e) {
            err.println("warren: " + UapiClient.unable(name, e));
            return 1;
        }
    }

    /// Names and digits alone, so that a script can read it as well: the sentence comes last.
    private static String table(List<String> lines, boolean explain) {
        int names = lines.stream().mapToInt(line -> line.indexOf('=')).max().orElse(0);
        int digits = lines.stream()
                .mapToInt(line -> line.length() - line.indexOf('=') - 1)
                .max()
                .orElse(0);
        var sentences = DeviceCounters.catalogue().stream().collect(toMap(Counter::label, StatsCommand::sentence));
        var text = new StringBuilder();
        for (var line : lines) {
            int equals = line.indexOf('=');
            var name = line.substring(0, equals);
            var value = line.substring(equals + 1);
            text.append(name)
                    .append(" ".repeat(names - name.length() + 2 + digits - value.length()))
                    .append(value);
            if (explain) text.append("  ").append(sentences.getOrDefault(name, "of another version of this program"));
            text.append('\n');
        }
        return text.toString();
    }

    private static String sentence(Counter counter) {
        return counter.gauge()
                ? "now: " + counter.sentence()
                : counter.unit().name().toLowerCase(Locale.ROOT) + ": " + counter.sentence();
    }

    private static String json(List<String> lines) {
        var text = new StringBuilder("{");
        for (var line : lines) {
            int equals = line.indexOf('=');
            text.append(text.length() > 1 ? ",\n  \"" : "\n  \"")
                    .append(line.substring(0, equals).replace("\\", "\\\\").replace("\"", "\\\""))
                    .append("\": ")
                    .append(line, equals + 1, line.length());
        }
        return text.append("\n}\n").toString();
    }
}
