package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.A6;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.B6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The real `wg-quick` with the router as its userspace implementation.
@Tag("netns")
class WgQuickTest {
    private static final Keys KEY_A = Keys.generate();
    private static final Keys KEY_B = Keys.generate();

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private Host a;
    private Host b;

    @BeforeEach
    void twoHostsAndAServer() {
        a = lab.host("a");
        b = lab.host("b");
        Pair.connect(lab, a, b, 1500);
        Pair.serve(b, KEY_B, KEY_A);
    }

    @Test
    void upBringsTheTunnelAndDownRemovesIt() throws IOException {
        var conf = conf("AllowedIPs = 10.9.0.0/24, fd09::/64");
        quick("up", conf).orFail();
        Ping.all(a, B4, 3, 56);
        Ping.all(a, B6, 3, 56);
        assertEquals("1420", a.read("/sys/class/net/wgq/mtu").strip());
        assertTrue(a.run("wg", "show").out().contains("interface: wgq"));
        assertTrue(quick("up", conf).err().contains("already exists"));
        Ping.once(a, B4);

        var stripped = quick("strip", conf).orFail().out();
        var wg = new Wg(a, "wgq");
        long handshake = wg.onlyPeer().latestHandshake();
        wg.syncconf(stripped);
        Ping.once(a, B4);
        assertEquals(handshake, wg.onlyPeer().latestHandshake());

        quick("down", conf).orFail();
        assertFalse(a.hasDevice("wgq"));
        Poll.until("the daemon is gone", Duration.ofSeconds(2), () -> a.processes(" wgq")
                .isEmpty());
        assertFalse(a.exists("/run/wireguard/wgq.sock"), "the socket is left");
        quick("up", conf).orFail();
        Ping.once(a, B4);
        quick("down", conf).orFail();
    }

    @Test
    void aFullTunnelLeavesByTheRealDevice() throws IOException { // R-80
        a.run("ip", "route", "add", "default", "via", Pair.OUTER_B4);
        quick("up", conf("AllowedIPs = 0.0.0.0/0, ::/0")).orFail();
        assertTrue(Integer.decode(new Wg(a, "wgq").dump().fwmark()) > 0, "wg-quick set no fwmark");
        Ping.all(a, B4, 3, 56);
        Ping.all(a, B6, 3, 56);
        // b knows no way back from there, but the packet must go into the tunnel, and its wrapping must not.
        long before = a.transmitted("eth0");
        b.run("ip", "address", "add", "203.0.113.9/32", "dev", "wg0");
        Ping.all(a, "203.0.113.9", 20, 1000);
        long outside = a.transmitted("eth0") - before;
        assertTrue(outside > 20 * 1000 && outside < 20 * 1200 + 3000, () -> "bytes on the cable: " + outside);
    }

    private Path conf(String peer) throws IOException {
        var inside = Path.of("/run/wgq.conf");
        Files.writeString(a.file(inside.toString()), """
                [Interface]
                PrivateKey = %s
                ListenPort = 51820
                Address = %s/24, %s/64

                [Peer]
                PublicKey = %s
                Endpoint = %s
                %s
                """.formatted(
                        KEY_A.privateKey(), A4, A6, KEY_B.publicKey(), Pair.endpointB(Outer.V4), peer));
        a.run("chmod", "600", inside.toString());
        return inside;
    }

    /// A copy of wg-quick next to an `ip` that cannot make kernel WireGuard devices, so that the router is used even
    /// on a machine whose kernel could: wg-quick looks for its tools beside itself first.
    private Program.Result quick(String verb, Path conf) throws IOException {
        if (!a.exists("/run/quick/wg-quick")) {
            a.run("sh", "-c", """
                    mkdir /run/quick && cp "$(readlink -f "$(command -v wg-quick)")" /run/quick/wg-quick
                    if [ -e /sys/module/wireguard ]; then mount -t tmpfs tmpfs /sys/module; fi
                    cat > /run/quick/ip <<'END'
                    #!/bin/sh
                    case "$*" in *"type wireguard"*) exit 2 ;; esac
                    for ip in /usr/sbin/ip /usr/bin/ip /sbin/ip /bin/ip; do [ -x $ip ] && exec $ip "$@"; done
                    END
                    chmod 755 /run/quick/ip
                    """);
            Files.writeString(a.file("/run/quick/router"), "#!/bin/sh\nexec " + Router.underTest() + " \"$@\"\n");
            a.run("chmod", "755", "/run/quick/router");
        }
        return a.attempt(
                Duration.ofSeconds(60),
                Map.of("WG_QUICK_USERSPACE_IMPLEMENTATION", "/run/quick/router"),
                "/run/quick/wg-quick",
                verb,
                conf.toString());
    }
}
