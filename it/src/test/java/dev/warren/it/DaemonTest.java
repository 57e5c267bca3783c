package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Router.Maker;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How the daemon comes and goes, compared with what wireguard-go does.
@Tag("netns")
class DaemonTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    void itReturnsWhenInterfaceAndSocketAreThereAndGoesOnBehind() {
        var host = lab.host("a");
        var start = launch(host, Map.of(), "wg0");
        assertEquals(0, start.code(), start::toString);
        assertTrue(host.hasDevice("wg0"), "no interface yet");
        assertTrue(new Uapi(host, "wg0").answers(), "no answer on the socket yet");
        host.run("wg", "show", "wg0");
        int daemon = host.processes(" wg0").getLast();
        host.signal("TERM", daemon);
        gone(host, "wg0", Duration.ofSeconds(3));
    }

    @Test
    @OnlyWarren("wireguard-go makes the directory 0755 and the socket 0700")
    void theSocketIsForRootOnly() throws IOException {
        var host = lab.host("a");
        Router.start(host, Maker.UNDER_TEST, "wg0");
        assertEquals("rwx------", permissions(host, "/run/wireguard"));
        assertEquals("rw-------", permissions(host, "/run/wireguard/wg0.sock"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalRemovesSocketAndInterface(String signal) {
        var host = lab.host("a");
        var router = Router.start(host, Maker.UNDER_TEST, "wg0");
        host.signal(signal, router.process());
        gone(host, "wg0", Duration.ofSeconds(3));
        assertEquals(0, router.program().await(SOON).code(), "exit code after SIG" + signal);
    }

    @Test
    void itEndsWhenItsInterfaceIsDeleted() {
        var host = lab.host("a");
        Router.start(host, Maker.UNDER_TEST, "wg0");
        host.run("ip", "link", "del", "wg0");
        gone(host, "wg0", Duration.ofSeconds(1));
    }

    @Test
    void itEndsWhenItsSocketIsRemoved() {
        var host = lab.host("a");
        Router.start(host, Maker.UNDER_TEST, "wg0");
        host.run("rm", "/run/wireguard/wg0.sock");
        gone(host, "wg0", Duration.ofSeconds(2));
    }

    @Test
    void aStaleSocketIsReplaced() {
        var host = lab.host("a");
        var router = Router.start(host, Maker.UNDER_TEST, "wg0");
        router.kill();
        assertTrue(host.exists("/run/wireguard/wg0.sock"), "a killed router cannot remove its socket");
        router.restart();
        assertTrue(host.hasDevice("wg0"));
    }

    @Test
    void aSecondStartOnTheSameNameFailsAndHarmsNothing() {
        var host = lab.host("a");
        var router = Router.start(host, Maker.UNDER_TEST, "wg0");
        router.wg().set("listen-port", "4567");
        for (var options : new String[][] {{"wg0"}, {"-f", "wg0"}}) {
            var second = launch(host, Map.of(), options);
            assertNotEquals(0, second.code(), second::toString);
            assertFalse(second.err().isBlank() && second.out().isBlank(), "fails without a word");
        }
        assertEquals(4567, router.wg().dump().listenPort());
        assertTrue(router.program().running());
    }

    @Test
    void aSocketThatSomebodyServesIsLeftAlone() throws IOException {
        var host = lab.host("a");
        host.run("mkdir", "-m", "700", "/run/wireguard");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(host.file("/run/wireguard/wg0.sock")));
            var start = launch(host, Map.of(), "-f", "wg0");
            assertNotEquals(0, start.code(), start::toString);
            assertTrue(host.exists("/run/wireguard/wg0.sock"), "the other's socket was removed");
            assertFalse(host.hasDevice("wg0"), "the interface is left behind");
        }
    }

    @Test
    void theEnvironmentMayAskForTheForeground() {
        var host = lab.host("a");
        var command = new ArrayList<>(Maker.UNDER_TEST.command());
        command.add("wg0");
        var program = host.spawn(Map.of("WG_PROCESS_FOREGROUND", "1"), command.toArray(String[]::new));
        Poll.until("it answers", SOON, () -> new Uapi(host, "wg0").answers());
        assertTrue(program.running(), "went to the background");
        host.run("ip", "link", "del", "wg0");
        gone(host, "wg0", Duration.ofSeconds(2));
        program.await(SOON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a23456789012345", "wg.test-1", "0"})
    void anyNameTheKernelTakesIsTaken(String name) {
        var host = lab.host("a");
        assertEquals(0, launch(host, Map.of(), name).code());
        assertTrue(host.hasDevice(name));
        host.run("ip", "link", "del", name);
        gone(host, name, Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a234567890123456", "with/slash"})
    void aNameTheKernelRefusesEndsWithASentence(String name) {
        var host = lab.host("a");
        for (var options : new String[][] {{name}, {"-f", name}}) {
            var start = launch(host, Map.of(), options);
            assertNotEquals(0, start.code(), start::toString);
            assertFalse((start.err() + start.out()).isBlank(), "fails without a word");
        }
        assertTrue(host.processes().isEmpty(), () -> "left running: " + host.processes());
    }

    @Test
    void withoutTunItFailsWithASentence() {
        var host = lab.host("a");
        host.run("mount", "--bind", "/dev/null", "/dev/net/tun");
        for (var options : new String[][] {{"wg0"}, {"-f", "wg0"}}) {
            var start = launch(host, Map.of(), options);
            assertNotEquals(0, start.code(), start::toString);
            assertFalse((start.err() + start.out()).isBlank(), "fails without a word");
        }
        assertFalse(host.exists("/run/wireguard/wg0.sock"), "the socket is left behind");
    }

    @Test
    void badCommandLinesShowTheUsageAndStartNothing() {
        var host = lab.host("a");
        for (var options : new String[][] {{}, {"-f"}, {"wg0", "wg1", "wg2"}}) {
            var start = launch(host, Map.of(), options);
            assertTrue(
                    (start.out() + start.err())
                            .toLowerCase(java.util.Locale.ROOT)
                            .contains("usage"),
                    start::toString);
        }
        assertTrue(host.processes().isEmpty(), () -> "left running: " + host.processes());
        assertFalse(host.hasDevice("wg0"));
    }

    @Test
    void silenceIsSilentAndNoLogHasAKey() {
        var host = lab.host("a");
        var silent = Router.start(host, Maker.UNDER_TEST, "wg0", Map.of("LOG_LEVEL", "silent"));
        var loud = Router.start(host, Maker.UNDER_TEST, "wg1", Map.of("LOG_LEVEL", "debug"));
        var keys = Keys.generate();
        var psk = Keys.random();
        for (var router : List.of(silent, loud)) {
            var wg = router.wg();
            wg.set(
                    "private-key",
                    wg.file(keys.privateKey() + "\n").toString(),
                    "peer",
                    Keys.random(),
                    "preshared-key",
                    wg.file(psk + "\n").toString());
            wg.dump();
            router.uapi().ask("set=1\nprivate_key=" + keys.privateHex() + "x\n\n");
        }
        assertFalse(said(silent).contains("(wg0)"), () -> said(silent));
        assertFalse(said(loud).isBlank(), "LOG_LEVEL=debug says nothing");
        for (var secret : List.of(keys.privateKey(), keys.privateHex(), psk, Keys.hex(psk))) {
            assertFalse(said(loud).contains(secret) || said(silent).contains(secret), "a secret is in the log");
        }
    }

    @ParameterizedTest(name = "TUN flags {0}")
    @ValueSource(ints = {0x1001, 0x5001})
    void descriptorsOfTunAndSocketMayBeInherited(int flags) { // WG_TUN_FD, WG_UAPI_FD
        var host = lab.host("a");
        var command = String.join(" ", Maker.UNDER_TEST.command());
        // TUNSETIFF with IFF_TUN | IFF_NO_PI (and IFF_VNET_HDR), a listening socket, and both left open for the router.
        var perl = """
                use Socket; $^F = 99;
                open(my $tun, "+<", "/dev/net/tun") or die "tun: $!";
                my $ifreq = pack("a16 S x22", "wg7", 0x%x); ioctl($tun, 0x400454ca, $ifreq) or die "TUNSETIFF: $!";
                mkdir "/run/wireguard", 0700;
                socket(my $uapi, PF_UNIX, SOCK_STREAM, 0) or die; bind($uapi, sockaddr_un("/run/wireguard/wg7.sock")) or die;
                listen($uapi, 16) or die;
                $ENV{WG_TUN_FD} = fileno($tun); $ENV{WG_UAPI_FD} = fileno($uapi); $ENV{LOG_LEVEL} = "verbose";
                exec "%s -f wg7";
                """.formatted(flags, command);
        var program = host.spawn("perl", "-e", perl);
        Poll.until(() -> "it answers: " + program.output() + program.errors(), SOON, () -> new Uapi(host, "wg7")
                .answers());
        assertTrue(host.hasDevice("wg7"));
        host.run("ip", "link", "del", "wg7");
        Poll.until("the router ended", Duration.ofSeconds(2), () -> host.processes(" wg7")
                .isEmpty());
    }

    @Test
    void startAndStopOverAndOverLeavesNothing() {
        var host = lab.host("a");
        for (int round = 0; round < 4; round++) {
            assertEquals(0, launch(host, Map.of(), "wg0").code());
            host.run("wg", "set", "wg0", "listen-port", "51820");
            host.run("ip", "link", "set", "wg0", "up");
            host.run("ip", "link", "del", "wg0");
            gone(host, "wg0", Duration.ofSeconds(2));
        }
        assertTrue(host.processes().isEmpty());
    }

    private static Program.Result launch(Host host, Map<String, String> environment, String... options) {
        var command = new ArrayList<>(Maker.UNDER_TEST.command());
        command.addAll(List.of(options));
        return host.attempt(SOON, environment, command.toArray(String[]::new));
    }

    /// No interface, no socket, no process.
    private static void gone(Host host, String device, Duration limit) {
        Poll.until(
                () -> "interface, socket and process are gone: interface " + host.hasDevice(device) + ", socket "
                        + host.exists("/run/wireguard/" + device + ".sock") + ", processes "
                        + host.processes(" " + device).stream()
                                .map(host::commandLine)
                                .toList(),
                limit,
                () -> !host.hasDevice(device)
                        && !host.exists("/run/wireguard/" + device + ".sock")
                        && host.processes(" " + device).isEmpty());
    }

    private static String said(Router router) {
        return router.program().output() + router.program().errors();
    }

    private static String permissions(Host host, String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(host.file(path)));
    }
}
