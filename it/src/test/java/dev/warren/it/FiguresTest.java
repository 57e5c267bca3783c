package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What `warren run` shows of itself over HTTP, beside what `wg` says.
@Tag("netns")
@OnlyWarren("wireguard-go has no HTTP")
class FiguresTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void metricsNameThePeersAndAgreeWithWgToTheByte() throws IOException {
        var router = lab.host("a");
        var client = lab.host("b");
        Pair.connect(lab, router, client, 1500);
        router.run("ip", "link", "set", "lo", "up");
        var own = Keys.generate();
        var laptop = Keys.generate();
        var run = run(router, own, laptop);
        Pair.serve(client, laptop, own);
        client.run(
                "wg",
                "set",
                "wg0",
                "peer",
                own.publicKey(),
                "endpoint",
                Pair.OUTER_A4 + ":51820",
                "allowed-ips",
                "0.0.0.0/0");
        client.run("ping", "-c", "5", "-i", "0.2", "-s", "1000", Pair.A4);

        Poll.until(() -> "ready: " + fetch(router, "/health/ready"), SOON, () -> fetch(router, "/health/ready")
                .startsWith("HTTP/1.1 200"));
        var transfer = router.run("wg", "show", "wg0", "transfer").out().strip().split("\t");
        var metrics = fetch(router, "/metrics");
        assertEquals(transfer[1], value(metrics, "warren_peer_receive_bytes_total"));
        assertEquals(transfer[2], value(metrics, "warren_peer_transmit_bytes_total"));
        assertEquals("1", value(metrics, "warren_peer_online"));
        assertTrue(Long.parseLong(transfer[1]) > 5000, transfer[1]);

        var status = fetch(router, "/api/status");
        assertTrue(status.contains("\"name\":\"laptop\"") && status.contains("\"online\":true"), status);
        Poll.until(() -> "the address: " + fetch(router, "/api/status"), SOON, () -> fetch(router, "/api/status")
                .contains("\"addresses\":[\"" + Pair.A4 + "/24\"]"));
        assertTrue(status.contains("\"tun-tso\":\"on\"") && status.contains("\"udp-gso\":\"on\""), status);
        assertTrue(status.contains("{\"name\":\"udp-receive\",\"loop\":\"packet-1\",\"size\":4,\"free\":4}"), status);
        assertTrue(
                Double.parseDouble(value(metrics, "warren_peer_rtt_seconds", "}")) > 0,
                "the client began the handshake");
        assertEquals(
                value(metrics, "warren_peer_receive_sent_datagrams_total"),
                value(metrics, "warren_peer_receive_arrived_datagrams_total"));
        assertTrue(fetch(router, "/api/interfaces/wg7/peers").startsWith("HTTP/1.1 404"));
        var all = fetch(router, "/metrics") + fetch(router, "/api/status") + run.errors() + run.output();
        for (var secret : List.of(own.privateKey(), laptop.privateKey()))
            assertTrue(!all.contains(secret), "a private key");

        // A packet from a wrong source is a drop with its reason.
        client.run("ip", "address", "add", "10.66.0.1/32", "dev", "wg0");
        client.attempt("ping", "-c", "2", "-W", "1", "-I", "10.66.0.1", Pair.A4);
        Poll.until(() -> "the drop is counted: " + fetch(router, "/metrics"), SOON, () -> fetch(router, "/metrics")
                .lines()
                .anyMatch(line -> line.startsWith("warren_peer_drop_packets_total")
                        && line.contains("peer=\"laptop\"")
                        && line.contains("reason=\"peer.drop.source-not-owned\"} 2.0")));
    }

    /// The value of the only series of this name, as a whole number.
    private static String value(String metrics, String name) {
        return Long.toString((long) Double.parseDouble(value(metrics, name, "}")));
    }

    private static String value(String metrics, String name, String end) {
        var lines = metrics.lines().filter(line -> line.startsWith(name + "{")).toList();
        assertEquals(1, lines.size(), metrics);
        assertTrue(lines.getFirst().contains("interface=\"wg0\",peer=\"laptop\""), lines.getFirst());
        return lines.getFirst().substring(lines.getFirst().lastIndexOf(end) + end.length());
    }

    private static String fetch(Host host, String path) {
        var answer = Http.fetch(host, 9586, path);
        return answer.head() + answer.body();
    }

    private static Program run(Host host, Keys own, Keys laptop) throws IOException {
        return Router.run(host, """
                warren {
                  state-dir = "/run/state"
                  web.listen = "127.0.0.1:9586"
                  interfaces.wg0 {
                    private-key = "%s"
                    listen-port = 51820
                    addresses = ["%s/24"]
                    peers.laptop { public-key = "%s", allowed-ips = ["%s/32"] }
                  }
                }
                """.formatted(own.privateKey(), Pair.A4, laptop.publicKey(), Pair.B4));
    }
}
