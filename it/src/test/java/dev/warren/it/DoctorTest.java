package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// `warren doctor` beside a hub that runs, on a host that does not forward and whose firewall knows nothing of it.
@Tag("netns")
@OnlyWarren("wireguard-go has no such command")
class DoctorTest {
    private static final String FORWARDING = "IPv4 is not forwarded, so 2 peers reach neither each other";
    private static final String CLOSED = "inet filter input keeps UDP 51820 out, so peers cannot reach the router";
    private static final String INPUT = """
            table inet filter {
              chain input {
                type filter hook input priority 0; policy drop;
                iif lo accept
                ct state established,related accept
                tcp dport 22 accept
              }
            }
            """;

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void whatKeepsAHubFromWorkingIsWrongUntilItIsMended() throws IOException {
        var hub = lab.host("hub");
        var other = lab.host("other");
        Pair.connect(lab, hub, other, 1500);
        hub.sysctl("net.ipv4.ip_forward", "0");
        hub.feed(INPUT, "nft", "-f", "-");
        var configuration = """
                warren.state-dir = "/run/warren"
                warren.interfaces.wg0 {
                  addresses = ["10.9.0.1/24"], listen-port = 51820
                  peers.a { public-key = "%s", allowed-ips = ["10.9.0.2/32"] }
                  peers.b { public-key = "%s", allowed-ips = ["10.9.0.3/32"], endpoint = "%s:51821" }
                }
                """;
        Router.run(
                hub,
                configuration.formatted(
                        Keys.generate().publicKey(), Keys.generate().publicKey(), Pair.OUTER_B4));

        var ill = doctor(hub);
        assertEquals(1, ill.code(), ill::toString);
        assertTrue(ill.out().contains("wrong  forwarding     " + FORWARDING), ill::toString);
        assertTrue(ill.out().contains("wrong  firewall       " + CLOSED), ill::toString);
        assertTrue(ill.out().contains("2 things are wrong"), ill::toString);
        assertTrue(ill.out().contains("0 of 2 peers online"), ill::toString);
        assertTrue(ill.out().contains("1420 of the tunnel fit the 1500 of the way to 1 endpoint"), ill::toString);

        // What it says to do, as it stands.
        for (var command : List.of(
                "sysctl -w net.ipv4.ip_forward=1", "nft insert rule inet filter input udp dport 51820 accept")) {
            assertTrue(ill.out().contains("-> " + command), ill::toString);
            hub.run("sh", "-c", command);
        }
        var well = doctor(hub);
        assertEquals(0, well.code(), well::toString);
        assertTrue(well.out().contains("ok     forwarding     IPv4 is forwarded"), well::toString);
        assertTrue(well.out().contains("ok     firewall       it lets UDP 51820 in"), well::toString);
        assertTrue(well.out().contains("Nothing is wrong"), well::toString);
        assertTrue(doctor(hub, "--json").out().startsWith("{\"schema\":1,\"wrong\":0,"), "JSON");

        hub.run("ip", "route", "add", "blackhole", Pair.OUTER_B4);
        hub.run("ip", "link", "set", "wg0", "mtu", "1480");
        var noWay = doctor(hub);
        assertEquals(1, noWay.code(), noWay::toString);
        assertTrue(
                noWay.out().contains("there is no route to " + Pair.OUTER_B4 + ", the endpoint of b"), noWay::toString);
        hub.run("ip", "route", "del", "blackhole", Pair.OUTER_B4);
        var tight = doctor(hub);
        assertTrue(tight.out().contains("ip link set wg0 mtu 1440"), tight::toString);
    }

    private static Program.Result doctor(Host hub, String... options) {
        return hub.attempt(
                "sh", "-c", Router.underTest() + " doctor -c /run/warren.conf wg0 " + String.join(" ", options));
    }
}
