package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A gateway that starts again knows where its peers were, and speaks first; a peer with two addresses is reached.
@Tag("netns")
@OnlyWarren("wireguard-go has no run")
class EndpointMemoryTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String FILE = "/run/state/wg0.endpoints";
    private static final Keys GATEWAY = Keys.generate();
    private static final Keys CLIENT = Keys.generate();

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void aGatewayThatStartsAgainSpeaksFirst() throws IOException {
        var gateway = lab.host("a");
        var client = lab.host("b");
        Pair.connect(lab, gateway, client, 1500);
        var run = run(gateway, "");
        var router = Router.start(client, Router.Maker.WIREGUARD_GO, "wg0");
        router.wg()
                .set("private-key", router.wg().file(CLIENT.privateKey() + "\n").toString(), "listen-port", "51821");
        Pair.introduceTo(router, GATEWAY, Pair.A4, Pair.A6, Pair.endpointA(Pair.Outer.V4), null);
        Pair.up(client, Pair.B4, Pair.B6);
        Ping.untilAnswered(client, Pair.A4, SOON);

        end(gateway, run);
        assertTrue(
                gateway.read(FILE).startsWith(CLIENT.publicKey() + " " + Pair.OUTER_B4 + ":51821 "),
                () -> gateway.read(FILE));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(gateway.file(FILE))));

        // Nobody sends anything now but the gateway, which a minute of a crash could not have known better.
        Files.writeString(gateway.file(FILE), "nonsense\n\n= 1.2.3.4:5 6\n" + gateway.read(FILE));
        var again = run(gateway, "");
        var wg = new Wg(gateway, "wg0");
        Poll.until(
                () -> "they have talked: " + again.errors(),
                Duration.ofSeconds(10),
                () -> wg.onlyPeer().latestHandshake() > 0);
        assertEquals(
                "off",
                gateway.run("wg", "show", "wg0", "persistent-keepalive")
                        .out()
                        .strip()
                        .split("\t")[1]
                        .replace("1", "off"));

        // What the configuration says of an endpoint is right, whatever was.
        end(gateway, again);
        run(gateway, "endpoint = \"198.18.5.2:4444\"");
        assertEquals(
                "198.18.5.2:4444",
                gateway.run("wg", "show", "wg0", "endpoints").out().strip().split("\t")[1]);
    }

    /// As a name has them whose IPv6 is broken on the way: the peer answers at one of two addresses.
    @Test
    void anotherAddressOfANameIsTriedWhenNobodyAnswers() throws IOException {
        var host = lab.host("a");
        var server = lab.host("b");
        Pair.connect(lab, host, server, 1500);
        Pair.serve(server, CLIENT, GATEWAY);
        server.run(
                "nft",
                "add table ip6 f; add chain ip6 f i { type filter hook input priority 0; }; add rule ip6 f i udp dport 51821 drop");
        host.run(
                "sh",
                "-c",
                "printf '%s\\n' '" + Pair.OUTER_B6 + " both.test' '" + Pair.OUTER_B4
                        + " both.test' > /run/hosts && mount --bind /run/hosts /etc/hosts");
        var run = run(host, "endpoint = \"both.test:51821\", persistent-keepalive = 5");
        Ping.untilAnswered(host, Pair.B4, Duration.ofSeconds(30));
        assertEquals(
                Pair.endpointB(Pair.Outer.V4),
                host.run("wg", "show", "wg0", "endpoints").out().strip().split("\t")[1]);
        assertTrue(run.errors().contains("no answer from"), run::errors);
    }

    private static void end(Host host, Program run) {
        host.signal("TERM", host.processes(" run ").getLast());
        assertEquals(0, run.await(SOON).code());
    }

    private static Program run(Host host, String endpoint) throws IOException {
        return Router.run(host, """
                warren.state-dir = "/run/state"
                warren.interfaces.wg0 {
                  private-key = "%s"
                  listen-port = 51820
                  addresses = ["%s/24"]
                  peers.b { public-key = "%s", allowed-ips = ["%s/32"], %s }
                }
                """.formatted(GATEWAY.privateKey(), Pair.A4, CLIENT.publicKey(), Pair.B4, endpoint));
    }
}
