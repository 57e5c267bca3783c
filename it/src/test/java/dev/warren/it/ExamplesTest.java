package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The files that come with Warren, started as they are: each does what its first line says.
@Tag("netns")
@OnlyWarren("the others read no HOCON")
class ExamplesTest {
    private static final String FAR = "198.18.5.2";

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private Host a;

    @BeforeEach
    void aHostWithADefaultRoute() {
        a = lab.host("a");
        var b = lab.host("b");
        Pair.connect(lab, a, b, 1500);
        b.address("lo", FAR + "/32");
        a.run("ip", "route", "add", "default", "via", Pair.OUTER_B4);
        a.run("ip", "-6", "route", "add", "default", "via", Pair.OUTER_B6);
    }

    @Test
    void theClientSendsEverythingThroughOneRouter() throws IOException {
        var text = Files.readString(example("client.conf"));
        run(text.replace("vpn.example.org", FAR), "wg0");
        for (var anywhere : List.of("203.0.113.9", "2001:db8::9")) {
            assertEquals("wg0", deviceTo(anywhere), anywhere);
        }
        assertEquals("wg0", deviceTo(FAR), "an ordinary packet to the router itself");
        assertTrue(a.run("ip", "route", "get", FAR, "mark", "51820").out().contains("eth0"), "an encrypted one");
    }

    @Test
    void theOfficesRouteEachOthersNetworks() throws IOException {
        run(Files.readString(example("site-to-site.conf")), "site0");
        assertEquals("site0", deviceTo("192.168.2.7"));
        assertEquals("site0", deviceTo("10.9.0.2"));
        assertEquals("eth0", deviceTo("203.0.113.9"));
    }

    @Test
    void theHubHasTwoInterfaces() throws IOException {
        run(Files.readString(example("hub.conf")), "machines");
        assertEquals("people", deviceTo("10.10.0.3"));
        assertEquals("machines", deviceTo("10.11.0.2"));
        assertEquals("machines", deviceTo("172.20.7.7"));
        assertEquals("51820", a.run("wg", "show", "people", "listen-port").out().strip());
    }

    @Test
    void aNetworkThatIsOnAnotherDeviceIsWarnedOf() throws IOException {
        a.run("ip", "link", "add", "office0", "type", "veth", "peer", "name", "office1");
        a.run("ip", "addr", "add", "192.168.2.1/24", "dev", "office0", "metric", "500");
        a.run("ip", "link", "set", "office0", "up");
        a.run("ip", "link", "set", "office1", "up");
        var log = run(Files.readString(example("site-to-site.conf")), "site0");
        assertTrue(log.contains("site0: 192.168.2.0/24 of peer "), log);
        assertTrue(log.contains(" is already on office0, so only one of the two can be reached"), log);
    }

    @Test
    void aFileIsCheckedWithoutAnyRights() throws IOException {
        var file = a.file("/run/warren.conf");
        Files.writeString(file, "warren.interfaces.wg0.peers.x { allowed-ips = [\"10.0.0.1/8\"] }\n");
        var nobody = List.of("setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all");
        var wrong = a.attempt(
                "sh", "-c", String.join(" ", nobody) + " " + Router.underTest() + " run --check /run/warren.conf");
        assertEquals(1, wrong.code(), wrong::toString);
        assertTrue(wrong.err().contains("warning: /run/warren.conf:1: "), wrong.err());
        assertTrue(wrong.err().contains("public-key: is missing"), wrong.err());
        Files.writeString(file, "warren.interfaces.wg0 {}\n");
        var right = a.attempt(
                "sh", "-c", String.join(" ", nobody) + " " + Router.underTest() + " run --check /run/warren.conf");
        assertEquals(0, right.code(), right::toString);
        assertTrue(right.out().contains("is right: 1 interface, 0 peers"), right.out());
        assertTrue(!a.hasDevice("wg0"));
    }

    private static Path example(String name) {
        return Path.of("..", "conf", "examples", name);
    }

    private String deviceTo(String address) {
        var words = List.of(a.run("ip", "route", "get", address).out().split("\\s+"));
        return words.get(words.indexOf("dev") + 1);
    }

    /// By a pipe, as secret managers do it.
    private String run(String text, String last) throws IOException {
        var file = a.file("/run/example.conf");
        Files.writeString(file, text.replaceFirst("warren \\{", "warren {\n  state-dir = /run/state"));
        var run = a.spawn(
                java.util.Map.of(),
                "sh",
                "-c",
                "cat /run/example.conf | exec " + Router.underTest() + " run /dev/stdin");
        Poll.until(() -> last + " is up: " + run.output() + run.errors(), Duration.ofSeconds(60), () -> {
            if (!run.running()) throw new AssertionError("ended: " + run.output() + run.errors());
            return run.output().contains("Ctrl-C ends it");
        });
        return run.errors();
    }
}
