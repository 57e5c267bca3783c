package dev.warren.app.command;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.Hints;
import dev.warren.app.cli.Version;
import dev.warren.app.daemon.Cryptography;
import dev.warren.app.daemon.EndpointResolver;
import dev.warren.app.daemon.EventRecords;
import dev.warren.app.daemon.Figures;
import dev.warren.app.daemon.LoopLayout;
import dev.warren.app.daemon.ManagedInterface;
import dev.warren.app.daemon.RunningInterface;
import dev.warren.app.log.LogFormat;
import dev.warren.app.log.LogSettings;
import dev.warren.app.process.CompilerThreads;
import dev.warren.app.process.Lifetime;
import dev.warren.app.process.Signals;
import dev.warren.conf.ConfigException;
import dev.warren.conf.ConfigLoader;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.Problem;
import dev.warren.conf.RouterConfig;
import dev.warren.crypto.key.JavaX25519;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.host.Leftovers;
import dev.warren.host.OtherDevices;
import dev.warren.host.Privileges;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.verticles.control.DeviceControl;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `warren run`: everything a HOCON file describes, in this process, until a signal. What fails at the start undoes
/// what was done before.
@Command(
        name = "run",
        header = "Bring up what a configuration file describes, until Ctrl-C.",
        description = "All that is wrong with the file is said at once, and then nothing is changed (exit code 2).",
        sortOptions = false)
final class RunCommand implements Callable<Integer> {
    /// The configuration when none is named.
    static final Path DEFAULT = Path.of("conf", "warren.conf");

    private final PrintStream out;
    private final PrintStream err;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The file; conf/warren.conf unless said, here or else next to the program.")
    private @Nullable Path config;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The same without --config.")
    private @Nullable Path plain;

