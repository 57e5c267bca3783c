package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What signals do to a router, whatever it has inherited from a shell.
@Tag("netns")
@OnlyWarren("wireguard-go has no run, and ends with any signal")
class SignalsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    /// As `warren -f wg0 &` in a script has it.
    @ParameterizedTest
    @ValueSource(strings = {"-f wg0", "run --config /run/warren.conf"})
    void anInterruptEndsItAlsoWhenItWasIgnoredBefore(String arguments) throws IOException {
        var host = lab.host("a");
        var program = start(host, "trap '' INT; exec", arguments);
        host.signal("INT", router(host, arguments));
        assertEquals(0, program.await(SOON).code());
        assertFalse(host.hasDevice("wg0"));
        assertFalse(host.exists("/run/wireguard/wg0.sock"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-f wg0", "run --config /run/warren.conf"})
    void otherSignalsEndNothing(String arguments) throws IOException {
        var host = lab.host("a");
        var program = start(host, "exec", arguments);
        var interfaces = new Uapi(host, "wg0");
        for (var signal :
                new String[] {"HUP", "USR1", "USR2", "ALRM", "PIPE", "PROF", "VTALRM", "IO", "PWR", "STKFLT"}) {
            host.signal(signal, router(host, arguments));
        }
        Poll.until(() -> "a line tells that nothing is read again: " + program.errors(), SOON, () -> program.errors()
                .contains("SIGHUP"));
        assertTrue(interfaces.answers() && program.running());
        host.signal("TERM", router(host, arguments));
        assertEquals(0, program.await(SOON).code());
        assertFalse(host.hasDevice("wg0"));
    }

    @Test
    void theExitCodeTellsWhy() {
        var host = lab.host("a");
        var removed = Router.start(host, Router.Maker.UNDER_TEST, "wg0");
        host.run("rm", "/run/wireguard/wg0.sock");
        assertEquals(0, removed.program().await(SOON).code());
        var deleted = Router.start(host, Router.Maker.UNDER_TEST, "wg0");
        host.run("ip", "link", "del", "wg0");
        assertEquals(1, deleted.program().await(SOON).code());
        assertTrue(deleted.program().errors().contains("wg0"));
        var wrong = host.attempt(SOON, Map.of(), "sh", "-c", Router.underTest() + " run --config /run/nothing.conf");
        assertEquals(2, wrong.code());
    }

    private static Program start(Host host, String how, String arguments) throws IOException {
        Files.writeString(host.file("/run/warren.conf"), """
                warren.log.level = debug
                warren.interfaces.wg0 { private-key-file = "/run/wg0.key" }
                """);
        host.run("chmod", "600", "/run/warren.conf");
        var program = host.spawn(
                Map.of("LOG_LEVEL", "verbose"), "sh", "-c", how + " " + Router.underTest() + " " + arguments);
        Poll.until(
                () -> "it answers: " + program.output() + program.errors(), Host.PATIENCE, () -> new Uapi(host, "wg0")
                        .answers());
        var last = arguments.startsWith("run") ? "Ctrl-C" : "Started";
        Poll.until("it has started", SOON, () -> (program.output() + program.errors()).contains(last));
        return program;
    }

    private static int router(Host host, String arguments) {
        return host.processes(arguments).getLast();
    }
}
