package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The real `wg` in front of the router.
@Tag("netns")
class WgToolTest {
    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void wgShowTellsTheTruth() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        var wg = pair.warren.wg();
        assertEquals("off", wg.dump().fwmark());
        assertEquals(0, wg.onlyPeer().latestHandshake(), "no handshake yet is 0");
        assertFalse(wg.show().contains("latest handshake"), "a handshake is shown before there was one");

        pair.speakFirst(Role.INITIATOR);
        long now = System.currentTimeMillis() / 1000;
        // More one way than the other: b answers nothing to 20 datagrams for a closed port, which ICMP says is closed.
        var udp = pair.a.udp(A4, 0);
        var peer = wg.onlyPeer();
        assertTrue(Math.abs(peer.latestHandshake() - now) <= 2, () -> "handshake at " + peer + ", now " + now);
        assertEquals(pair.keyB.publicKey(), peer.publicKey());
        assertEquals("(none)", peer.presharedKey());
        assertEquals(Pair.endpointB(Outer.V4), peer.endpoint());
        assertEquals(
                new TreeSet<>(Arrays.asList(B4 + "/32", B6 + "/128")),
                new TreeSet<>(Arrays.asList(peer.allowedIps().split(","))));
        assertEquals("off", peer.keepalive());
        assertEquals(pair.keyA.privateKey(), wg.dump().privateKey());
        assertEquals(pair.keyA.publicKey(), wg.dump().publicKey());
        assertEquals(Pair.PORT_A, wg.dump().listenPort());

        // The initiator has sent 148 and received 92 bytes, and each side one ping of 84 + 12 of padding + 32.
        assertEquals(148 + 128, peer.sent());
        assertEquals(92 + 128, peer.received());
        blast(udp, B4, 20, 1000);
        Poll.until(
                "20 datagrams are counted as sent",
                Duration.ofSeconds(3),
                () -> wg.onlyPeer().sent() > 20_000);
        assertTrue(wg.onlyPeer().received() < 10_000, () -> "received " + wg.onlyPeer());
        Poll.until(
                "and as received at the other side",
                Duration.ofSeconds(3),
                () -> pair.other.wg().onlyPeer().received() == wg.onlyPeer().sent());
        assertEquals(pair.other.wg().onlyPeer().sent(), wg.onlyPeer().received());

