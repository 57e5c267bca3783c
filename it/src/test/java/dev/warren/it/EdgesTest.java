package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static dev.warren.it.Router.Maker.UNDER_TEST;
import static dev.warren.it.Router.Maker.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Packets that should not be there, or have nowhere to go.
@Tag("netns")
class EdgesTest {
    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void whoKnocksBeforeTheInterfaceIsUpIsAnsweredWhenItIs() throws IOException {
        var pair = Pair.unconfigured(lab);
        pair.introduce(Outer.V4, Role.RESPONDER, null);
        Pair.up(pair.b, B4, B6);
        assertTrue(!Ping.answered(pair.b, A4));
        Pair.upAtOnce(pair.a, A4, Pair.A6);
        Ping.untilAnswered(pair.b, A4, Duration.ofMillis(1500)); // without a second initiation, which takes 5 s
    }

    @Test
    void aPeerMayNotSpeakWithTheAddressOfAnother() throws IOException {
        var a = lab.host("a");
        var b = lab.host("b");
        var c = lab.host("c");
        lab.cable(a, "eth0", b, "eth0");
        lab.cable(a, "eth1", c, "eth0");
        a.address("eth0", "192.168.7.1/24");
        b.address("eth0", "192.168.7.2/24");
        a.address("eth1", "192.168.8.1/24");
        c.address("eth0", "192.168.8.2/24");
        var keyA = Keys.generate();
        var keyB = Keys.generate();
        var keyC = Keys.generate();
        var router = Router.start(a, UNDER_TEST, "wg0");
        identity(router, keyA, 51820);
        // b has a host out of the network that c has.
        router.wg().set("peer", keyB.publicKey(), "allowed-ips", "10.9.0.2/32");
        router.wg().set("peer", keyC.publicKey(), "allowed-ips", "10.9.0.0/24");
        a.address("wg0", "10.9.0.1/24");
        a.up("wg0");
        for (var host : new Host[] {b, c}) {
            var peer = Router.start(host, WIREGUARD_GO, "wg0");
            identity(peer, host == b ? keyB : keyC, 51821);
            peer.wg()
                    .set(
                            "peer",
                            keyA.publicKey(),
                            "allowed-ips",
                            "10.9.0.1/32",
                            "endpoint",
                            host == b ? "192.168.7.1:51820" : "192.168.8.1:51820");
            host.address("wg0", host == b ? "10.9.0.2/24" : "10.9.0.3/24");
            host.up("wg0");
            Ping.once(host, A4);
        }
        Ping.once(a, "10.9.0.2");
        Ping.once(a, "10.9.0.3");

        // c now says it were 10.9.0.2, and then speaks for itself.
        c.address("wg0", "10.9.0.2/32", "172.16.0.1/32");
        try (var ear = a.udp(A4, 7777);
                var liar = c.udp("10.9.0.2", 0);
                var stranger = c.udp("172.16.0.1", 0);
                var honest = c.udp("10.9.0.3", 0)) {
            var to = new InetSocketAddress(A4, 7777);
            for (int i = 0; i < 5; i++) liar.send(ByteBuffer.wrap(new byte[] {1}), to);
            for (int i = 0; i < 5; i++) stranger.send(ByteBuffer.wrap(new byte[] {2}), to);
            honest.send(ByteBuffer.wrap(new byte[] {3}), to);
            var buffer = ByteBuffer.allocate(10);
            ear.configureBlocking(false);
            var from = Poll.untilPresent("the honest one is heard", Duration.ofSeconds(2), () -> receive(ear, buffer));
            assertEquals(new InetSocketAddress("10.9.0.3", port(honest)), from, "a liar was heard");
        }
        // The lies were in order as datagrams of c: they neither moved b nor ended c's tunnel.
        Ping.once(a, "10.9.0.2");
        Ping.once(b, A4);
    }

