package dev.warren.it;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a running router may still do: see docs/decisions/0015-privileges.md.
@Tag("netns")
@OnlyWarren("wireguard-go keeps what it has")
class PrivilegesTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    /// CAP_NET_BIND_SERVICE, CAP_NET_ADMIN, CAP_IPC_LOCK.
    private static final long NEEDED = 1L << 10 | 1L << 12 | 1L << 14;

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    /// The threads that meet packets, files and sockets; those of the JVM itself were there before our first line.
    @ParameterizedTest
    @ValueSource(strings = {"-f wg0", "run --config /run/warren.conf"})
    void itsThreadsHaveTheCapabilitiesTheyNeed(String arguments) throws IOException {
        var host = lab.host("a");
        var router = start(host, arguments);
        Poll.until(
                () -> "they have what they need, and no more:\n" + threads(host, router),
                SOON,
                () -> ours(host, router).stream().allMatch(PrivilegesTest::reduced));
        assertTrue(ours(host, router).size() >= 3, () -> threads(host, router));
        assertTrue(threads(host, router).contains("vert.x-eventloo"), () -> threads(host, router));
        // And still does its work: a port below 1024, a mark, its socket.
        host.run("wg", "set", "wg0", "listen-port", "500", "fwmark", "7");
        host.run("ip", "link", "set", "wg0", "up");
        Poll.until("it listens", SOON, () -> host.listensUdp(500));
        host.run("wg", "set", "wg0", "listen-port", "501");
        Poll.until("it listens elsewhere", SOON, () -> host.listensUdp(501));
        host.signal("TERM", router);
        Poll.until("its socket is gone", SOON, () -> !host.exists("/run/wireguard/wg0.sock") && !host.hasDevice("wg0"));
    }

    /// Not even its own user may look into it, and no core of it is written.
    @Test
    void nobodyMayReadItsMemory() throws IOException {
        var host = lab.host("a");
        host.run(
                "sh",
                "-c",
                "mkdir -m 700 /run/wireguard && chown 1234 /run/wireguard"
                        + " && mknod -m 666 /run/tun c 10 200 && mount --bind /run/tun /dev/net/tun");
        var program = host.spawn(
                Map.of("LOG_LEVEL", "verbose"),
                "setpriv",
                "--reuid=1234",
                "--regid=1234",
                "--clear-groups",
                "--inh-caps=+net_admin",
                "--ambient-caps=+net_admin",
                "sh",
                "-c",
                "exec " + Router.underTest() + " -f wg0");
        Poll.until(() -> "it answers: " + program.errors(), Host.PATIENCE, () -> new Uapi(host, "wg0").answers());
        int router = host.processes(" wg0").getLast();
        assertTrue(host.read("/proc/" + router + "/status").contains("Uid:\t1234"));
        for (var file : List.of("environ", "mem", "fd/0")) {
            // What can be dumped is its user's, what cannot is root's, see proc(5).
            var owner = Files.getAttribute(host.file("/proc/" + router + "/" + file), "unix:uid", NOFOLLOW_LINKS);
            assertEquals(0, owner, file);
        }
    }

    private static int start(Host host, String arguments) throws IOException {
        Files.writeString(host.file("/run/warren.conf"), """
                warren.interfaces.wg0 { private-key-file = "/run/wg0.key" }
                """);
        host.run("chmod", "600", "/run/warren.conf");
        var program =
                host.spawn(Map.of("LOG_LEVEL", "verbose"), "sh", "-c", "exec " + Router.underTest() + " " + arguments);
        Poll.until(
                () -> "it answers: " + program.output() + program.errors(), Host.PATIENCE, () -> new Uapi(host, "wg0")
                        .answers());
        return host.processes(arguments).getLast();
    }

    private record Task(String name, String status) {}

    private static List<Task> ours(Host host, int router) {
        return all(host, router).stream()
                .filter(thread -> thread.name.matches("vert\\.x.*|warren.*|main"))
                .toList();
    }

    private static List<Task> all(Host host, int router) {
        var threads = new ArrayList<Task>();
        var tasks = host.run("ls", "/proc/" + router + "/task").lines();
        for (var task : tasks) {
            var directory = "/proc/" + router + "/task/" + task + "/";
            threads.add(new Task(host.read(directory + "comm").strip(), host.read(directory + "status")));
        }
        return threads;
    }

    private static boolean reduced(Task thread) {
        for (var set : List.of("CapEff", "CapPrm", "CapBnd")) {
            if ((capabilities(thread, set) & ~NEEDED) != 0) return false;
        }
        return (capabilities(thread, "CapEff") >>> 12 & 1) == 1 && thread.status.contains("NoNewPrivs:\t1");
    }

    private static long capabilities(Task thread, String set) {
        return thread.status
                .lines()
                .filter(line -> line.startsWith(set + ":"))
                .mapToLong(line ->
                        Long.parseUnsignedLong(line.substring(set.length() + 1).strip(), 16))
                .findFirst()
                .orElse(0);
    }

    private static String threads(Host host, int router) {
        var text = new StringBuilder();
        for (var thread : all(host, router)) {
            text.append(thread.name)
                    .append(": ")
                    .append(Long.toHexString(capabilities(thread, "CapEff")))
                    .append('\n');
        }
        return text.toString();
    }
}
