package dev.warren.verticles.launch;

import dev.warren.conf.ConfigException;
import dev.warren.conf.ConfigLoader;
import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.RouterConfig;
import dev.warren.crypto.Suite;
import dev.warren.crypto.noise.PrivateKey;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.io.tun.LinuxTun;
import dev.warren.io.tun.Netlink;
import dev.warren.verticles.uapi.UapiSocket;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `warren run`: everything a HOCON file describes, in this process, until a signal. What fails at the start undoes
/// what was done before.
@Command(
        name = "run",
        header = "Bring up what a configuration file describes, until Ctrl-C.",
        description = "All that is wrong with the file is said at once, and then nothing is changed (exit code 2).")
final class RunCommand implements Callable<Integer> {
    /// Where the configuration is when nobody says so.
    static final Path DEFAULT = Path.of("conf", "warren.conf");

    private static final Duration UPDATE = Duration.ofSeconds(30);

    private final PrintStream out;
    private final PrintStream err;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The file; conf/warren.conf unless said, here or else next to the program.")
    private @Nullable Path config;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this.")
    @SuppressWarnings("UnusedVariable") // for picocli
    private boolean help;

    RunCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        var home = System.getProperty("warren.home");
        return run(config, home == null ? null : Path.of(home));
    }

    /// @param given the file named on the command line, if any
    /// @param home the launcher's folder, where the default file is looked for after the current one
    /// @return the exit code: 0 after a signal, 1 when something failed, 2 when the file is wrong
    int run(@Nullable Path given, @Nullable Path home) {
        var file = given != null ? given : defaultFile(home);
        RouterConfig config;
        try {
            config = ConfigLoader.load(file);
        } catch (ConfigException e) {
            err.println(e.getMessage());
            int problems = e.problems().size();
            err.println("warren: " + file + " has " + problems + (problems == 1 ? " problem" : " problems")
                    + "; nothing was changed");
            return 2;
        }
        LogLevel.apply(config.logLevel().name().toLowerCase(Locale.ROOT));
        config.warnings().forEach(warning -> err.println("warning: " + warning));
        if (config.interfaces().isEmpty()) {
            err.println("warren: " + file + " has no interfaces, so there is nothing to do");
            return 2;
        }
        EndpointResolver.rememberBriefly();
        var teardown = new Teardown();
        var lifetime = new Lifetime(teardown);
        var keys = new ArrayList<PrivateKey>();
        try (config) {
            Privileges.requireNetAdmin("warren run");
            var layout = Layout.of(
                    config.loops(), config.tunQueues(), Runtime.getRuntime().availableProcessors());
            // Where they lie only the capabilities of root may lead.
            for (var each : config.interfaces()) keys.add(obtain(each));
            Privileges.keep(Privileges.STARTING);
            var vertx = RunningInterface.vertx(layout.packetLoops());
            teardown.add(
                    "event loops", () -> RunningInterface.await("event loops", vertx.close(), Duration.ofSeconds(1)));
            for (int i = 0; i < config.interfaces().size(); i++) {
                start(vertx, config, layout, config.interfaces().get(i), keys.get(i), file, teardown, lifetime);
            }
            CompilerThreads.hurry();
            Privileges.started(vertx);
            Signals.answerHangUp();
        } catch (LaunchException | RuntimeException e) {
            lifetime.end(1);
            teardown.run();
            err.println("warren: " + (e.getMessage() == null ? e : e.getMessage()));
            return 1;
        } finally {
            keys.forEach(PrivateKey::close);
        }
        out.println("Ctrl-C ends it and takes everything back.");
        out.flush();
        return lifetime.await();
    }

    private static Path defaultFile(@Nullable Path home) {
        return Files.exists(DEFAULT) || home == null ? DEFAULT : home.resolve(DEFAULT);
    }

    private void start(
            Vertx vertx,
            RouterConfig router,
            Layout layout,
            InterfaceConfig config,
            PrivateKey key,
            Path file,
            Teardown teardown,
            Lifetime lifetime)
            throws LaunchException {
        var name = config.name();
        Logger log = LoggerFactory.getLogger(RunCommand.class);
        var routing = new Routing(config, teardown);
        try (var netlink = Netlink.open()) {
            var settings = new RunningInterface.Settings(router.aead(), router.offload(), layout);
            var queues = RunningInterface.open(name, settings);
            teardown.add("interface", () -> queues.forEach(LinuxTun::close));
            queues.getFirst().warnings().forEach(warning -> log.warn("({}) {}", name, warning));
            int index = netlink.link(name).index();
            int mtu = routing.mtu(netlink, HostAndPort::literal);
            netlink.mtu(index, mtu);
            for (var address : config.addresses()) {
                netlink.addAddress(index, Routing.inet(address.address()), address.prefixLength());
            }
            netlink.up(index);
            // Before anybody listens to what changes: 100,000 routes are as many messages.
            int mark = routing.add(netlink, index, HostAndPort::literal);

            var socket = UapiSocket.listen(UapiSocket.DIRECTORY, name);
            teardown.add("control socket's file", socket::removeFile);
            var running = RunningInterface.start(vertx, queues, socket, settings, teardown);
            try (var update = config.toUpdate(key, mark, HostAndPort::literal)) {
                RunningInterface.await(name, running.device().update(update), UPDATE);
            }
            new EndpointResolver(vertx, running.device(), index, routing, mark).start(config);

            running.uapi().removed().onSuccess(_ -> {
                log.info("({}) the control socket was removed: shutting down", name);
                lifetime.end(0);
            });
            running.device().ended().onComplete(ended -> {
                log.error(
                        "({}) {}: shutting down",
                        name,
                        ended.succeeded() ? ended.result() : ended.cause().getMessage());
                lifetime.end(1);
            });
            running.serve();
            int port;
            try (var status = RunningInterface.await(name, running.device().status(), UPDATE)) {
                port = status.listenPort();
            }
            introduce(config, publicKey(key), port, mtu, file);
        } catch (IOException e) {
            throw LaunchException.of(name, e);
        }
    }

    private static PrivateKey obtain(InterfaceConfig config) throws LaunchException {
        try {
            return config.privateKey().obtain(new SecureRandom());
        } catch (IOException e) {
            throw LaunchException.of(config.name(), e);
        }
    }

    private static PublicKey publicKey(PrivateKey key) {
        try (var suite = Suite.open(Suite.Choice.JDK)) {
            return key.publicKey(suite.x25519());
        }
    }

    /// The first thing on the screen: what the other side needs, and how to let it in.
    private void introduce(InterfaceConfig config, PublicKey key, int port, int mtu, Path file) {
        var name = config.name();
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
        out.println("To add a peer now:       wg set " + name + " peer PUBLIC-KEY allowed-ips 10.8.0.2/32");
        out.println("To add it for good, in " + file + ":");
        out.println("  warren.interfaces." + name + ".peers.laptop {");
        out.println("    public-key = \"PUBLIC-KEY\"");
        out.println("    allowed-ips = [\"10.8.0.2/32\"]");
        out.println("  }");
        out.println("To see how it goes:      wg show " + name + "   or   warren stats " + name);
        out.println();
        out.flush();
    }
}
