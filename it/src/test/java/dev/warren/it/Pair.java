package dev.warren.it;

import static dev.warren.it.Router.Maker.UNDER_TEST;
import static dev.warren.it.Router.Maker.WIREGUARD_GO;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Two hosts on one cable: `a` with the router under test, `b` with wireguard-go. Inside the tunnel they are
/// 10.9.0.1 and 10.9.0.2, fd09::1 and fd09::2; outside 192.168.7.1 and .2, fd07::1 and ::2.
final class Pair {
    static final int PORT_A = 51820;
    static final int PORT_B = 51821;
    static final String A4 = "10.9.0.1";
    static final String B4 = "10.9.0.2";
    static final String A6 = "fd09::1";
    static final String B6 = "fd09::2";
    static final String OUTER_A4 = "192.168.7.1";
    static final String OUTER_B4 = "192.168.7.2";
    static final String OUTER_A6 = "fd07::1";
    static final String OUTER_B6 = "fd07::2";

    /// The family of the packets on the cable.
    enum Outer {
        V4,
        V6
    }

    /// What the router under test does first; the responder's side does not know the other's endpoint.
    enum Role {
        INITIATOR,
        RESPONDER
    }

    final Host a;
    final Host b;
    final Router warren;
    final Router other;
    final Keys keyA = Keys.generate();
    final Keys keyB = Keys.generate();

    private Pair(Lab lab, int cableMtu, Map<String, String> environment) {
        a = lab.host("a");
        b = lab.host("b");
        connect(lab, a, b, cableMtu);
        warren = Router.start(a, UNDER_TEST, "wg0", environment);
        other = Router.start(b, WIREGUARD_GO, "wg0");
    }

    /// The cable, with the addresses outside the tunnel.
    static void connect(Lab lab, Host a, Host b, int cableMtu) {
        lab.cable(a, "eth0", b, "eth0", cableMtu);
        a.address("eth0", OUTER_A4 + "/24", OUTER_A6 + "/64");
        b.address("eth0", OUTER_B4 + "/24", OUTER_B6 + "/64");
    }

    /// A wireguard-go in host `b` that waits for a client in host `a`, whatever is started there.
    static void serve(Host b, Keys own, Keys client) {
        var server = Router.start(b, WIREGUARD_GO, "wg0");
        identity(server, own, PORT_B);
        introduceTo(server, client, A4, A6, null, null);
        up(b, B4, B6);
    }

    /// Daemons that run and have keys and ports, but no peers.
    static Pair unconfigured(Lab lab) {
        return unconfigured(lab, 1500);
    }

    static Pair unconfigured(Lab lab, int cableMtu) {
        return unconfigured(lab, cableMtu, Map.of());
    }

    /// @param environment of the router under test
    static Pair unconfigured(Lab lab, int cableMtu, Map<String, String> environment) {
        var pair = new Pair(lab, cableMtu, environment);
        pair.identities();
        return pair;
    }

    /// Peers of each other, addresses and links up. Nothing has been sent.
    static Pair ready(Lab lab, Outer outer, Role role) {
        var pair = unconfigured(lab);
        pair.introduce(outer, role, null);
        pair.up();
        return pair;
    }

    void identities() {
        identity(warren, keyA, PORT_A);
        identity(other, keyB, PORT_B);
    }

    private static void identity(Router router, Keys keys, int port) {
        var wg = router.wg();
        wg.set("private-key", wg.file(keys.privateKey() + "\n").toString(), "listen-port", "" + port);
    }

    void introduce(Outer outer, Role role, @Nullable String psk) {
        introduceTo(warren, keyB, B4, B6, role == Role.INITIATOR ? endpointB(outer) : null, psk);
        introduceTo(other, keyA, A4, A6, role == Role.RESPONDER ? endpointA(outer) : null, psk);
    }

    static void introduceTo(
            Router router, Keys peer, String inner4, String inner6, @Nullable String endpoint, @Nullable String psk) {
        var wg = router.wg();
        wg.set("peer", peer.publicKey(), "allowed-ips", inner4 + "/32," + inner6 + "/128");
        if (endpoint != null) wg.set("peer", peer.publicKey(), "endpoint", endpoint);
        if (psk != null)
            wg.set(
                    "peer",
                    peer.publicKey(),
                    "preshared-key",
                    wg.file(psk + "\n").toString());
    }

    /// Addresses and links.
    void up() {
        up(a, A4, A6);
        up(b, B4, B6);
    }

    /// As [#up], with nothing sent by the kernels of their own accord (router solicitations, multicast reports), for
    /// tests that watch the cable.
    void quietUp() {
        for (var host : List.of(a, b)) host.sysctl("net.ipv6.conf.wg0.disable_ipv6", "1");
        for (var host : List.of(a, b)) host.address("wg0", (host == a ? A4 : B4) + "/24");
        for (var host : List.of(a, b)) host.up("wg0");
        for (var host : List.of(a, b)) awaitListening(host);
    }

    static void up(Host host, String inner4, String inner6) {
        upAtOnce(host, inner4, inner6);
        awaitListening(host);
    }

    /// Returns when the kernel has the link up; the router may not have heard of it.
    static void upAtOnce(Host host, String inner4, String inner6) {
        host.address("wg0", inner4 + "/24", inner6 + "/64");
        host.up("wg0");
    }

    private static void awaitListening(Host host) {
        var wg = new Wg(host, "wg0");
        Poll.until(
                () -> "the router of " + host.name() + " listens on the port it shows",
                Duration.ofSeconds(10),
                () -> host.listensUdp(wg.dump().listenPort()));
    }

    static String endpointA(Outer outer) {
        return outer == Outer.V4 ? OUTER_A4 + ":" + PORT_A : "[" + OUTER_A6 + "]:" + PORT_A;
    }

    static String endpointB(Outer outer) {
        return outer == Outer.V4 ? OUTER_B4 + ":" + PORT_B : "[" + OUTER_B6 + "]:" + PORT_B;
    }

    /// The side that knows the other's endpoint speaks first.
    void speakFirst(Role role) {
        if (role == Role.INITIATOR) Ping.once(a, B4);
        else Ping.once(b, A4);
    }
}
