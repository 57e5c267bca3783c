package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The authority of a fleet as an operator starts it: `warren fleet init`, and on three hosts `warren fleet authority`.
@Tag("netns")
@OnlyWarren("it is a matter of Warren's own")
class FleetAuthorityTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private final List<Host> hosts = new ArrayList<>();
    private final List<Program> servers = new ArrayList<>();
    private final Path folder = Lab.directory("warren-fleet").resolve("edge");

    @Test
    void threeServersElectALeaderAndAnotherWhenItDies() throws IOException {
        network();
        hosts.getFirst()
                .attempt(
                        LIMIT,
                        Map.of(),
                        Router.underTest(),
                        "fleet",
                        "init",
                        "--name=edge",
                        "--nodes=a=10.0.0.1,b=10.0.0.2,c=10.0.0.3",
                        "--out=" + folder)
                .orFail();
        for (var host : hosts) {
            var file = folder.resolve(host.name() + "/warren-authority/authority.conf");
            var state = folder.resolve("state-" + host.name()).toString();
            Files.writeString(file, Files.readString(file).replace("/var/lib/warren-authority", state));
            servers.add(host.spawn(Router.underTest(), "fleet", "authority", "--config", file.toString()));
        }
        Poll.until("one leads two", LIMIT, () -> modes().equals("follower follower leader"));
        assertEquals("", mode(hosts.getFirst(), 1, "c/warren-authority/quorum"), "the other CA's is refused");

        int leader = leader();
        var process = hosts.get(leader).processes("QuorumPeerMain").getLast();
        var command = hosts.get(leader).commandLine(process);
        assertTrue(command.contains("/lib/authority/*"), command);
        assertFalse(command.contains("warren-app"), command);
        var resident = hosts.get(leader).residentKilobytes(process);
        System.out.println("resident: " + resident / 1024 + " MB");
        assertTrue(resident < 300 << 10, "it grew out of bounds");

        hosts.get(leader).signal("KILL", process);
        Poll.until("another leads", LIMIT, () -> modes().equals("follower leader"));
        int second = leader();
        hosts.get(second)
                .signal("TERM", hosts.get(second).processes("QuorumPeerMain").getLast());
        assertEquals(143, servers.get(second).await(LIMIT).code(), "SIGTERM");
        Poll.until("one of three serves nobody", LIMIT, () -> modes().isEmpty());
    }

    /// Three hosts at one switch.
    private void network() {
        var hub = lab.host("hub");
        hub.run("ip", "link", "add", "br0", "type", "bridge");
        hub.up("br0");
        for (var name : List.of("a", "b", "c")) {
            var host = lab.host(name);
            hosts.add(host);
            lab.cable(hub, "to-" + name, host, "eth0");
            hub.run("ip", "link", "set", "to-" + name, "master", "br0");
            host.address("eth0", "10.0.0." + hosts.size() + "/24");
        }
    }

    private String modes() {
        var modes = new ArrayList<String>();
        for (int i = 0; i < hosts.size(); i++) {
            var mode = mode(hosts.getFirst(), i + 1, "a/warren/node");
            if (!mode.isEmpty()) {
                modes.add(mode);
            }
        }
        return String.join(" ", modes.stream().sorted().toList());
    }

    private int leader() {
        for (int i = 0; i < hosts.size(); i++) {
            if (mode(hosts.getFirst(), i + 1, "a/warren/node").equals("leader")) {
                return i;
            }
        }
        throw new AssertionError("nobody leads");
    }

    /// What a server says it is, asked with a certificate of the folder; empty when it says nothing.
    private String mode(Host from, int server, String identity) {
        var key = folder.resolve(identity + ".key");
        return from
                .attempt(
                        "sh",
                        "-c",
                        ("(echo srvr; sleep 1) | timeout 5 openssl s_client -quiet -tls1_3 -connect 10.0.0.%d:2281 -cert_chain %s"
                                        + " -cert %s -key %s -CAfile %s -verify_return_error 2>/dev/null")
                                .formatted(server, key, key, key, folder.resolve("ca/ca.pem")))
                .lines()
                .stream()
                .filter(line -> line.startsWith("Mode: "))
                .map(line -> line.substring(6))
                .findFirst()
                .orElse("");
    }
}
