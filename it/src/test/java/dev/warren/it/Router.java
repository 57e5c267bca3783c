package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A WireGuard daemon in a host: the router under test, or wireguard-go as the other side.
final class Router {
    /// Whose program it is.
    enum Maker {
        UNDER_TEST,
        WIREGUARD_GO;

        List<String> command() {
            return this == WIREGUARD_GO
                    ? List.of("wireguard-go")
                    : List.of(underTest().split(" "));
        }
    }

    private final Host host;
    private final Maker maker;
    private final String device;
    private Program program;

    private Router(Host host, Maker maker, String device, Program program) {
        this.host = host;
        this.maker = maker;
        this.device = device;
        this.program = program;
    }

    /// The command of the router under test: `-Dwarren.command=...`, else the launcher of this repository.
    static String underTest() {
        var launcher = Objects.requireNonNull(System.getProperty("warren.launcher"), "start the tests with Maven");
        return System.getProperty("warren.command", launcher);
    }

    static boolean underTestIsWireGuardGo() {
        return underTest().endsWith("wireguard-go");
    }

    /// Starts a daemon in the foreground and waits until its control socket answers.
    static Router start(Host host, Maker maker, String device) {
        return start(host, maker, device, Map.of());
    }

    /// Starts `warren run` with this configuration and waits until its interfaces are up.
    static Program run(Host host, String configuration) throws IOException {
        return run(host, Map.of(), configuration);
    }

    static Program run(Host host, Map<String, String> environment, String configuration) throws IOException {
        Files.writeString(host.file("/run/warren.conf"), configuration);
        host.run("chmod", "600", "/run/warren.conf");
        var command = new ArrayList<>(Maker.UNDER_TEST.command());
        command.addAll(List.of("run", "--config", "/run/warren.conf"));
        var run = host.spawn(environment, command.toArray(String[]::new));
        Poll.until(
                () -> "it has started: " + run.output() + run.errors(),
                Host.PATIENCE,
                () -> run.output().contains("Ctrl-C") || !run.running());
        assertTrue(run.running(), run::errors);
        return run;
    }

    static Router start(Host host, Maker maker, String device, Map<String, String> environment) {
        var router = new Router(host, maker, device, launch(host, maker, device, environment));
        router.awaitReady();
        if (maker == Maker.UNDER_TEST && !underTestIsWireGuardGo()) {
            host.epilogue(() ->
                    host.attempt("sh", "-c", underTest() + " stats " + device).out());
        }
        return router;
    }

    private static Program launch(Host host, Maker maker, String device, Map<String, String> environment) {
        var command = new ArrayList<>(maker.command());
        command.add("-f");
        command.add(device);
        var variables = new java.util.HashMap<>(Map.of("LOG_LEVEL", "verbose"));
        variables.putAll(environment);
        return host.spawn(variables, command.toArray(String[]::new));
    }

    private void awaitReady() {
        Poll.until(
                () -> maker + " answers on " + device + ":\n" + program.output() + program.errors(),
                Duration.ofSeconds(60),
                () -> {
                    if (!program.running())
                        throw new AssertionError("ended at once: " + program.output() + program.errors());
                    return uapi().answers();
                });
    }

    Host host() {
        return host;
    }

    String device() {
        return device;
    }

    Program program() {
        return program;
    }

    Uapi uapi() {
        return new Uapi(host, device);
    }

    Wg wg() {
        return new Wg(host, device);
    }

    /// The process that is the daemon (not `nsenter`, and not a shell before it), as seen inside the host.
    int process() {
        var all = host.processes(" " + device).stream()
                .filter(p -> !host.commandLine(p).startsWith("/bin/sh ")
                        && !host.commandLine(p).startsWith("sh ")
                        && !host.commandLine(p).startsWith("bash ")
                        && !host.commandLine(p).startsWith("/bin/bash "))
                .toList();
        if (all.isEmpty()) throw new AssertionError("no process of " + maker + " for " + device);
        return all.getLast();
    }

    /// Kills the daemon without a chance to clean up, and waits until its interface is gone.
    void kill() {
        host.signal("KILL", process());
        Poll.until("the killed router's interface is gone", Duration.ofSeconds(5), () -> !host.hasDevice(device));
    }

    /// Starts it again after [#kill]. Configuration, addresses and routes are gone.
    void restart() {
        program = launch(host, maker, device, Map.of());
        awaitReady();
    }
}
