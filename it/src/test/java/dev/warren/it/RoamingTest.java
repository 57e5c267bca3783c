package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static dev.warren.it.Router.Maker.UNDER_TEST;
import static dev.warren.it.Router.Maker.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import dev.warren.it.Router.Maker;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Addresses, ports, routes and whole peers that change while the tunnel is up.
@Tag("netns")
class RoamingTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void theOtherSideMayChangeItsAddress() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        long handshake = pair.warren.wg().onlyPeer().latestHandshake();
        pair.b.run("ip", "address", "del", "192.168.7.2/24", "dev", "eth0");
        pair.b.address("eth0", "192.168.7.22/24");
        // Another port as well. That also makes wireguard-go forget its old address, which it would go on using.
        pair.other.wg().set("listen-port", "51822");
        // Its next packet says where it is.
        Ping.untilAnswered(pair.b, A4, AT_ONCE);
        assertEquals("192.168.7.22:51822", pair.warren.wg().onlyPeer().endpoint());
        Ping.once(pair.a, B4);
        // And from one family to the other.
        pair.other.wg().set("peer", pair.keyA.publicKey(), "endpoint", Pair.endpointA(Outer.V6));
        Ping.once(pair.b, A4);
        assertEquals("[fd07::2]:51822", pair.warren.wg().onlyPeer().endpoint());
        Ping.once(pair.a, B4);
        assertEquals(handshake, pair.warren.wg().onlyPeer().latestHandshake(), "roaming needs no handshake");
    }

    @ParameterizedTest
    @EnumSource(Outer.class)
    @OnlyWarren("wireguard-go goes on using the address that is gone")
    void ourOwnAddressMayChange(Outer outer) {
        var pair = Pair.ready(lab, outer, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        Ping.once(pair.b, A4);
        if (outer == Outer.V4) {
            pair.a.run("ip", "address", "del", "192.168.7.1/24", "dev", "eth0");
            pair.a.address("eth0", "192.168.7.11/24");
        } else {
            pair.a.run("ip", "address", "del", "fd07::1/64", "dev", "eth0");
            pair.a.address("eth0", "fd07::11/64");
        }
        Ping.untilAnswered(pair.a, B4, AT_ONCE);
        var expected = outer == Outer.V4 ? "192.168.7.11:51820" : "[fd07::11]:51820";
        assertEquals(expected, pair.other.wg().onlyPeer().endpoint());
        Ping.once(pair.b, A4);
    }

    @ParameterizedTest
    @EnumSource(Outer.class)
    void theAnswerComesFromTheAddressThatWasAsked(Outer outer) {
        var pair = Pair.unconfigured(lab);
        pair.introduce(outer, Role.RESPONDER, null);
        pair.up();
        pair.a.address("eth0", "192.168.7.101/24", "192.168.7.102/24", "fd07::101/64", "fd07::102/64");
        for (var last : new String[] {"102", "101", "1", "102"}) {
            var endpoint = outer == Outer.V4 ? "192.168.7." + last + ":51820" : "[fd07::" + last + "]:51820";
            pair.other.wg().set("peer", pair.keyA.publicKey(), "endpoint", endpoint);
            Ping.all(pair.b, A4, 2, 56);
            assertEquals(endpoint, pair.other.wg().onlyPeer().endpoint(), "answered from another address");
            Ping.all(pair.a, B4, 2, 56);
            assertEquals(endpoint, pair.other.wg().onlyPeer().endpoint(), "sent from another address");
            // Also many at once, which may be received and sent in one go.
            Ping.all(pair.b, A4, 3, 20000);
            assertEquals(endpoint, pair.other.wg().onlyPeer().endpoint(), "a burst was sent from another address");
        }
    }

    @Test
    @OnlyWarren("wireguard-go goes on using the address that is gone")
    void aLostUplinkIsReplacedByTheOther() {
        var pair = Pair.unconfigured(lab);
        lab.cable(pair.a, "eth1", pair.b, "eth1");
        pair.a.address("eth1", "192.168.8.1/24");
        pair.b.address("eth1", "192.168.8.2/24");
        pair.b.address("lo", "192.168.100.2/32");
        pair.a.run("ip", "route", "add", "192.168.100.2", "via", "192.168.7.2", "metric", "10");
        pair.a.run("ip", "route", "add", "192.168.100.2", "via", "192.168.8.2", "metric", "20");
        Pair.introduceTo(pair.warren, pair.keyB, B4, B6, "192.168.100.2:51821", null);
        Pair.introduceTo(pair.other, pair.keyA, A4, Pair.A6, null, null);
        pair.up();
        Ping.once(pair.a, B4);
        Ping.once(pair.b, A4);
        assertEquals("192.168.7.1:51820", pair.other.wg().onlyPeer().endpoint());
        pair.a.run("ip", "address", "flush", "dev", "eth0");
        pair.a.run("ip", "link", "set", "eth0", "down");
        Ping.untilAnswered(pair.a, B4, AT_ONCE);
        assertEquals("192.168.8.1:51820", pair.other.wg().onlyPeer().endpoint());
        Ping.once(pair.b, A4);
    }

    @ParameterizedTest
    @EnumSource(Maker.class)
    void aClientBehindNatKeepsItsTunnelWhenItsPortChanges(Maker client) {
        var inside = lab.host("inside");
        var nat = lab.host("nat");
        var outside = lab.host("outside");
        lab.cable(inside, "eth0", nat, "lan");
        lab.cable(nat, "wan", outside, "eth0");
        inside.address("eth0", "192.168.1.2/24");
        inside.run("ip", "route", "add", "default", "via", "192.168.1.1");
        nat.address("lan", "192.168.1.1/24");
        nat.address("wan", "203.0.113.1/24");
        outside.address("eth0", "203.0.113.2/24");
        nat.sysctl("net.ipv4.ip_forward", "1");
        masquerade(nat, "20000-20999");

        var guest = Router.start(inside, client, "wg0");
        var server = Router.start(outside, client == UNDER_TEST ? WIREGUARD_GO : UNDER_TEST, "wg0");
        var guestKey = Keys.generate();
        var serverKey = Keys.generate();
        guest.wg()
                .set(
                        "private-key",
                        guest.wg().file(guestKey.privateKey() + "\n").toString());
        server.wg()
                .set(
                        "private-key",
                        server.wg().file(serverKey.privateKey() + "\n").toString(),
                        "listen-port",
                        "51820");
        Pair.introduceTo(guest, serverKey, B4, B6, "203.0.113.2:51820", null);
        Pair.introduceTo(server, guestKey, A4, Pair.A6, null, null);
        Pair.up(inside, A4, Pair.A6);
        Pair.up(outside, B4, B6);

        Ping.once(inside, B4);
        var first = server.wg().onlyPeer();
        assertTrue(first.endpoint().startsWith("203.0.113.1:20"), () -> "not from the NAT: " + first);
        Ping.once(outside, A4);
        // The NAT forgets its mappings when its outer device goes down, and gives other ports afterwards.
        masquerade(nat, "30000-30999");
        nat.run("ip", "link", "set", "wan", "down");
        nat.up("wan");
        Ping.untilAnswered(inside, B4, AT_ONCE.multipliedBy(2));
        var second = server.wg().onlyPeer();
        assertTrue(second.endpoint().startsWith("203.0.113.1:30"), () -> "not the new port: " + second);
        Ping.once(outside, A4);
        assertEquals(first.latestHandshake(), second.latestHandshake(), "a new port needs no handshake");
    }

    @Test
    void afterTheOtherSideWasKilledItsFirstPacketRepairsTheTunnel() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        pair.other.kill();
        pair.other.restart();
        Pair.introduceTo(pair.other, pair.keyA, A4, Pair.A6, Pair.endpointA(Outer.V4), null);
        pair.other
                .wg()
                .set(
                        "private-key",
                        pair.other.wg().file(pair.keyB.privateKey() + "\n").toString(),
                        "listen-port",
                        "51821");
        Pair.up(pair.b, B4, B6);
        Ping.untilAnswered(pair.b, A4, Duration.ofSeconds(6));
        Ping.once(pair.a, B4);
    }

    @Test
    void afterWeWereKilledOurFirstPacketRepairsTheTunnel() { // our TAI64N goes on
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        pair.warren.kill();
        pair.warren.restart();
        Pair.introduceTo(pair.warren, pair.keyB, B4, B6, Pair.endpointB(Outer.V4), null);
        pair.warren
                .wg()
                .set(
                        "private-key",
                        pair.warren.wg().file(pair.keyA.privateKey() + "\n").toString(),
                        "listen-port",
                        "51820");
        Pair.up(pair.a, A4, Pair.A6);
        Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(6));
        Ping.once(pair.b, A4);
    }

    @ParameterizedTest
    @CsvSource({"INITIATOR", "RESPONDER"})
    void aHostWithoutIpv6StillHasV4(Role role) {
        var pair = new Object() {
            final Host a = lab.host("a");
            final Host b = lab.host("b");
        };
        pair.a.sysctl("net.ipv6.conf.all.disable_ipv6", "1");
        pair.a.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        lab.cable(pair.a, "eth0", pair.b, "eth0");
        pair.a.address("eth0", "192.168.7.1/24");
        pair.b.address("eth0", "192.168.7.2/24");
        var ours = Router.start(pair.a, UNDER_TEST, "wg0");
        var theirs = Router.start(pair.b, WIREGUARD_GO, "wg0");
        var keyA = Keys.generate();
        var keyB = Keys.generate();
        ours.wg().set("private-key", ours.wg().file(keyA.privateKey() + "\n").toString(), "listen-port", "51820");
        theirs.wg()
                .set("private-key", theirs.wg().file(keyB.privateKey() + "\n").toString(), "listen-port", "51821");
        Pair.introduceTo(ours, keyB, B4, B6, role == Role.INITIATOR ? Pair.endpointB(Outer.V4) : null, null);
        Pair.introduceTo(theirs, keyA, A4, Pair.A6, role == Role.RESPONDER ? Pair.endpointA(Outer.V4) : null, null);
        pair.a.address("wg0", A4 + "/24");
        pair.a.up("wg0");
        Pair.up(pair.b, B4, B6);
        if (role == Role.INITIATOR) Ping.once(pair.a, B4);
        else Ping.once(pair.b, A4);
        Ping.all(pair.a, B4, 3, 56);
        Ping.all(pair.b, A4, 3, 56);
        assertNotEquals(0, ours.wg().onlyPeer().latestHandshake());
    }

    private static void masquerade(Host nat, String ports) {
        nat.feed("""
                table ip nat
                delete table ip nat
                table ip nat {
                  chain post {
                    type nat hook postrouting priority 100;
                    oifname "wan" udp dport 51820 masquerade to :%s
                    oifname "wan" udp sport 51820 masquerade to :%s
                  }
                }
                """.formatted(ports, ports), "nft", "-f", "-");
    }
}
