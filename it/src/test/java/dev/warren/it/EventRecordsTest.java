package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What programs read of `warren run`: the log in each format, the audit file, and webhooks.
@Tag("netns")
@OnlyWarren("wireguard-go has a log of its own")
class EventRecordsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    /// An object of texts and numbers, as RFC 8259 has it, alone on its line.
    private static final Pattern JSON;

    static {
        var text = "\"(?:[^\"\\\\\\x00-\\x1f]|\\\\(?:[\"\\\\/bfnrt]|u[0-9a-fA-F]{4}))*+\"";
        var field = text + ":(?:" + text + "|-?[0-9]+)";
        JSON = Pattern.compile("\\{" + field + "(?:," + field + ")*+}");
    }

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private static String configuration(Keys own, Keys laptop) {
        return """
                warren {
                  state-dir = "/run/state"
                  web.listen = "127.0.0.1:9586"
                  log.level = debug
                  audit.file = "/run/audit/audit.jsonl"
                  webhooks = [
                    { url = "http://127.0.0.1:9587/hook", secret-file = "/run/hook.secret" }
                  ]
                  interfaces.wg0 {
                    private-key = "%s"
                    addresses = ["10.77.0.1/24"]
                    peers.laptop { public-key = "%s", allowed-ips = ["10.77.0.2/24"] }
                  }
                }
                """.formatted(own.privateKey(), laptop.publicKey());
    }

    private static Program run(Host host, String configuration, String... options) throws IOException {
        host.run("mkdir", "-m", "700", "/run/audit");
        Files.writeString(host.file("/run/hook.secret"), "0123456789abcdef0123456789abcdef\n");
        Files.writeString(host.file("/run/warren.conf"), configuration);
        host.run("chmod", "600", "/run/warren.conf", "/run/hook.secret");
        var command = new ArrayList<>(Router.Maker.UNDER_TEST.command());
        command.add("run");
        command.addAll(List.of(options));
        command.add("/run/warren.conf");
        return host.spawn(command.toArray(String[]::new));
    }

    private static void said(Program program, String what) {
        Poll.until(() -> "it says '" + what + "': " + program.errors(), SOON, () -> {
            assertTrue(program.running(), program::errors);
            return program.errors().contains(what);
        });
    }

    private static int end(Host host, Program run) {
        host.signal("TERM", host.processes(" run ").getLast());
        return run.await(SOON).code();
    }

    @Test
    void everyLineOfTheJsonLogCanBeParsedAndTheAuditHasTheWholeLifeOfAnInterface() throws IOException {
        var host = lab.host("a");
        host.run("ip", "link", "set", "lo", "up");
        var run = run(host, configuration(Keys.generate(), Keys.generate()), "--log-format", "json");
        said(run, "(wg0) is up: public key ");
        said(run, "\"message\":\"Ready; ");
        said(run, "Webhook 127.0.0.1: "); // nobody listens there
        host.run("ip", "link", "set", "wg0", "down");
        Poll.until(() -> "it is written: " + host.read("/run/audit/audit.jsonl"), SOON, () -> host.read(
                        "/run/audit/audit.jsonl")
                .contains("\"interface-down\""));
        var metrics = host.run("bash", "-c", """
                exec 3<>/dev/tcp/127.0.0.1/9586 || exit 1
                printf 'GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3
                cat <&3""").out();
        assertTrue(metrics.contains("warren_event_sink_lost_events_total{sink=\"audit\"} 0.0"), metrics);
        assertTrue(metrics.contains("warren_event_sink_delivered_events_total{sink=\"127.0.0.1\"} 0.0"), metrics);
        assertEquals(0, end(host, run));
        assertEquals("", run.output());
        run.errors().lines().forEach(line -> assertTrue(JSON.matcher(line).matches(), line));
        assertTrue(run.errors().contains("\"level\":\"warn\"") && run.errors().contains("10.77.0.2/24"), run::errors);

        var audit = host.read("/run/audit/audit.jsonl");
        audit.lines().forEach(line -> assertTrue(JSON.matcher(line).matches(), line));
        var types = audit.lines()
                .map(line -> line.replaceAll(".*\"type\":\"([a-z-]+)\".*", "$1"))
                .toList();
        assertTrue(types.containsAll(List.of("interface-up", "peer-added", "interface-down")), audit);
        assertTrue(audit.contains("\"peer\":\"laptop\"") && audit.contains("\"by\":\"file\""), audit);
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(host.file("/run/audit/audit.jsonl"))));
    }

    @Test
    void aRefusedFileIsSaidInTheFormatOfTheLog() throws IOException {
        var wrong = run(lab.host("a"), "warren { loops = 0, audit.file = \"/none/x\" }", "--log-format", "json")
                .await(SOON);
        assertEquals(2, wrong.code());
        assertEquals(3, wrong.err().lines().count(), wrong::err);
        wrong.err().lines().forEach(line -> assertTrue(JSON.matcher(line).matches(), line));
        assertTrue(wrong.err().contains("/run/warren.conf:1: warren.loops: is '0'"), wrong::err);
    }

    @Test
    void onTheJournalsStreamEachLineHasItsPriority() throws IOException {
        var host = lab.host("a");
        Files.writeString(host.file("/run/warren.conf"), """
                warren { state-dir = "/run/state", interfaces.wg0.addresses = ["10.77.0.1/24"] }
                """);
        host.run("chmod", "600", "/run/warren.conf");
        var run = host.spawn(
                "sh",
                "-c",
                "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec " + Router.underTest()
                        + " run /run/warren.conf");
        said(run, "<6>(wg0) is up: public key ");
        said(run, "<6>Ready; ");
        assertEquals(0, end(host, run));
        assertEquals("", run.output());
        run.errors().lines().forEach(line -> assertTrue(line.matches("<[3-7]>.*"), line));
    }

    @Test
    void warrenInterfaceTakesTheFormatFromTheEnvironment() throws IOException {
        var host = lab.host("a");
        var router = Router.start(host, Router.Maker.UNDER_TEST, "wg0", Map.of("WARREN_LOG_FORMAT", "json"));
        said(router.program(), "\"message\":\"(wg0) Started\"");
        router.program()
                .errors()
                .lines()
                .forEach(line -> assertTrue(JSON.matcher(line).matches(), line));
    }
}
