package dev.warren.app.demo;

import dev.warren.app.cli.HelpOption;
import dev.warren.app.cli.UapiClient;
import dev.warren.app.log.LogFormat;
import dev.warren.app.log.LogSettings;
import dev.warren.app.process.Lifetime;
import dev.warren.crypto.key.JavaX25519;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.host.IpTool;
import dev.warren.host.Privileges;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.verticles.uapi.UapiSocket;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `warren demo`: two routers, each in a network namespace of its own, and what goes through the tunnel between them.
/// Whatever happens, the namespaces and everything in them are removed.
@Command(
        name = "demo",
        header = "Two routers in two network namespaces: a ping, a transfer, and everything removed after.",
        description =
                "Needs root and iproute2, ping and, for the best figures, iperf3. Touches nothing outside its namespaces.")
public final class DemoCommand implements Callable<Integer> {
    private static final Pattern PING = Pattern.compile("= ([0-9.]+)/([0-9.]+)/([0-9.]+)");

    private static final int INTERRUPTED = 130;

    private final PrintStream out;
    private final PrintStream err;
    private final List<Process> processes = new ArrayList<>();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Length of each transfer (${DEFAULT-VALUE}).")
    private int seconds;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final HelpOption help = new HelpOption();

    /// One end: a namespace, an interface, its key and its address inside the tunnel.
    private record End(
            String namespace, String name, String outer, String inner, PrivateKey key, PublicKey publicKey) {}