        var pretty = wg.show();
        for (var line : new String[] {
            "interface: wg0",
            "public key: " + pair.keyA.publicKey(),
            "private key: (hidden)",
            "listening port: 51820",
            "peer: " + pair.keyB.publicKey(),
            "endpoint: 192.168.7.2:51821",
            "allowed ips: ",
            "latest handshake: ",
            "transfer: "
        }) {
            assertTrue(pretty.contains(line), () -> "no '" + line + "' in\n" + pretty);
        }
        assertFalse(pretty.contains("persistent keepalive"), pretty);
        assertFalse(pretty.contains("fwmark"), pretty);
    }

    @Test
    void everyQuestionOfWgShowIsAnswered() {
        var pair = Pair.ready(lab, Outer.V6, Role.RESPONDER);
        pair.speakFirst(Role.RESPONDER);
        var wg = pair.warren.wg();
        var key = pair.keyB.publicKey();
        assertEquals(pair.keyA.publicKey() + "\n", wg.show("public-key"));
        assertEquals(pair.keyA.privateKey() + "\n", wg.show("private-key"));
        assertEquals("51820\n", wg.show("listen-port"));
        assertEquals("off\n", wg.show("fwmark"));
        assertEquals(key + "\n", wg.show("peers"));
        assertEquals(key + "\t(none)\n", wg.show("preshared-keys"));
        // The responder learnt the endpoint from the initiation.
        assertEquals(key + "\t[fd07::2]:51821\n", wg.show("endpoints"));
        assertTrue(wg.show("allowed-ips").startsWith(key + "\t"), wg.show("allowed-ips"));
        assertTrue(wg.show("latest-handshakes").matches("\\S+\t[1-9]\\d+\n"), wg.show("latest-handshakes"));
        assertTrue(wg.show("transfer").matches("\\S+\t[1-9]\\d+\t[1-9]\\d+\n"), wg.show("transfer"));
        assertEquals(key + "\toff\n", wg.show("persistent-keepalive"));
        assertEquals("wg0\n", pair.a.run("wg", "show", "interfaces").out());
        assertTrue(pair.a.run("wg", "show", "all", "dump").out().startsWith("wg0\t" + pair.keyA.privateKey() + "\t"));
        assertTrue(pair.a.run("wg", "show", "all", "dump").lines().get(1).startsWith("wg0\t" + key + "\t"));
        assertTrue(pair.a.run("wg").out().contains("interface: wg0"));
    }

    @Test
    void wgSetChangesEveryParameter() {
        var pair = Pair.unconfigured(lab);
        var wg = pair.warren.wg();
        wg.set("fwmark", "0x2a");
        assertEquals("0x2a", wg.dump().fwmark());
        wg.set("fwmark", "0");
        assertEquals("off", wg.dump().fwmark());
        wg.set("listen-port", "4711");
        assertEquals(4711, wg.dump().listenPort());
        wg.set("listen-port", "0");
        Poll.until(
                "a free port was chosen", Duration.ofSeconds(1), () -> wg.dump().listenPort() != 4711);

        var key = Keys.random();
        var psk = Keys.random();
        wg.set(
                "peer",
                key,
                "endpoint",
                "192.168.7.2:1234",
                "persistent-keepalive",
                "17",
                "preshared-key",
                wg.file(psk + "\n").toString(),
                "allowed-ips",
                "10.1.0.0/16,fd01::/64,10.2.3.4");
        var peer = wg.onlyPeer();
        assertEquals("192.168.7.2:1234", peer.endpoint());
        assertEquals("17", peer.keepalive());
        assertEquals(psk, peer.presharedKey());
        assertEquals(prefixes("10.1.0.0/16,10.2.3.4/32,fd01::/64"), prefixes(peer.allowedIps()));

        wg.set(
                "peer",
                key,
                "endpoint",
                "[fd07::2]:4321",
                "persistent-keepalive",
                "off",
                "preshared-key",
                "/dev/null",
                "allowed-ips",
                "");
        var changed = wg.onlyPeer();
        assertEquals("[fd07::2]:4321", changed.endpoint());
        assertEquals("off", changed.keepalive());
        assertEquals("(none)", changed.presharedKey());
        assertEquals("(none)", changed.allowedIps());

        wg.set("peer", key, "remove");
        assertEquals(0, wg.dump().peers().size());
        wg.set("peer", key, "remove");
        wg.set("private-key", "/dev/null");
        assertEquals("(none)", wg.dump().privateKey());
    }

    @Test
    void allowedIpsMoveToThePeerNamedLast() {
        var wg = Pair.unconfigured(lab).warren.wg();
        var one = Keys.random();
        var two = Keys.random();
        wg.set(
                "peer",
                one,
                "allowed-ips",
                "10.0.0.0/8,0.0.0.0/0,::/0,fd00::/8,10.5.5.5/32",
                "peer",
                two,
                "allowed-ips",
                "fe80::/10");
        wg.set("peer", two, "allowed-ips", "10.0.0.0/8,::/0,10.99.1.2/8");
        assertEquals(
                prefixes("0.0.0.0/0,fd00::/8,10.5.5.5/32"),
                prefixes(wg.dump().peer(one).orElseThrow().allowedIps()));
        assertEquals(
                prefixes("10.0.0.0/8,::/0"),
                prefixes(wg.dump().peer(two).orElseThrow().allowedIps()));
        wg.set("peer", two, "remove");
        assertEquals(
                prefixes("0.0.0.0/0,fd00::/8,10.5.5.5/32"),
                prefixes(wg.onlyPeer().allowedIps()));
    }

    @Test
    void trafficFollowsAllowedIpsThatMove() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        var nobody = Keys.random();
        pair.warren.wg().set("peer", nobody, "allowed-ips", B4 + "/32");
        assertFalse(Ping.answered(pair.a, B4), "b answered although its prefix went to another peer");
        Ping.once(pair.a, B6);
        pair.warren.wg().set("peer", pair.keyB.publicKey(), "allowed-ips", B4 + "/32," + B6 + "/128");
        Ping.once(pair.a, B4);
    }

    @Test
    void removingAPeerEndsItsTunnelAndAddingItMakesANewOne() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        for (int round = 0; round < 3; round++) {
            pair.warren.wg().set("peer", pair.keyB.publicKey(), "remove");
            assertFalse(Ping.answered(pair.a, B4), "answered by a peer that was removed");
            Pair.introduceTo(pair.warren, pair.keyB, B4, B6, Pair.endpointB(Outer.V4), null);
            Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(3));
        }
        Ping.once(pair.b, A4);
    }

    @Test
    void syncconfKeepsTheSessionsOfUnchangedPeers() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        var wg = pair.warren.wg();
        var before = wg.onlyPeer();
        var conf = pair.a.run("wg", "showconf", "wg0").out();
        assertTrue(
                conf.contains("ListenPort = 51820") && conf.contains("PrivateKey = " + pair.keyA.privateKey()), conf);
        assertTrue(conf.contains("[Peer]") && conf.contains("Endpoint = 192.168.7.2:51821"), conf);

        var extra = Keys.random();
        wg.syncconf(conf + "\n[Peer]\nPublicKey = " + extra + "\nAllowedIPs = 10.77.0.0/16\n");
        assertEquals(2, wg.dump().peers().size());
        Ping.once(pair.a, B4);
        wg.syncconf(conf);
        assertEquals(1, wg.dump().peers().size());
        Ping.once(pair.a, B4);
        assertEquals(before.latestHandshake(), wg.onlyPeer().latestHandshake(), "syncconf made a new handshake");

        wg.addconf("[Peer]\nPublicKey = " + extra + "\nAllowedIPs = 10.78.0.0/16\nPersistentKeepalive = 25\n");
        assertEquals(2, wg.dump().peers().size());
        assertEquals("25", wg.dump().peer(extra).orElseThrow().keepalive());
        Ping.once(pair.a, B4);
        assertEquals(
                before.latestHandshake(),
                wg.dump().peer(pair.keyB.publicKey()).orElseThrow().latestHandshake());

        // setconf replaces all peers, and with them the session.
        wg.setconf(conf);
        assertEquals(0, wg.onlyPeer().latestHandshake());
        Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(3));
    }

    @Test
    void theSamePrivateKeyAgainChangesNothingAndAnotherBreaksTheTunnel() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        var wg = pair.warren.wg();
        long handshake = wg.onlyPeer().latestHandshake();
        wg.set("private-key", wg.file(pair.keyA.privateKey() + "\n").toString());
        Ping.once(pair.a, B4);
        assertEquals(handshake, wg.onlyPeer().latestHandshake());

        var changed = Keys.generate();
        wg.set("private-key", wg.file(changed.privateKey() + "\n").toString());
        assertEquals(changed.publicKey(), wg.dump().publicKey());
        assertFalse(Ping.answered(pair.a, B4), "answered although the other side does not know the new key");
        pair.other.wg().set("peer", pair.keyA.publicKey(), "remove");
        Pair.introduceTo(pair.other, changed, A4, Pair.A6, Pair.endpointA(Outer.V4), null);
        Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(8));
        Ping.once(pair.b, A4);
    }

    @Test
    void aPeerWithOurOwnKeyIsRemoved() {
        var wg = Pair.unconfigured(lab).warren.wg();
        var self = Keys.generate();
        var other = Keys.random();
        wg.set("peer", self.publicKey(), "allowed-ips", "10.0.0.0/8", "peer", other, "allowed-ips", "10.1.0.0/16");
        wg.set("private-key", wg.file(self.privateKey() + "\n").toString());
        assertEquals(other, wg.onlyPeer().publicKey());
        wg.set("peer", self.publicKey(), "allowed-ips", "10.0.0.0/8");
        assertEquals(other, wg.onlyPeer().publicKey());
    }

    @Test
    void theListenPortMayChangeUnderTraffic() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        for (int port = 50001; port <= 50010; port++) {
            pair.warren.wg().set("listen-port", "" + port);
            assertEquals(port, pair.warren.wg().dump().listenPort());
            Ping.once(pair.a, B4);
            assertEquals("192.168.7.1:" + port, pair.other.wg().onlyPeer().endpoint());
            Ping.once(pair.b, A4);
        }
        // A port that is taken is refused, and the router lives on.
        var taken = pair.a.udp("0.0.0.0", 50011);
        var refused = pair.warren.wg().wg("set", "listen-port", "50011");
        assertNotEquals(0, refused.code(), "a port that is taken was accepted");
        close(taken);
        pair.warren.wg().set("listen-port", "50012");
        Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(3));
    }

    @Test
    void fwmarkIsOnTheEncryptedPackets() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        // Two marks one after the other, each counted where packets leave the host.
        pair.a.feed("""
                table inet marks {
                  chain out {
                    type filter hook output priority 0;
                    meta mark 0x1234 udp dport 51821 counter comment "first"
                    meta mark 0x77 udp dport 51821 counter comment "second"
                  }
                }
                """, "nft", "-f", "-");
        pair.warren.wg().set("fwmark", "0x1234");
        pair.speakFirst(Role.INITIATOR);
        assertTrue(marked(pair, "0x00001234") >= 2, () -> "handshake and ping are marked");
        assertEquals(0, marked(pair, "0x00000077"));
        pair.warren.wg().set("fwmark", "0x77");
        Ping.once(pair.a, B4);
        assertTrue(marked(pair, "0x00000077") >= 1, () -> "the next ping has the new mark");
    }

    private static long marked(Pair pair, String mark) {
        var rules = pair.a.run("nft", "list", "chain", "inet", "marks", "out").out();
        return rules.lines()
                .filter(l -> l.contains(mark))
                .mapToLong(l -> Long.parseLong(l.replaceAll(".*packets (\\d+) .*", "$1")))
                .sum();
    }

    @Test
    void aThousandPeersComeByOneSetconf() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        var wg = pair.warren.wg();
        var text = new StringBuilder("[Interface]\nPrivateKey = " + pair.keyA.privateKey() + "\nListenPort = 51820\n");
        var keys = IntStream.range(0, 999).mapToObj(i -> Keys.random()).toList();
        for (int i = 0; i < keys.size(); i++) {
            text.append("[Peer]\nPublicKey = ").append(keys.get(i));
            text.append("\nAllowedIPs = 10.200.")
                    .append(i / 250)
                    .append('.')
                    .append(i % 250)
                    .append("/32\n");
            text.append("Endpoint = 192.168.7.2:").append(1000 + i).append('\n');
        }
        text.append("[Peer]\nPublicKey = ").append(pair.keyB.publicKey()).append("\nAllowedIPs = 10.9.0.2/32\n");
        text.append("Endpoint = ").append(Pair.endpointB(Outer.V4)).append('\n');
        long start = System.nanoTime();
        wg.setconf(text.toString());
        var took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.toMillis() < 5000, "setconf of 1000 peers took " + took);
        var dump = wg.dump();
        assertEquals(1000, dump.peers().size());
        var all = dump.peers().stream().map(Wg.Peer::publicKey).collect(Collectors.toSet());
        assertTrue(all.containsAll(keys));
        Ping.once(pair.a, B4);
        Ping.once(pair.b, A4);
        wg.setconf("[Interface]\nPrivateKey = " + pair.keyA.privateKey() + "\nListenPort = 51820\n");
        assertEquals(0, wg.dump().peers().size());
    }

    @Test
    void countsOfPeersAroundMessageBoundariesAreShownWhole() {
        var wg = Pair.unconfigured(lab).warren.wg();
        int have = 0;
        for (int count : new int[] {1, 2, 22, 23, 24, 63, 64, 65}) {
            var text = new StringBuilder();
            for (; have < count; have++) {
                text.append("[Peer]\nPublicKey = ")
                        .append(Keys.random())
                        .append("\nAllowedIPs = 10.3.0.")
                        .append(have);
                text.append("/32,fd03::").append(have).append("/128\nPersistentKeepalive = 0\n");
            }
            wg.addconf(text.toString());
            assertEquals(count, wg.dump().peers().size());
        }
    }

    private static Set<String> prefixes(String list) {
        return new TreeSet<>(Arrays.asList(list.split(",")));
    }

    private static void blast(java.nio.channels.DatagramChannel from, String to, int count, int size) {
        try (from) {
            for (int i = 0; i < count; i++) {
                from.send(java.nio.ByteBuffer.allocate(size), new java.net.InetSocketAddress(to, 9));
            }
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void close(AutoCloseable it) {
        try {
            it.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
