package dev.warren.app.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.app.cli.StatusClient;
import dev.warren.app.doctor.Finding.Level;
import dev.warren.io.netlink.Netlink;
import io.vertx.core.json.JsonObject;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `warren doctor` says of an interface, by its configuration, its status and the files of the host.
class InterfaceChecksTest {
    private static final InetAddress SERVER = InetAddress.ofLiteral("192.0.2.1");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private DoctorTree tree;

    @BeforeEach
    void hostThatForwardsNothing() {
        tree = new DoctorTree(directory);
        tree.sysctl("net/ipv4/ip_forward", 0);
    }

    private static void assertFound(Level level, String part, Finding finding) {
        assertEquals(level, finding.level(), finding.toString());
        assertTrue((finding.found() + " -> " + finding.remedy()).contains(part), finding.toString());
    }

    private static JsonObject peer(JsonObject status) {
        return status.getJsonArray("peers").getJsonObject(0);
    }

    // ---- forwarding

    @Test
    void onlyAHubNeedsForwarding() {
        var hub = tree.configured(DoctorTree.HUB);
        var client = tree.configured(DoctorTree.CLIENT);
        var mesh = tree.configured(DoctorTree.HUB
                .replace("\"10.8.0.2/32\"]", "\"10.8.0.2/32\"], endpoint = \"192.0.2.1:1\"")
                .replace("\"10.8.0.3/32\"]", "\"10.8.0.3/32\"], endpoint = \"192.0.2.2:1\""));
        assertFound(
                Level.WRONG,
                "-> sysctl -w net.ipv4.ip_forward=1",
                ForwardingCheck.of(hub, tree.files(), null).getFirst());
        assertFound(
                Level.OK,
                "not needed",
                ForwardingCheck.of(client, tree.files(), null).getFirst());
        assertFound(
                Level.OK,
                "not needed",
                ForwardingCheck.of(mesh, tree.files(), null).getFirst());
        tree.sysctl("net/ipv4/ip_forward", 1);
        assertFound(
                Level.OK,
                "is forwarded",
                ForwardingCheck.of(hub, tree.files(), null).getFirst());
        tree.sysctl("net/ipv4/conf/wg0/forwarding", 0);
        assertFound(
                Level.WRONG,
                "net/ipv4/conf/wg0/forwarding=1",
                ForwardingCheck.of(hub, tree.files(), null).getFirst());
    }

    @Test
    void ipv6IsForwardedByASettingOfItsOwn() {
        tree.sysctl("net/ipv4/ip_forward", 1)
                .sysctl("net/ipv6/conf/all/forwarding", 0)
                .with("proc/net/if_inet6", "");
        var hub = tree.configured(
                DoctorTree.HUB.replace("/32\"", "/32\", \"fd00::/64\"").replaceFirst("fd00", "fd01"));
        var found = ForwardingCheck.of(hub, tree.files(), null);
        assertEquals(2, found.size());
        assertFound(Level.OK, "IPv4 is forwarded", found.getFirst());
        assertFound(Level.WRONG, "net.ipv6.conf.all.forwarding=1", found.getLast());
    }

    @Test
    void aFirewallMayKeepAHubFromForwarding() {
        tree.sysctl("net/ipv4/ip_forward", 1);
        var hub = tree.configured(DoctorTree.HUB);
        assertFound(
                Level.WRONG,
                "nft insert rule inet filter forward iifname wg0 accept",
                ForwardingCheck.of(hub, tree.files(), RulesetTest.of("forward")).getFirst());
        assertFound(
                Level.WRONG,
                "iptables -I FORWARD -i wg0 -j ACCEPT",
                ForwardingCheck.of(hub, tree.files(), RulesetTest.of("iptables"))
                        .getFirst());
        assertFound(
                Level.OK,
                "is forwarded",
                ForwardingCheck.of(hub, tree.files(), RulesetTest.of("forward-open"))
                        .getFirst());
    }

    @Test
    void masqueradingIsAHint() {
        tree.sysctl("net/ipv4/ip_forward", 1);
        var hub = tree.configured(DoctorTree.HUB);
        assertFound(
                Level.HINT,
                "ip saddr 10.8.0.0/24 oifname != \"wg0\" masquerade",
                ForwardingCheck.of(hub, tree.files(), RulesetTest.of("none")).getLast());
        assertFound(
                Level.OK,
                "ip nat post",
                ForwardingCheck.of(hub, tree.files(), RulesetTest.of("forward")).getLast());
        tree.with("proc/net/ip_tables_names", "filter\nnat");
        assertFound(
                Level.HINT,
                "iptables-legacy",
                ForwardingCheck.of(hub, tree.files(), RulesetTest.of("none")).getLast());
    }

