package dev.warren.app.command;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.StatusClient;
import dev.warren.app.cli.Terminal;
import dev.warren.app.doctor.DoctorReport;
import dev.warren.app.doctor.Examination;
import dev.warren.app.doctor.Finding;
import dev.warren.app.doctor.HostFiles;
import dev.warren.conf.ConfigException;
import dev.warren.conf.ConfigLoader;
import dev.warren.host.InterfaceName;
import dev.warren.verticles.uapi.UapiSocket;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `warren doctor [INTERFACE]`: what on this host keeps a tunnel from working, and what to do.
@Command(
        name = "doctor",
        header = "Look for what on this host keeps a tunnel from working, and say what to do.",
        description = {
            "",
            "Reads the configuration, asks the routers that run, and looks at this host: forwarding, rp_filter, NAT, the"
                    + " firewall, the port, the MTU of the way to each endpoint, IPv6, clock, socket buffers, offloads, rights."
                    + " Only what matters for the configured peers is called wrong. It changes nothing and sends no packet.",
            "",
            "ok is as it should be; hint: it works, but could do so better, or cannot be told; wrong: something that is"
                    + " configured does not work. The line below says what to do, with the command. Commands for sysctl last until"
                    + " the next boot: a file in /etc/sysctl.d keeps them.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Exit codes:",
            "  0  nothing is wrong; there may be hints",
            "  1  something is wrong",
            "  2  there is no such interface or file",
            "",
            "Examples:",
            "  sudo ./warren doctor               the configured interfaces, and all that run",
            "  sudo ./warren doctor wg0           one of them",
            "  sudo ./warren doctor -c my.conf    before its first start",
            "  sudo ./warren doctor --json        one object, for monitoring"
        })
final class DoctorCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration; unless said that of warren run, if it is there.")
    private @Nullable Path config;

    @Parameters(arity = "0..1", paramLabel = "INTERFACE", description = "Which; without it all.")
    private @Nullable String name;

    @Option(names = "--json", description = "One JSON object: findings with check, level, found and remedy.")
    private boolean json;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    private final HostFiles files;
    private final StatusClient client;
    private final PrintStream out;
    private final PrintStream err;
    private final Supplier<Terminal> terminal;

    DoctorCommand(HostFiles files, Path sockets, PrintStream out, PrintStream err, Supplier<Terminal> terminal) {
        this.files = files;
        this.client = new StatusClient(sockets);
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    DoctorCommand(PrintStream out, PrintStream err) {
        this(new HostFiles(Path.of("/")), UapiSocket.DIRECTORY, out, err, Terminal::ofProcess);
    }

    @Override
    public Integer call() {
        var problem = name == null ? null : InterfaceName.problem(name);
        if (problem != null) {
            err.println("warren: " + problem);
            return 2;
        }
        var file = RunCommand.file(config);
        if (!Files.exists(file)) {
            if (config == null) return print(new Examination(files, client).run(null, name, true), file);
            err.println("warren: " + file + " does not exist");
            return 2;
        }
        try (var read = ConfigLoader.check(file)) {
            return print(new Examination(files, client).run(read, name, config == null), file);
        } catch (ConfigException e) {
            var found = new ArrayList<Finding>();
            e.problems().forEach(each -> found.add(Examination.ofFile(each, Finding.Level.WRONG)));
            e.warnings().forEach(each -> found.add(Examination.ofFile(each, Finding.Level.HINT)));
            return print(found, file);
        }
    }

    private int print(@Nullable List<Finding> found, Path file) {
        if (found == null) {
            err.println("warren: " + name + " is not in " + file + ", and no router of that name answers");
            return 2;
        }
        var report = new DoctorReport(found);
        out.print(json ? report.toJson().encode() + "\n" : report.text(terminal.get()));
        out.flush();
        return report.count(Finding.Level.WRONG) == 0 ? 0 : 1;
    }
}
