package dev.warren.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The hosts of one test (an instance field) or of one class of tests (a static field). Takes everything down after it,
/// also after a failure, and then prints what the programs have said.
final class Lab implements AfterEachCallback, AfterAllCallback {
    private static final List<String> TOOLS =
            List.of("unshare", "nsenter", "ip", "ping", "wg", "wg-quick", "wireguard-go", "iperf3", "nft", "sysctl");

    private final boolean shared;
    private final List<Host> hosts = new ArrayList<>();

    private Lab(boolean shared) {
        this.shared = shared;
    }

    static Lab ofTest() {
        return new Lab(false);
    }

    static Lab ofClass() {
        return new Lab(true);
    }

    Host host(String name) {
        requireRootAndTools();
        var host = new Host(name, directory("warren-it-" + name));
        hosts.add(host);
        return host;
    }

    /// A cable between two hosts; the ends get these device names and are up.
    void cable(Host a, String deviceA, Host b, String deviceB) {
        cable(a, deviceA, b, deviceB, 1500);
    }

    void cable(Host a, String deviceA, Host b, String deviceB, int mtu) {
        var command = "ip link add " + deviceA + " mtu " + mtu + " type veth peer name " + deviceB + " mtu " + mtu
                + " netns " + b.pid();
        // Seen from inside host a, a process id of another host means nothing: make the cable from outside.
        try (var program = Program.start(
                a.file("/run"),
                Map.of(),
                List.of("nsenter", "--target", "" + a.pid(), "--net", "--", "sh", "-c", command))) {
            program.await(Duration.ofSeconds(10)).orFail();
        }
        a.up(deviceA);
        b.up(deviceB);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            System.out.println("==== " + context.getDisplayName() + " failed; the programs have said:");
            hosts.forEach(host -> System.out.print(host.logs()));
        }
        if (!shared) close();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    private void close() {
        hosts.forEach(Host::close);
        hosts.clear();
    }

    static Path directory(String prefix) {
        try {
            return Files.createTempDirectory(prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireRootAndTools() {
        var missing = new ArrayList<String>();
        for (var tool : TOOLS) {
            boolean found = List.of("/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/usr/local/bin/").stream()
                    .anyMatch(directory -> Files.isExecutable(Path.of(directory + tool)));
            if (!found) missing.add(tool);
        }
        if (!missing.isEmpty())
            throw new AssertionError("missing: " + missing + "; run ./check, which installs what the tests need");
        boolean root = ProcessHandle.current().info().user().map("root"::equals).orElse(false);
        if (!root) throw new AssertionError("the namespace tests need root; run them with: sudo ./check");
    }
}
