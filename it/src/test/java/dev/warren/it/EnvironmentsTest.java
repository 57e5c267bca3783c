package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Containers, small systems and users who are not root: a router starts, goes on with what is there, and says in a
/// sentence what is missing.
@Tag("netns")
@OnlyWarren("wireguard-go says it in its own words")
class EnvironmentsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Keys KEY = Keys.generate();

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private final StringBuilder said = new StringBuilder();

    @AfterEach
    void everythingIsSaidInSentences() {
        assertFalse(said.toString().contains("\tat "), () -> "a stack trace: " + said);
        assertFalse(said.toString().contains("Exception"), () -> "words of the JVM: " + said);
    }

    @Test
    void withoutIpv6TheRestWorks() throws IOException {
        var host = lab.host("a");
        host.sysctl("net.ipv6.conf.all.disable_ipv6", "1");
        host.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        var run = run(host, "", "10.9.0.1/24\", \"fd09::1/64", "0.0.0.0/0\", \"::/0");
        assertTrue(run.errors().contains("IPv6 is switched off"), run::errors);
        assertTrue(new Uapi(host, "wg0").answers());
        assertTrue(host.run("ip", "rule").out().contains("fwmark"));
        // Also the drop-in.
        var other = Router.start(host, Router.Maker.UNDER_TEST, "wg1");
        other.wg().set("listen-port", "51999");
        host.run("ip", "link", "set", "wg1", "up");
        Poll.until("it listens", SOON, () -> host.listensUdp(51999));
    }

    /// As docker mounts it.
    @Test
    void settingsOfTheKernelMayBeReadOnly() throws IOException {
        var host = lab.host("a");
        host.run("mount", "--bind", "/proc/sys", "/proc/sys");
        host.run("mount", "-o", "remount,ro,bind", "/proc/sys");
        var run = run(host, "", "10.9.0.1/24", "0.0.0.0/0");
        assertTrue(run.errors().contains("net.ipv4.conf.all.src_valid_mark"), run::errors);
        assertTrue(new Uapi(host, "wg0").answers());
    }

    @Test
    void withNoPlaceForASocketTheTunnelWorks() throws IOException {
        var host = lab.host("a");
        write(host, "/run/warren.conf", "10.9.0.1/24", "10.9.0.0/24");
        host.run("mount", "-o", "remount,ro", "/run");
        var run = launch(host, "", "run --config /run/warren.conf");
        assertTrue(run.errors().contains("no control socket"), run::errors);
        assertTrue(host.hasDevice("wg0"));
        // Nobody could configure one that has no file.
        var alone = host.attempt(SOON, Map.of(), "sh", "-c", Router.underTest() + " -f wg1");
        said.append(alone.err());
        assertEquals(1, alone.code());
        assertTrue(alone.err().lines().count() == 1 && alone.err().contains("/run"), alone::err);
        assertFalse(host.hasDevice("wg1"));
    }

    @Test
    void whoHasTheCapabilityNeedNotBeRoot() throws IOException {
        var host = lab.host("a");
        openTun(host);
        write(host, "/run/warren.conf", "10.9.0.1/24", "10.9.0.0/24");
        host.run("chown", "1234", "/run/warren.conf");
        var run = launch(host, user("+net_admin"), "run --config /run/warren.conf");
        assertTrue(run.errors().contains("no control socket"), run::errors);
        assertTrue(host.run("ip", "route").out().contains("10.9.0.0/24"));
        host.signal("TERM", host.processes(" run ").getLast());
        assertEquals(0, run.await(SOON).code());
        assertFalse(host.hasDevice("wg0"));
    }

    @Test
    void whoLacksItIsToldWhatHelps() throws IOException {
        var host = lab.host("a");
        write(host, "/run/warren.conf", "10.9.0.1/24", "10.9.0.0/24");
        host.run("chown", "1234", "/run/warren.conf");
        var user = refused(host, user("-all") + "sh -c '" + Router.underTest() + " run --config /run/warren.conf'");
        assertTrue(user.err().contains("sudo"), user::err);
        host.run("chown", "0", "/run/warren.conf");
        var root = refused(
                host,
                "setpriv --bounding-set=-net_admin --inh-caps=-net_admin sh -c '" + Router.underTest()
                        + " run --config /run/warren.conf'");
        assertTrue(root.err().contains("CAP_NET_ADMIN") && !root.err().contains("sudo"), root::err);
    }

    /// Without any right, in namespaces of its own.
    @Test
    void anOrdinaryUserHasRoomInANamespaceOfItsOwn() throws IOException {
        var host = lab.host("a");
        openTun(host);
        write(host, "/run/warren.conf", "10.9.0.1/24", "10.9.0.0/24");
        host.run("chown", "1234", "/run/warren.conf");
        var program = host.spawn(
                "sh",
                "-c",
                user("-all") + "unshare -rn sh -c 'ip link set lo up; exec " + Router.underTest()
                        + " run --config /run/warren.conf'");
        started(program);
        assertTrue(program.errors().contains("no control socket"), program::errors);
        said.append(program.errors());
    }

    @ParameterizedTest
    @CsvSource({
        "'ip link add wg5 type veth peer name o5', a veth",
        "'ip tuntap add dev wg5 mode tap', a TAP",
        "'ip tuntap add dev wg5 mode tun multi_queue', several queues"
    })
    void aNameThatIsTakenIsSaidWithWhatHasIt(String before, String what) {
        var host = lab.host("a");
        host.run("sh", "-c", before);
        var refused = refused(host, Router.underTest() + " -f wg5");
        assertTrue(refused.err().contains(what) && refused.err().contains("wg5"), refused::err);
        assertTrue(host.hasDevice("wg5"));
    }

    @Test
    void aDeviceThatIsMissingIsNamed() {
        var host = lab.host("a");
        host.run("sh", "-c", "mkdir -p /run/dev && mount --bind /run/dev /dev/net");
        var refused = refused(host, Router.underTest() + " -f wg0");
        assertTrue(refused.err().contains("modprobe tun") && refused.err().contains("--device"), refused::err);
    }

    @ParameterizedTest
    @CsvSource({"LOG_LEVEL, loud", "WARREN_OFFLOAD, maybe", "WARREN_LOOPS, many"})
    void whatIsNoValueIsRefused(String variable, String value) {
        var host = lab.host("a");
        var refused = refused(host, variable + "=" + value + " " + Router.underTest() + " -f wg0");
        assertTrue(refused.err().contains(variable) && refused.err().contains(value), refused::err);
    }

    private Program.Result refused(Host host, String command) {
        var result = host.attempt(SOON, Map.of(), "sh", "-c", command);
        said.append(result.err());
        assertNotEquals(0, result.code(), result::toString);
        assertEquals(1, result.err().lines().count(), result::toString);
        return result;
    }

    private static String user(String capabilities) {
        var kept =
                capabilities.startsWith("+") ? " --inh-caps=" + capabilities + " --ambient-caps=" + capabilities : "";
        return "setpriv --reuid=1234 --regid=1234 --clear-groups" + kept + " ";
    }

    private static void openTun(Host host) {
        host.run("sh", "-c", "chmod 755 /run && mknod -m 666 /run/tun c 10 200 && mount --bind /run/tun /dev/net/tun");
    }

    private static void write(Host host, String file, String addresses, String allowed) throws IOException {
        Files.writeString(host.file(file), """
                warren.interfaces.wg0 {
                  private-key = "%s"
                  addresses = ["%s"]
                  peers.b { public-key = "%s", endpoint = "198.18.5.2:51821", allowed-ips = ["%s"] }
                }
                """.formatted(
                        KEY.privateKey(), addresses, Keys.generate().publicKey(), allowed));
        host.run("chmod", "600", file);
    }

    private Program run(Host host, String how, String addresses, String allowed) throws IOException {
        write(host, "/run/warren.conf", addresses, allowed);
        return launch(host, how, "run --config /run/warren.conf");
    }

    private Program launch(Host host, String how, String arguments) {
        var program = host.spawn("sh", "-c", "exec " + how + Router.underTest() + " " + arguments);
        started(program);
        said.append(program.errors());
        return program;
    }

    private static void started(Program program) {
        Poll.until(
                () -> "it has started: " + program.output() + program.errors(),
                Host.PATIENCE,
                () -> program.output().contains("Ctrl-C") || !program.running());
        assertTrue(program.running(), program::errors);
    }
}