    @Test
    @OnlyWarren("wireguard-go drops these without a word; the kernel answers")
    void packetsToNowhereAreAnsweredWithUnreachable() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        // Nobody has these addresses.
        unreachable(Ping.run(pair.a, "10.9.0.77", 1, 56));
        unreachable(Ping.run(pair.a, "fd09::77", 1, 56));
        // Somebody has them, but nobody knows where that is.
        pair.warren.wg().set("peer", Keys.random(), "allowed-ips", "10.9.0.88/32,fd09::88/128");
        unreachable(Ping.run(pair.a, "10.9.0.88", 1, 56));
        unreachable(Ping.run(pair.a, "fd09::88", 1, 56));
        // Many packets, few answers; and the tunnel goes on.
        Ping.run(pair.a, "10.9.0.77", 20, 1000);
        Ping.once(pair.a, B4);
        Ping.once(pair.a, B6);
    }

    @Test
    @OnlyWarren("wireguard-go wraps its own packets for ever")
    void aRoutingLoopIsBounded() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        // The way to the other side's outer address leads into the tunnel to it.
        pair.warren.wg().set("peer", pair.keyB.publicKey(), "allowed-ips", "0.0.0.0/0,::/0");
        pair.a.run("ip", "route", "add", Pair.OUTER_B4 + "/32", "dev", "wg0");
        long before = pair.a.transmitted("wg0");
        for (int i = 0; i < 5; i++) Ping.run(pair.a, B4, 1, 1000, "-W", "0.3");
        long first = pair.a.transmitted("wg0");
        assertTrue(first - before < 200_000, () -> "the loop carried " + (first - before) + " bytes");
        // Nothing goes round any more when nobody sends.
        Poll.holds("the loop stands still", Duration.ofSeconds(1), () -> pair.a.transmitted("wg0") - first < 50_000);
        pair.a.run("ip", "route", "del", Pair.OUTER_B4 + "/32", "dev", "wg0");
        Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(6));
    }

    @Test
    void aPeerWithoutEndpointWaitsAndIsThenReached() {
        var pair = Pair.ready(lab, Outer.V4, Role.RESPONDER);
        assertTrue(!Ping.answered(pair.a, B4), "answered by somebody whose address we do not know");
        assertEquals(0, pair.warren.wg().onlyPeer().sent());
        Ping.once(pair.b, A4);
        Ping.once(pair.a, B4);
    }

    @Test
    void peersComeAndGoUnderTraffic() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        var pings = pair.a.spawn("ping", "-n", "-q", "-i", "0.01", "-c", "300", "-W", "1", B4);
        for (int round = 0; round < 20; round++) {
            var text = new StringBuilder();
            var gone = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                var key = Keys.hex(Keys.random());
                // With keepalive and endpoint: each begins a handshake nobody answers.
                text.append("public_key=").append(key).append("\nendpoint=192.168.7.2:9\nallowed_ip=10.66.0.");
                text.append(i).append("/32\npersistent_keepalive_interval=1\n");
                gone.append("public_key=").append(key).append("\nremove=true\n");
            }
            assertEquals(0, pair.warren.uapi().set(text.toString()));
            assertEquals(0, pair.warren.uapi().set(gone.toString()));
        }
        var summary = pings.await(Duration.ofSeconds(20)).out();
        assertTrue(summary.contains(" 300 received"), summary);
        assertEquals(1, pair.warren.wg().dump().peers().size());
    }

    private static void identity(Router router, Keys keys, int port) {
        router.wg()
                .set("private-key", router.wg().file(keys.privateKey() + "\n").toString(), "listen-port", "" + port);
    }

    private static void unreachable(Ping ping) {
        assertEquals(0, ping.received());
        assertTrue(
                ping.text().contains("Destination Host Unreachable")
                        || ping.text().contains("Address unreachable"),
                () -> "no word of it being unreachable:\n" + ping.text());
    }

    private static @org.jspecify.annotations.Nullable InetSocketAddress receive(
            java.nio.channels.DatagramChannel channel, ByteBuffer buffer) {
        try {
            return (InetSocketAddress) channel.receive(buffer.clear());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int port(java.nio.channels.DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }
}