    @Option(
            names = "--check",
            description = "Only read the file: say what is wrong or odd, change nothing. Exit code 0 or 1.")
    private boolean check;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "Of the log: auto (journald for systemd's journal, else text), text, json or journald;"
                    + " warren.log.format unless said.")
    private @Nullable String logFormat;

    private LogFormat format = LogFormat.TEXT; // of a check

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    RunCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        if (config != null && plain != null) {
            err.println("warren: --config " + config + " and " + plain + " are two files; one is run");
            return 2;
        }
        var file = file(config != null ? config : plain);
        if (check) return check(file);
        try {
            return run(file, logFormat == null ? null : LogSettings.format("--log-format", logFormat));
        } catch (SetupException e) {
            err.println("warren: " + e.getMessage());
            return 2;
        }
    }

    /// Reads the file and what it includes, needs no rights and touches nothing.
    ///
    /// @return 0 when it could be run, else 1
    private int check(Path file) {
        try (var read = ConfigLoader.check(file)) {
            warn(read.warnings());
            int interfaces = read.interfaces().size();
            int peers = read.interfaces().stream()
                    .mapToInt(each -> each.peers().size())
                    .sum();
            out.println(file + " is right: " + Hints.count(interfaces, "interface") + ", " + Hints.count(peers, "peer")
                    + (read.warnings().isEmpty()
                            ? ""
                            : ", " + Hints.count(read.warnings().size(), "warning")));
            return 0;
        } catch (ConfigException e) {
            refuse(file, e, "");
            return 1;
        }
    }

    private void warn(List<Problem> warnings) {
        warnings.forEach(warning -> warn(warning.toString()));
    }

    /// Where programs read the log it has all that is said, else the screen has that of the start.
    private void warn(String sentence) {
        if (format.isForPrograms()) LoggerFactory.getLogger(RunCommand.class).warn(sentence);
        else err.println("warning: " + sentence);
    }

    private void fail(String sentence) {
        if (format.isForPrograms()) LoggerFactory.getLogger(RunCommand.class).error(sentence);
        else err.println("warren: " + sentence);
    }

    private void refuse(Path file, ConfigException e, String end) {
        warn(e.warnings());
        if (format.isForPrograms()) e.problems().forEach(problem -> fail(problem.toString()));
        else err.println(e.getMessage());
        fail(file + " has " + Hints.count(e.problems().size(), "problem") + end);
    }

    /// @return the exit code: 0 after a signal, 1 when something failed, 2 when the file is wrong
    private int run(Path file, RouterConfig.@Nullable LogFormat asked) {
        var journal = System.getenv("JOURNAL_STREAM");
        RouterConfig config;
        try {
            config = ConfigLoader.load(file);
        } catch (ConfigException e) {
            format = LogFormat.of(asked == null ? RouterConfig.LogFormat.AUTO : asked, journal);
            new LogSettings(Level.INFO, format).apply();
            refuse(file, e, "; nothing was changed");
            return 2;
        }
        format = LogFormat.of(asked == null ? config.logFormat() : asked, journal);
        new LogSettings(Level.valueOf(config.logLevel().name()), format).apply();
        if (config.fleet() != null) {
            config.close();
            fail(file + " has warren.fleet, so this router is one of several: start it with  warren fleet run "
                    + Hints.shell(file.toString()));
            return 2;
        }
        warn(config.warnings());
        if (config.interfaces().isEmpty()) {
            fail(file + " has no interfaces, so there is nothing to do");
            return 2;
        }
        Logger log = LoggerFactory.getLogger(RunCommand.class);
        EndpointResolver.rememberBriefly();
        var undo = new UndoLog();
        var lifetime = new Lifetime(undo);
        var keys = new ArrayList<PrivateKey>();
        try (config) {
            Privileges.requireNetAdmin("warren run");
            var layout = LoopLayout.of(
                    config.loops(), config.tunQueues(), Runtime.getRuntime().availableProcessors());
            // Where they lie only the capabilities of root may lead.
            for (var each : config.interfaces()) keys.add(obtain(each));
            Privileges.keep(Privileges.STARTING);
            var cryptography = new Cryptography(config.crypto());
            var loops = RunningInterface.vertx(layout.packetLoops(), cryptography);
            var vertx = loops.vertx();
            undo.add("event loops", () -> RunningInterface.await("event loops", vertx.close(), Duration.ofSeconds(1)));
            // What a kill switch still refuses is refused until the new one is there, unless names must be found first.
            boolean guarded = config.interfaces().stream().allMatch(RunCommand::startsGuarded);
            Leftovers.remove(!guarded);
            config.overlaps(OtherDevices.routes()).forEach(this::warn);
            var sinks = EventRecords.start(loops, config, undo); // the first events are those of the start
            var context = loops.management();
            var running = new AtomicInteger(config.interfaces().size());
            var worst = new AtomicInteger();
            var devices = new ArrayList<DeviceControl>(); // of the management loop
            for (int i = 0; i < config.interfaces().size(); i++) {
                var one = new ManagedInterface(
                        loops,
                        i,
                        context,
                        config,
                        cryptography,
                        layout,
                        config.interfaces().get(i));
                undo.add(one.config().name(), one::close);
                one.start(keys.get(i));
                var device = Objects.requireNonNull(one.device());
                context.runOnContext(_ -> devices.add(device));
                introduce(one.config(), publicKey(keys.get(i)), one.port(), one.mtu(), file);
                one.ended().onSuccess(code -> {
                    context.runOnContext(_ -> devices.remove(device));
                    worst.accumulateAndGet(code, Math::max);
                    if (running.decrementAndGet() == 0) {
                        lifetime.end(worst.get());
                    } else {
                        log.warn(
                                "({}) has ended; the other interfaces go on",
                                one.config().name());
                        context.executeBlocking(Executors.callable(one::close), false);
                    }
                });
            }
            Figures.start(loops, config, Version.number(), devices, sinks, undo);
            CompilerThreads.raisePriority();
            RunningInterface.dropStartingPrivileges(vertx);
            Signals.answerHangUp();
        } catch (SetupException | RuntimeException e) {
            lifetime.end(1);
            undo.run();
            fail(e.getMessage() == null ? e.toString() : e.getMessage());
            return 1;
        } finally {
            keys.forEach(PrivateKey::close);
        }
        if (format.isForPrograms()) log.info("Ready; SIGTERM ends it and takes everything back");
        else out.println("Ctrl-C ends it and takes everything back.");
        out.flush();
        return lifetime.await();
    }

    /// The default file is looked for here and then in the launcher's folder.
    ///
    /// @param given the file named on the command line, if any
    static Path file(@Nullable Path given) {
        if (given != null) {
            return given;
        }
        var home = System.getProperty("warren.home");
        return Files.exists(DEFAULT) || home == null ? DEFAULT : Path.of(home).resolve(DEFAULT);
    }

    private static boolean startsGuarded(InterfaceConfig config) {
        return config.killSwitch()
                && config.peers().stream()
                        .allMatch(peer ->
                                peer.endpoint() == null || peer.endpoint().literal() != null);
    }

    private static PrivateKey obtain(InterfaceConfig config) throws SetupException {
        try {
            return config.privateKey().obtain(new SecureRandom());
        } catch (IOException e) {
            throw SetupException.of(config.name(), e);
        }
    }

    private static PublicKey publicKey(PrivateKey key) {
        try (var x25519 = new JavaX25519()) {
            return key.publicKey(x25519);
        }
    }

    /// The first thing on the screen: what the other side needs, and how to let it in.
    private void introduce(InterfaceConfig config, PublicKey key, int port, int mtu, Path file) {
        var name = config.name();
        if (format.isForPrograms()) {
            LoggerFactory.getLogger(RunCommand.class)
                    .info("({}) is up: public key {}, listen port {}, MTU {}", name, key.toBase64(), port, mtu);
            return;
        }
        out.println(name + " is up");
        out.println("  public key    " + key.toBase64());
        out.println("  listen port   " + port);
        if (!config.addresses().isEmpty()) {
            out.println("  addresses     "
                    + String.join(
                            ", ",
                            config.addresses().stream().map(Object::toString).toList()));
        }
        out.println("  mtu           " + mtu);
        out.println("  peers         " + config.peers().size());
        out.println();
        var network = Hints.freeAddress(config);
        out.println("To add a peer now:       wg set " + Hints.shell(name) + " peer PUBLIC-KEY allowed-ips " + network);
        out.println("                         " + Hints.route(config, network));
        out.println("To add it for good, in " + file + ":");
        out.println("  " + Hints.freePeer(config) + " {");
        out.println("    public-key = \"PUBLIC-KEY\"");
        out.println("    allowed-ips = [\"" + network + "\"]");
        out.println("  }");
        out.println(
                "To see how it goes:      wg show " + Hints.shell(name) + "   or   warren stats " + Hints.shell(name));
        out.println();
        out.flush();
    }
}