    public DemoCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        new LogSettings(Level.ERROR, LogFormat.TEXT).apply();
        var undo = new UndoLog();
        var lifetime = new Lifetime(undo, INTERRUPTED);
        int code = 1;
        try {
            Privileges.requireNetAdmin("warren demo");
            demo(undo);
            code = 0;
        } catch (SetupException e) {
            err.println("warren: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lifetime.end(code);
        say("removing everything");
        return lifetime.await();
    }

    private void demo(UndoLog undo) throws SetupException, InterruptedException {
        var launcher = System.getProperty("warren.launcher");
        if (launcher == null) {
            throw new SetupException("start the demo with the launcher: ./warren demo");
        }
        // Names of their own, so that demos can run side by side.
        var tag = Integer.toHexString(new SecureRandom().nextInt(0x1000, 0x10000));
        var a = end(tag + "a", 1);
        var b = end(tag + "b", 2);
        undo.add("keys", a.key::close);
        undo.add("keys", b.key::close);

        say("two network namespaces, joined by a cable");
        for (var end : List.of(a, b)) {
            IpTool.run("netns", "add", end.namespace);
            undo.add("namespace", () -> IpTool.run("netns", "del", end.namespace));
        }
        undo.add("processes", this::stopProcesses);
        IpTool.run(
                "link",
                "add",
                "eth0",
                "netns",
                a.namespace,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                b.namespace);
        for (var end : List.of(a, b)) {
            IpTool.run("-n", end.namespace, "address", "add", end.outer + "/24", "dev", "eth0");
            IpTool.run("-n", end.namespace, "link", "set", "eth0", "up");
            IpTool.run("-n", end.namespace, "link", "set", "lo", "up");
        }

        say("a router in each: " + a.name + " and " + b.name);
        for (var end : List.of(a, b)) {
            start(in(end, launcher, "-f", end.name), ProcessBuilder.Redirect.INHERIT);
        }
        configure(a, b);
        configure(b, a);
        for (var end : List.of(a, b)) {
            IpTool.run("-n", end.namespace, "address", "add", end.inner + "/24", "dev", end.name);
            IpTool.run("-n", end.namespace, "link", "set", end.name, "up");
        }

        ping(a, b);
        transfer(a, b);
        say("the demo is over: everything worked");
    }

    private static End end(String tag, int host) {
        var key = PrivateKey.generate(new SecureRandom());
        try (var x25519 = new JavaX25519()) {
            return new End(
                    "warren-" + tag, "wd" + tag, "192.0.2." + host, "10.77.0." + host, key, key.publicKey(x25519));
        }
    }

    /// Waits for the control socket and configures key and peer.
    private void configure(End end, End peer) throws SetupException {
        var socket = UapiSocket.DIRECTORY.resolve(end.name + ".sock");
        var request = new StringBuilder("set=1\nprivate_key=");
        end.key.writeHex(request);
        request.append("\nlisten_port=51820\nreplace_peers=true\npublic_key=").append(peer.publicKey.toHex());
        request.append("\nendpoint=")
                .append(peer.outer)
                .append(":51820\nallowed_ip=")
                .append(peer.inner)
                .append("/32");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (var conversation = new UapiClient(socket)) {
                conversation.ask(request);
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline || processes.stream().anyMatch(process -> !process.isAlive())) {
                    throw SetupException.of("the router of " + end.name + " does not answer", e);
                }
                pause(50);
            }
        }
    }

    private void ping(End a, End b) throws SetupException {
        // The first one carries the handshake.
        long start = System.nanoTime();
        if (execute(in(a, "ping", "-n", "-c", "1", "-W", "5", b.inner)).isEmpty()) {
            throw new SetupException("no answer to a ping through the tunnel");
        }
        say("first ping, handshake included: %.1f ms".formatted((System.nanoTime() - start) / 1e6));
        var answer = PING.matcher(execute(in(a, "ping", "-n", "-c", "20", "-i", "0.05", "-q", b.inner)));
        if (!answer.find()) {
            throw new SetupException("no answers to pings through the tunnel");
        }
        say("20 pings: " + answer.group(1) + " ms at best, " + answer.group(2) + " on average, " + answer.group(3)
                + " at worst");
    }

    private void transfer(End a, End b) throws SetupException, InterruptedException {
        say("a TCP stream through the tunnel, " + seconds + " s each way");
        if (available("iperf3")) {
            start(in(b, "iperf3", "-s", "-B", b.inner), ProcessBuilder.Redirect.DISCARD);
            pause(300);
            for (var direction : List.of("forth", "back")) {
                var command = new ArrayList<>(in(a, "iperf3", "-c", b.inner, "-t", "" + seconds, "-f", "m"));
                if (direction.equals("back")) {
                    command.add("-R");
                }
                say("%5s: %s".formatted(direction, iperfRate(execute(command))));
            }
        } else {
            for (var direction : List.of("forth", "back")) {
                var from = direction.equals("forth") ? a : b;
                var to = direction.equals("forth") ? b : a;
                var launcher = System.getProperty("warren.launcher", "warren");
                var sink =
                        start(in(to, launcher, DemoTransfer.NAME, "sink", to.inner), ProcessBuilder.Redirect.DISCARD);
                var said = execute(in(from, launcher, DemoTransfer.NAME, "source", to.inner, "" + seconds));
                stop(List.of(sink));
                if (said.isEmpty()) {
                    throw new SetupException("the transfer failed");
                }
                say("%5s: %s".formatted(direction, said.strip()));
            }
        }
    }

    /// The receiver's line: `[  5]  0.00-5.00 sec  1234 MBytes  2071 Mbits/sec  receiver`.
    private static String iperfRate(String report) throws SetupException {
        return report.lines()
                .filter(line -> line.contains("receiver"))
                .map(line -> line.replaceAll(".*?([0-9.]+ [KMG]?bit)s/sec.*", "$1/s"))
                .findFirst()
                .orElseThrow(() -> new SetupException("the transfer failed: " + report.strip()));
    }

    // ---- processes
    // ----------------------------------------------------------------------------------------------------

    private static List<String> in(End end, String... command) {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", end.namespace));
        words.addAll(List.of(command));
        return words;
    }

    private Process start(List<String> command, ProcessBuilder.Redirect errors) throws SetupException {
        try {
            var builder = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(errors);
            builder.environment().keySet().removeAll(List.of("WG_TUN_FD", "WG_UAPI_FD", "LOG_LEVEL"));
            var process = builder.start();
            synchronized (processes) {
                processes.add(process);
            }
            return process;
        } catch (IOException e) {
            throw SetupException.of("cannot run " + command, e);
        }
    }

    /// Runs it to its end and gives what it prints; empty when it fails.
    private String execute(List<String> command) throws SetupException {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            synchronized (processes) {
                processes.add(process);
            }
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            synchronized (processes) {
                processes.remove(process);
            }
            return code == 0 ? said : "";
        } catch (IOException e) {
            throw SetupException.of("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SetupException("interrupted", e);
        }
    }

    private static boolean available(String program) {
        for (var folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Path.of(folder, program).toFile().canExecute()) {
                return true;
            }
        }
        return false;
    }

    private void stopProcesses() throws InterruptedException {
        List<Process> running;
        synchronized (processes) {
            running = List.copyOf(processes);
        }
        stop(running);
    }

    private static void stop(List<Process> running) throws InterruptedException {
        running.forEach(Process::destroy);
        for (var process : running) {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(1, TimeUnit.SECONDS);
            }
        }
    }

    private static void pause(long millis) throws SetupException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SetupException("interrupted", e);
        }
    }

    private void say(String line) {
        out.println("demo: " + line);
        out.flush();
    }
}
