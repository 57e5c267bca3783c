package dev.warren.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A machine of its own: network, mount and process namespaces, an empty /run, and nothing else running. Its first
/// process reads a pipe that only this JVM holds, so that a host and all that runs in it go away even when the JVM
/// is killed.
final class Host implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /// The counters of a kernel's network stack that say that something was lost.
    private static final Pattern LOSS = Pattern.compile("Error|Discard|Fails|NoRoutes|NoPorts");

    private static final String INIT = """
            mount -t tmpfs tmpfs /run && mount -t sysfs sysfs /sys && ip link set lo up || exit 1
            for d in all default; do echo 0 > /proc/sys/net/ipv6/conf/$d/accept_dad; done
            echo ready
            read -r _
            """;

    private final String name;
    private final Path outputs;
    private final Program init;
    private final long pid;
    private final List<Program> programs = new ArrayList<>();
    private final List<Supplier<String>> epilogues = new ArrayList<>();

    Host(String name, Path outputs) {
        this.name = name;
        this.outputs = outputs;
        this.init = Program.start(
                outputs,
                Map.of(),
                List.of(
                        "unshare",
                        "--net",
                        "--mount",
                        "--pid",
                        "--fork",
                        "--mount-proc",
                        "--kill-child",
                        "bash",
                        "-c",
                        INIT));
        Poll.until(
                () -> "host " + name + " is up: " + init.output() + init.errors(),
                PATIENCE,
                () -> init.output().contains("ready") || !init.running());
        if (!init.running()) throw new AssertionError("cannot make namespaces: " + init.errors());
        this.pid = init.handle().children().findFirst().orElseThrow().pid();
    }

    String name() {
        return name;
    }

    /// The process that holds the namespaces, seen from outside.
    long pid() {
        return pid;
    }

    // ---- programs

    /// Runs a program to its end; it must succeed.
    Program.Result run(String... command) {
        return attempt(command).orFail();
    }

    Program.Result attempt(String... command) {
        return attempt(PATIENCE, Map.of(), command);
    }

    Program.Result attempt(Duration limit, Map<String, String> environment, String... command) {
        try (var program = Program.start(outputs, environment, enter(command))) {
            program.closeInput();
            return program.await(limit);
        }
    }

    /// Runs a program that is fed `input`; it must succeed.
    Program.Result feed(String input, String... command) {
        try (var program = Program.start(outputs, Map.of(), enter(command))) {
            program.input(input);
            program.closeInput();
            return program.await(PATIENCE).orFail();
        }
    }

    /// Starts a program that is ended with the host, at the latest.
    Program spawn(Map<String, String> environment, String... command) {
        var program = Program.start(outputs, environment, enter(command));
        programs.add(program);
        return program;
    }

    Program spawn(String... command) {
        return spawn(Map.of(), command);
    }

    /// The command that runs this one in the host.
    List<String> enter(String... command) {
        var all = new ArrayList<>(List.of("nsenter", "--target", "" + pid, "--net", "--mount", "--pid", "--"));
        // Whoever started the tests in the background may have had SIGINT ignored, which is inherited.
        all.addAll(List.of("env", "--default-signal=INT"));
        all.addAll(List.of(command));
        return all;
    }

    /// The processes of this host other than its first, oldest first, zombies not counted; ids as seen inside.
    List<Integer> processes() {
        try (var entries = Files.list(file("/proc"))) {
            return entries.map(p -> p.getFileName().toString())
                    .filter(n -> n.chars().allMatch(Character::isDigit) && !n.equals("1"))
                    .filter(n -> alive(Integer.parseInt(n)))
                    .map(Integer::valueOf)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Those of [#processes] whose command line has `part` in it.
    List<Integer> processes(String part) {
        return processes().stream().filter(p -> commandLine(p).contains(part)).toList();
    }

    boolean alive(int process) {
        var status = read("/proc/" + process + "/status");
        return status.contains("State:") && !status.contains("State:\tZ") && !status.contains("State:\tX");
    }

    String commandLine(int process) {
        return read("/proc/" + process + "/cmdline").replace('\0', ' ').strip();
    }

    /// Resident memory in kB.
    long residentKilobytes(int process) {
        return read("/proc/" + process + "/status")
                .lines()
                .filter(l -> l.startsWith("VmRSS:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }

    void signal(String signal, int process) {
        run("kill", "-" + signal, "" + process);
    }

    /// A file as this host sees it.
    Path file(String path) {
        return Path.of("/proc/" + pid + "/root" + path);
    }

    boolean exists(String path) {
        return Files.exists(file(path));
    }

    /// The content of a file of this host, empty when there is none.
    String read(String path) {
        try {
            return new String(Files.readAllBytes(file(path)), UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            return ""; // a process that went away while we read its file in /proc
        }
    }

    // ---- network

    void address(String device, String... prefixes) {
        for (var prefix : prefixes) run("ip", "address", "add", prefix, "dev", device);
    }

    void up(String device) {
        run("ip", "link", "set", device, "up");
    }

    boolean hasDevice(String device) {
        return exists("/sys/class/net/" + device);
    }

    void sysctl(String name, String value) {
        run("sysctl", "-q", "-w", name + "=" + value);
    }

    /// True when something listens on a TCP port here.
    boolean listensTcp(int port) {
        return sockets("tcp").anyMatch(f -> local(f, port) && f[3].equals("0A"));
    }

    /// True when a UDP socket here is bound to the port.
    boolean listensUdp(int port) {
        return sockets("udp").anyMatch(f -> local(f, port));
    }

    private Stream<String[]> sockets(String protocol) {
        return (read("/proc/1/net/" + protocol) + read("/proc/1/net/" + protocol + "6"))
                .lines()
                .map(l -> l.strip().split("\\s+"))
                .filter(f -> f.length > 3);
    }

    private static boolean local(String[] fields, int port) {
        return fields[1].endsWith(String.format(":%04X", port));
    }

    /// Bytes sent and received by a device, from the device's own point of view.
    long transmitted(String device) {
        return Long.parseLong(
                read("/sys/class/net/" + device + "/statistics/tx_bytes").strip());
    }

    long received(String device) {
        return Long.parseLong(
                read("/sys/class/net/" + device + "/statistics/rx_bytes").strip());
    }

    /// What this host has seen and where it has dropped something, in words, for the message of a test that misses
    /// packets.
    String losses() {
        var text = new StringBuilder("host " + name + ":");
        for (var device : new String[] {"wg0", "eth0"}) {
            for (var counter :
                    new String[] {"tx_packets", "tx_dropped", "tx_errors", "rx_packets", "rx_dropped", "rx_errors"}) {
                var value = read("/sys/class/net/" + device + "/statistics/" + counter)
                        .strip();
                if (!value.isEmpty() && !value.equals("0"))
                    text.append(' ').append(device + " " + counter + " " + value);
            }
        }
        var titles = List.<String>of();
        for (var line : read("/proc/1/net/snmp").lines().toList()) {
            var fields = List.of(line.split(" "));
            if (!titles.isEmpty() && titles.getFirst().equals(fields.getFirst())) {
                for (int i = 1; i < fields.size(); i++) {
                    if (LOSS.matcher(titles.get(i)).find() && !fields.get(i).equals("0"))
                        text.append(' ').append(fields.getFirst() + titles.get(i) + " " + fields.get(i));
                }
                titles = List.of();
            } else titles = fields;
        }
        read("/proc/1/net/snmp6")
                .lines()
                .filter(l -> LOSS.matcher(l).find() && !l.endsWith("\t0"))
                .forEach(l -> text.append(' ').append(l.replaceAll("\\s+", " ")));
        return text.toString();
    }

    /// Datagrams that came while a socket of this host had no room for them.
    long fullSockets() {
        var titles = new ArrayList<String>();
        long all = 0;
        for (var line : read("/proc/1/net/snmp")
                .lines()
                .filter(l -> l.startsWith("Udp:"))
                .toList()) {
            var fields = List.of(line.split(" "));
            if (titles.isEmpty()) titles.addAll(fields);
            else all += Long.parseLong(fields.get(titles.indexOf("RcvbufErrors")));
        }
        for (var line : read("/proc/1/net/snmp6").lines().toList()) {
            if (line.startsWith("Udp6RcvbufErrors"))
                all += Long.parseLong(line.replaceAll("\\D+6\\D+", "").strip());
        }
        return all;
    }

    <T> T inside(Callable<T> work) {
        return Netns.inside(pid, work);
    }

    /// A UDP socket in this host, bound to an address literal and port (0: any).
    DatagramChannel udp(String address, int port) {
        return inside(() -> {
            var local = InetAddress.ofLiteral(address);
            var family = local.getAddress().length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
            return DatagramChannel.open(family)
                    .setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20)
                    .bind(new InetSocketAddress(local, port));
        });
    }

    // ---- the end

    /// Adds something to be asked for the logs of a failed test.
    void epilogue(Supplier<String> question) {
        epilogues.add(question);
    }

    /// What everything that was started here has said, for a failed test.
    String logs() {
        var text = new StringBuilder();
        for (var program : programs) {
            var lines = (program.output() + program.errors()).lines().toList();
            var command = program.command();
            text.append("---- host ").append(name).append(": ");
            text.append(String.join(" ", command.subList(Math.min(7, command.size()), command.size())));
            text.append(program.running() ? " (running)\n" : " (ended)\n");
            var tail = lines.subList(Math.max(0, lines.size() - 60), lines.size());
            tail.forEach(l -> text.append(l).append('\n'));
        }
        epilogues.forEach(question -> text.append(question.get().replaceAll("(?m)^.* 0\n", "")));
        return text.append(losses()).append('\n').toString();
    }

    @Override
    public void close() {
        programs.forEach(Program::close);
        // With the first process of a process namespace everything in it ends.
        init.handle().children().forEach(ProcessHandle::destroyForcibly);
        init.close();
        init.handle()
                .onExit()
                .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                .join();
        try (var files = Files.walk(outputs)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