    // ---- rp_filter

    @Test
    void aStrictFilterMattersWhereEverythingIsRouted() {
        tree.sysctl("net/ipv4/conf/all/rp_filter", 0)
                .sysctl("net/ipv4/conf/eth0/rp_filter", 1)
                .sysctl("net/ipv4/conf/eth1/rp_filter", 2)
                .sysctl("net/ipv4/conf/all/src_valid_mark", 0);
        var byEth0 = List.of(new EndpointRoute("server", SERVER, 1500, "eth0"));
        var byEth1 = List.of(new EndpointRoute("server", SERVER, 1500, "eth1"));
        assertFound(
                Level.OK,
                "warren run sets",
                ReversePathCheck.of(tree.configured(DoctorTree.CLIENT), tree.files(), byEth0));
        var running = tree.running(DoctorTree.CLIENT, DoctorTree.status().put("fwmark", 51820));
        assertFound(
                Level.WRONG,
                "strict on eth0, and everything is routed into wg0: answers of peers are dropped"
                        + " -> sysctl -w net.ipv4.conf.all.src_valid_mark=1",
                ReversePathCheck.of(running, tree.files(), byEth0));
        assertFound(Level.OK, "drops no answers", ReversePathCheck.of(running, tree.files(), byEth1));
        tree.sysctl("net/ipv4/conf/all/src_valid_mark", 1);
        assertFound(Level.OK, "by their mark", ReversePathCheck.of(running, tree.files(), byEth0));
        assertFound(
                Level.OK,
                "drops nothing",
                ReversePathCheck.of(tree.configured(DoctorTree.HUB), tree.files(), List.of()));
    }

    @Test
    void aStrictFilterMattersWithoutRoutes() {
        tree.sysctl("net/ipv4/conf/all/rp_filter", 1);
        var without = DoctorTree.HUB.replace("listen-port", "routes = off, listen-port");
        assertFound(
                Level.HINT,
                "sysctl -w net/ipv4/conf/wg0/rp_filter=2",
                ReversePathCheck.of(tree.configured(without), tree.files(), List.of()));
        assertFound(
                Level.OK, "route back", ReversePathCheck.of(tree.configured(DoctorTree.HUB), tree.files(), List.of()));
    }

