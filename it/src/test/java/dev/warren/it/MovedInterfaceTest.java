package dev.warren.it;

import static dev.warren.it.Pair.B4;
import static dev.warren.it.Router.Maker.UNDER_TEST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// `ip link set wg0 netns X`: the interface is used in another network namespace than the one that its packets leave
/// from, as on wireguard.com/netns and in containers.
@Tag("netns")
class MovedInterfaceTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int BIG = 2000;

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private final Keys keyA = Keys.generate();
    private final Keys keyB = Keys.generate();
    private Host a;
    private Host b;

    @BeforeEach
    void hosts() {
        a = lab.host("a");
        b = lab.host("b");
        Pair.connect(lab, a, b, 3000);
        Pair.serve(b, keyB, keyA);
        b.run("ip", "link", "set", "wg0", "mtu", "" + (BIG + 500));
        for (var namespace : List.of("one", "two")) a.run("ip", "netns", "add", namespace);
    }

    @Test
    void configuredAndThenMoved() {
        var router = Router.start(a, UNDER_TEST, "wg0");
        configure(router.wg());
        a.run("ip", "link", "set", "wg0", "netns", "one");
        useAndEnd(router.program());
    }

    @Test
    void movedAndThenConfigured() {
        var router = Router.start(a, UNDER_TEST, "wg0");
        a.run("ip", "link", "set", "wg0", "netns", "one");
        configure(router.wg());
        useAndEnd(router.program());
    }

    @Test
    void movedWhileItIsUsed() {
        var router = Router.start(a, UNDER_TEST, "wg0");
        configure(router.wg());
        Pair.up(a, Pair.A4, Pair.A6);
        Ping.once(a, B4);
        a.run("ip", "link", "set", "wg0", "netns", "one");
        useAndEnd(router.program());
    }

    // Without the right to hear other namespaces (CAP_NET_BROADCAST) it asks each second.
    @Test
    @OnlyWarren("wireguard-go probes always")
    void withoutTheRightToHear() {
        followedWith("+net_admin");
    }

    private void followedWith(String capabilities) {
        var command = new ArrayList<>(List.of(
                "setpriv", "--bounding-set", "-all," + capabilities, "--inh-caps", "-all," + capabilities, "--"));
        command.addAll(List.of(Router.underTest().split(" ")));
        command.addAll(List.of("-f", "wg0"));
        var program = a.spawn(Map.of("LOG_LEVEL", "verbose"), command.toArray(String[]::new));
        Poll.until("the router answers", Duration.ofSeconds(60), () -> {
            assertTrue(program.running(), () -> program.output() + program.errors());
            return new Uapi(a, "wg0").answers();
        });
        configure(new Wg(a, "wg0"));
        a.run("ip", "link", "set", "wg0", "netns", "one");
        useAndEnd(program);
    }

    private void configure(Wg wg) {
        wg.set("private-key", wg.file(keyA.privateKey() + "\n").toString(), "listen-port", "" + Pair.PORT_A);
        wg.set("peer", keyB.publicKey(), "allowed-ips", B4 + "/32", "endpoint", Pair.endpointB(Outer.V4));
    }

    /// What can happen to it in another namespace, up to its end there.
    private void useAndEnd(Program router) {
        address("one", "wg0");
        answered("one", 56);
        assertTrue(a.listensUdp(Pair.PORT_A), "the socket is where the router was started");

        in("one", "ip", "link", "set", "wg0", "down");
        Poll.until("it is heard that the link is down", LIMIT, () -> !a.listensUdp(Pair.PORT_A));
        in("one", "ip", "link", "set", "wg0", "up");
        answered("one", 56);

        in("one", "ip", "link", "set", "wg0", "mtu", "" + (BIG + 28));
        answered("one", BIG);

        in("one", "ip", "link", "set", "wg0", "down");
        in("one", "ip", "link", "set", "wg0", "name", "vpn0");
        in("one", "ip", "link", "set", "vpn0", "up");
        answered("one", 56);

        in("one", "ip", "link", "set", "vpn0", "netns", "two");
        a.run("ip", "netns", "del", "one");
        address("two", "vpn0");
        answered("two", 56);
        assertEquals(keyB.publicKey(), new Wg(a, "wg0").onlyPeer().publicKey(), "the socket keeps its name");

        in("two", "ip", "link", "set", "vpn0", "netns", "1");
        a.address("vpn0", Pair.A4 + "/24");
        a.up("vpn0");
        Ping.untilAnswered(a, B4, LIMIT);

        a.run("ip", "link", "set", "vpn0", "netns", "two");
        address("two", "vpn0");
        answered("two", 56);
        in("two", "ip", "link", "del", "vpn0");
        assertEquals(1, router.await(LIMIT).code(), () -> router.output() + router.errors());
        assertFalse(a.exists("/run/wireguard/wg0.sock"));
    }

    private void address(String namespace, String device) {
        in(namespace, "ip", "address", "add", Pair.A4 + "/24", "dev", device);
        in(namespace, "ip", "link", "set", device, "up");
    }

    private void answered(String namespace, int size) {
        Poll.until("a ping of " + size + " bytes from namespace " + namespace + " is answered", LIMIT, () -> inside(
                        namespace, "ping", "-n", "-c", "1", "-W", "1", "-M", "do", "-s", "" + size, B4)
                .out()
                .contains("1 received"));
    }

    private void in(String namespace, String... command) {
        inside(namespace, command).orFail();
    }

    private Program.Result inside(String namespace, String... command) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(command));
        return a.attempt(all.toArray(String[]::new));
    }
}