    // ---- firewall and port

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "closed             | WRONG | inet filter input keeps UDP 51820 out, so peers cannot reach the router"
                        + " -> nft insert rule inet filter input udp dport 51820 accept",
                "open               | OK    | it lets UDP 51820 in",
                "conditional        | OK    | where the other conditions of the rule hold",
                "doubtful           | HINT  | cannot tell: inet filter input drops what no rule accepts",
                "iptables-multiport | HINT  | iptables -I INPUT -p udp --dport 51820 -j ACCEPT",
                "v6-closed          | HINT  | over IPv6 out",
                "port-dropped       | WRONG | ip raw prerouting keeps"
            })
    void theFirewallOfAServer(String rules, Level level, String part) {
        var hub = tree.configured(DoctorTree.HUB);
        if (rules.startsWith("v6")) {
            tree.with("proc/net/if_inet6", "fd00000000000000 07 40 00 80 wg0").with("sys/class/net/wg0/tun_flags", "1");
            assertFound(Level.OK, "", FirewallCheck.of(hub, tree.files(), RulesetTest.of(rules), ""));
            tree.with("proc/net/if_inet6", "20010db8000000000000000000000001 02 40 00 80 eth0");
        }
        assertFound(level, part, FirewallCheck.of(hub, tree.files(), RulesetTest.of(rules), ""));
    }

    @Test
    void aClientNeedsAnswersOnly() {
        var client = tree.running(DoctorTree.CLIENT, DoctorTree.status());
        assertFound(Level.OK, "lets UDP", FirewallCheck.of(client, tree.files(), RulesetTest.of("closed"), ""));
        assertFound(
                Level.WRONG,
                "answers of peers do not come in",
                FirewallCheck.of(client, tree.files(), RulesetTest.of("port-dropped"), ""));
        var stopped = tree.configured(DoctorTree.CLIENT);
        assertFound(
                Level.OK,
                "when the port is open",
                FirewallCheck.of(stopped, tree.files(), RulesetTest.of("closed"), ""));
    }

    @Test
    void whatCannotBeReadCannotBeTold() {
        var hub = tree.configured(DoctorTree.HUB);
        assertFound(Level.HINT, "cannot tell: needs root", FirewallCheck.of(hub, tree.files(), null, "needs root"));
        tree.with("proc/net/ip_tables_names", "filter");
        assertFound(Level.HINT, "iptables-legacy", FirewallCheck.of(hub, tree.files(), RulesetTest.of("none"), ""));
        var anyPort = tree.configured(DoctorTree.HUB.replace("51820", "auto"));
        assertFound(
                Level.HINT, "listen-port = 51820", FirewallCheck.of(anyPort, tree.files(), RulesetTest.of("none"), ""));
    }

    @Test
    void aPortThatIsTakenIsFound() throws Exception {
        var files = new HostFiles(Path.of("/")); // this host, as it is
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        var hub = tree.configured(
                DoctorTree.HUB.replace("51820", "" + socket.getLocalPort()).replace("wg0", "nobody7"));
        assertFound(Level.WRONG, "is taken by another program", PortCheck.of(hub, files));
        socket.close();
        assertFound(Level.OK, "is free", PortCheck.of(hub, files));
    }

    @Test
    void aRunningRouterHasItsPort() {
        var files = tree.files();
        assertFound(Level.OK, "51820 is open", PortCheck.of(InspectedInterface.of(DoctorTree.status()), files));
        var closed = DoctorTree.status().put("listenPort", 0);
        assertFound(Level.WRONG, "not open", PortCheck.of(InspectedInterface.of(closed), files));
        assertFound(Level.OK, "when the link", PortCheck.of(InspectedInterface.of(closed.put("up", false)), files));
    }

    // ---- path, IPv6

    @Test
    void theWayToAnEndpointHasToTakeATunnelPacket() throws Exception {
        var device = InspectedInterface.of(DoctorTree.status());
        try (var netlink = Netlink.open()) {
            var routes = EndpointRoute.of(device, netlink); // of this host
            assertEquals("lo", routes.getFirst().device());
            assertFound(Level.OK, "1420 of the tunnel fit the 65536", path(device, routes.getFirst()));
            assertEquals(List.of(), EndpointRoute.of(tree.configured(DoctorTree.HUB), netlink));
        }
        assertFound(Level.OK, "no endpoint", PathMtuCheck.of(device, List.of()).getFirst());
        var v6 = InetAddress.ofLiteral("2001:db8::1");
        assertFound(Level.OK, "fit the 1500", path(device, new EndpointRoute("a", v6, 1500, "eth0")));
        assertFound(Level.HINT, "ip link set wg0 mtu 1400", path(device, new EndpointRoute("a", v6, 1480, "eth0")));
        assertFound(Level.OK, "fit the 1480", path(device, new EndpointRoute("a", SERVER, 1480, "eth0")));
        assertFound(Level.HINT, "mtu 1419", path(device, new EndpointRoute("a", SERVER, 1479, "eth0")));
        assertFound(
                Level.WRONG,
                "no route to 192.0.2.1, the endpoint of a",
                path(device, new EndpointRoute("a", SERVER, 0, "")));
        assertFound(
                Level.WRONG,
                "routed into the tunnel itself",
                path(device, new EndpointRoute("a", SERVER, 1420, "wg0")));
        var client = tree.configured(DoctorTree.CLIENT);
        assertFound(Level.OK, "chosen to fit the 1480", path(client, new EndpointRoute("a", SERVER, 1480, "eth0")));
    }

    private static Finding path(InspectedInterface device, EndpointRoute route) {
        return PathMtuCheck.of(device, List.of(route)).getFirst();
    }

    @Test
    void ipv6MattersWhereItIsConfigured() {
        var hub = tree.configured(DoctorTree.HUB);
        var six = tree.configured(DoctorTree.HUB.replace("\"10.8.0.1/24\"", "\"fd00::1/64\""));
        assertFound(Level.OK, "not configured", Ipv6Check.of(hub, tree.files()));
        assertFound(Level.WRONG, "no IPv6", Ipv6Check.of(six, tree.files()));
        tree.with("proc/net/if_inet6", "").sysctl("net/ipv6/conf/all/disable_ipv6", 1);
        assertFound(Level.WRONG, "sysctl -w net/ipv6/conf/all/disable_ipv6=0", Ipv6Check.of(six, tree.files()));
        tree.sysctl("net/ipv6/conf/all/disable_ipv6", 0).sysctl("net/ipv6/conf/default/disable_ipv6", 1);
        assertFound(Level.WRONG, "conf/default/disable_ipv6=0", Ipv6Check.of(six, tree.files()));
        tree.sysctl("net/ipv6/conf/default/disable_ipv6", 0);
        assertFound(Level.OK, "has it", Ipv6Check.of(six, tree.files()));
    }

    // ---- what a running router tells

    @Test
    void aRouterThatRunsIsToldFromOneThatDoesNot() {
        var hub = tree.configured(DoctorTree.HUB);
        assertFound(Level.HINT, "-> sudo warren run", RouterCheck.of(hub, null).getFirst());
        assertFound(
                Level.HINT,
                "does not answer: refused",
                RouterCheck.of(hub, "refused").getFirst());
        var found = RouterCheck.of(tree.running(DoctorTree.HUB, DoctorTree.status()), null);
        assertFound(Level.OK, "1 of 2 peers online", found.getFirst());
        assertFound(Level.HINT, "does not have 1 peer of the file, such as b", found.getLast());
        var down = InspectedInterface.of(DoctorTree.status().put("up", false));
        assertFound(
                Level.WRONG, "ip link set wg0 up", RouterCheck.of(down, null).getFirst());
        var status = DoctorTree.status();
        status.remove("publicKey");
        assertFound(
                Level.WRONG,
                "private-key",
                RouterCheck.of(InspectedInterface.of(status), null).getFirst());
    }

    @Test
    void aPeerWhoseClockWentBackIsNamed() {
        var status = DoctorTree.status();
        assertEquals(List.of(), ClockCheck.of(InspectedInterface.of(status)));
        peer(status).put("online", false).getJsonObject("drops").put("handshake.drop.replayed-timestamp", 3);
        var found = ClockCheck.of(tree.running(DoctorTree.HUB, status));
        assertEquals(1, found.size());
        assertFound(Level.HINT, "3 initiations of a ", found.getFirst());
        assertFound(Level.HINT, "warren reset-timestamp wg0 " + DoctorTree.KEY_A, found.getFirst());
    }

    @Test
    void whatWasLostIsAHint() {
        var status = DoctorTree.status();
        assertEquals(List.of(), SocketCheck.of(InspectedInterface.of(status)));
        assertEquals(List.of(), OffloadCheck.of(InspectedInterface.of(status)));
        status.getJsonObject("counters")
                .put("udp.receive.drop.overflow", 7)
                .put("udp.send.drop.buffer-full", 8)
                .put("tun.write.gro-refused", 9)
                .put("udp.send.gso-refused", 10);
        var device = InspectedInterface.of(status);
        assertFound(Level.HINT, "7 datagrams", SocketCheck.of(device).getFirst());
        assertFound(Level.HINT, "more packet loops", SocketCheck.of(device).getFirst());
        assertFound(Level.HINT, "8 datagrams", SocketCheck.of(device).getLast());
        assertFound(Level.HINT, "refused 9", OffloadCheck.of(device).getFirst());
        assertFound(Level.HINT, "refused 10", OffloadCheck.of(device).getLast());
    }

    @Test
    void offloadsSayWhyOneIsOff() {
        var offloads = new JsonObject()
                .put("tun-tso", "on")
                .put("udp-gro", "off: not asked for")
                .put("udp-gso", "off: the kernel refused it");
        var found = OffloadCheck.of(InspectedInterface.of(DoctorTree.status().put("offloads", offloads)));
        assertEquals(3, found.size());
        assertFound(Level.OK, "on: tun-tso", found.get(0));
        assertFound(Level.OK, "off, as configured: udp-gro", found.get(1));
        assertFound(Level.HINT, "udp-gso is off: the kernel refused it", found.get(2));
    }

    // ---- all of them

    @Test
    void anExaminationIsOfTheConfiguredInterfacesOrOfOne() {
        var client = new StatusClient(directory.resolve("none"));
        var examination = new Examination(tree.files(), client);
        try (var config = tree.config(DoctorTree.HUB)) {
            var found = examination.run(config, null, true);
            assertNotNull(found);
            assertEquals(
                    List.of(Finding.HOST, "wg0"),
                    found.stream().map(Finding::subject).distinct().toList());
            assertTrue(
                    found.stream().anyMatch(each -> each.check().equals("forwarding") && each.level() == Level.WRONG));
            assertNull(examination.run(config, "wg1", true));
        }
    }
}
