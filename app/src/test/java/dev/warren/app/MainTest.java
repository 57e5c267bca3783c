package dev.warren.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.app.cli.CommandNames;
import dev.warren.app.cli.Hints;
import dev.warren.app.command.RootCommand;
import dev.warren.conf.ConfigLoader;
import dev.warren.host.InterfaceName;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int execute(String... arguments) {
        return RootCommand.line(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .execute(arguments);
    }

    private String said(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest // an option never takes the next one for its value; nothing is left over unnoticed
    @ValueSource(
            strings = {
                "",
                "-f",
                "--foreground",
                "-f wg0 extra",
                "wg0 extra",
                "wg0 -f",
                "-f -f",
                "--bogus",
                "-x wg0",
                "run --config",
                "run --config --help",
                "run --config --bogus",
                "run one two",
                "run --conf x",
                "run -c -h",
                "stats",
                "stats --json",
                "stats wg0 wg1",
                "status wg0 wg1",
                "status --watch=x",
                "top wg0 wg1",
                "events --jsn",
                "explain wg0",
                "doctor wg0 wg1",
                "doctor -c",
                "capture wg0",
                "capture -w x",
                "capture wg0 --plain --wire -w x",
                "capture wg0 --seconds soon -w x",
                "stats --json=maybe=1 wg0",
                "genkey extra",
                "pubkey extra",
                "genpsk --bogus",
                "demo extra",
                "demo --seconds",
                "demo --seconds many",
                "--version=1 wg0"
            })
    void mistakesAreUsageErrorsAndSaidOnStderr(String line) {
        assertEquals(2, execute(line.isEmpty() ? new String[0] : line.split(" ")));
        assertTrue(said(err).startsWith("warren: "), said(err));
        assertTrue(said(err).contains("Usage: "), said(err));
        assertEquals("", said(out));
    }

    @ParameterizedTest
    @CsvSource({
        "wg0,wg0",
        "-f wg0,wg0",
        "--foreground wg0,wg0",
        "wg%d,wg%d",
        "running,running",
        "-f running,running",
        "-- run,run",
        "-f -- demo,demo",
        "-- -x,-x"
    })
    void interfacesAreTold(String line, String name) {
        assertEquals(name, Main.interfaceName(line.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "-f run",
                "demo",
                "help",
                "-f",
                "--help",
                "-h",
                "wg0 wg1",
                "-f wg0 wg1",
                "-x wg0",
                "--",
                "-f --",
                "wg0.conf",
                "./wg0",
                "-- wg0 wg1"
            })
    void allElseIsNoInterface(String line) {
        assertNull(Main.interfaceName(line.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "a/b", "../../etc/x", "a b", "a\tb", "a:b", "sixteen-letters-", "ä-ä-ä-ä-ä-ä"})
    void namesLinuxRefusesAreRefused(String name) {
        assertNotNull(InterfaceName.problem(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"wg0", "wg%d", "fifteen-letters", "utun", "wg.100", "WG_1"})
    void namesLinuxTakesAreTaken(String name) {
        assertNull(InterfaceName.problem(name));
    }

    @Test
    void helpGoesToStandardOutputAndTellsExamplesFilesEnvironmentAndExitCodes() {
        assertEquals(0, execute("--help"));
        for (var word : new String[] {
            "wg-quick",
            "LOG_LEVEL",
            "WARREN_LOOPS",
            "WARREN_TUN_QUEUES",
            "WG_TUN_FD",
            "/var/run/wireguard",
            "Exit codes",
            "demo"
        }) {
            assertTrue(said(out).contains(word), word);
        }
        assertTrue(said(out).lines().allMatch(line -> line.length() <= 110), said(out));
        assertEquals("", said(err));
    }

    @Test
    void versionIsOneLine() {
        assertEquals(0, execute("--version"));
        assertTrue(Pattern.matches("warren \\S+ \\(Java \\d+, \\w+\\)\\n", said(out)), said(out));
    }

    @Test
    void everyCommandHasHelp() {
        for (var command : new String[] {
            "run", "status", "top", "events", "explain", "capture", "stats", "doctor", "genkey", "pubkey", "genpsk",
            "demo"
        }) {
            assertEquals(0, execute(command, "--help"), command);
            assertEquals(0, execute("help", command), command);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "runn,run",
        "rnu,run",
        "statuses,status",
        "event,events",
        "stat,stats",
        "genkeys,genkey",
        "dmeo,demo",
        "hlep,help"
    })
    void aWordNearACommandMakesNoInterface(String word, String meant) {
        assertEquals(meant, CommandNames.near(word));
    }

    @ParameterizedTest
    @ValueSource(strings = {"wg0", "run0", "vpn", "lan", "home", "main", "office", "running", "run", "warren"})
    void aNameOfAnInterfaceIsNearNothing(String word) {
        assertNull(CommandNames.near(word));
    }

    @Test // what stands alone and is no command is an interface
    void everyCommandIsKnownByName() {
        assertEquals(
                CommandNames.ALL,
                RootCommand.line(System.out, System.err).getSubcommands().keySet());
    }

    @Test
    void aFileThatIsWrongIsExitCodeTwo() throws Exception {
        var file = Files.createTempFile("warren", ".conf");
        try {
            Files.writeString(file, "warren { interfaces { wg0 { listen-port = many, mtu = tiny } } }\n");
            assertEquals(2, execute("run", "--config", file.toString()));
            assertTrue(said(err).contains("listen-port"), said(err));
            assertTrue(said(err).contains("mtu"), said(err));
            assertTrue(said(err).contains("nothing was changed"), said(err));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aNodeOfAFleetIsStartedByItsOwnCommand(@TempDir Path directory) throws Exception {
        for (var name : List.of("ca.pem", "node.pem", "node.key", "fleet.key")) {
            var file = Files.writeString(directory.resolve(name), "GtL7fZc/bLnqZldpVofMCD6hDjrK28SsdLxevJ+qtKU=");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        var file = Files.writeString(directory.resolve("w.conf"), """
                warren {
                  interfaces.wg0 {}
                  fleet {
                    name = edge, node = a, authority = "10.0.0.1:2281", key-file = fleet.key
                    tls { ca = ca.pem, certificate = node.pem, key = node.key }
                  }
                }
                """);
        assertEquals(2, execute("run", file.toString()));
        assertTrue(said(err).endsWith("start it with  warren fleet run " + file + "\n"), said(err));
        assertEquals(0, execute("run", "--check", file.toString()), said(err));
    }

    @Test
    void aFleetIsNoMatterOfTheJar() {
        assertEquals(1, execute("fleet", "init", "--name", "edge"));
        assertTrue(said(err).contains("started by the script `warren`"), said(err));
        assertEquals(0, execute("fleet", "--help"));
    }

    @Test
    void aFileThatIsNotThereIsExitCodeTwo() {
        assertEquals(2, execute("run", "--config", "/nonexistent/warren.conf"));
        assertTrue(said(err).contains("/nonexistent/warren.conf"), said(err));
    }

    @Test
    void askingNobodyIsAFailure() {
        assertEquals(1, execute("stats", "nobody0"));
        for (var command : List.of("status", "top", "events")) assertEquals(1, execute(command, "nobody0"), command);
        assertEquals(1, execute("explain", "nobody0", "10.0.0.1"));
        assertTrue(said(err).contains("nobody0"), said(err));
    }

    @Test
    void aDoctorNeedsAPatient() {
        assertEquals(2, execute("doctor", "-c", "/nonexistent/warren.conf"));
        assertTrue(said(err).contains("/nonexistent/warren.conf does not exist"), said(err));
        assertEquals(2, execute("doctor", "nobody0"));
        assertTrue(said(err).contains("nobody0 is not in "), said(err));
    }

    @Test
    void aCaptureOutOfBoundsIsAUsageErrorAndMakesNoFile(@TempDir Path directory) {
        var file = directory.resolve("w.pcapng");
        for (var bound : List.of("--seconds=0", "--seconds=3601", "--bytes=100", "--snaplen=65536", "--peer=a\nb")) {
            assertEquals(2, execute("capture", "nobody0", bound, "-w", file.toString()), bound);
        }
        assertTrue(said(err).contains("warren: --seconds has to be 1 to 3600"), said(err));
        assertEquals(1, execute("capture", "nobody0", "-w", file.toString()));
        assertFalse(Files.exists(file));
        assertEquals(2, execute("capture", "nobody0", "-w", directory.toString()));
        assertEquals(2, execute("capture", "nobody0", "--force", "-w", directory.toString()));
        assertTrue(said(err).contains("is not a regular file"), said(err));
    }

    @Test
    void aFileInPlaceOfACommandIsToldWhatRunsIt() {
        assertEquals(2, execute("conf/my file.conf"));
        assertTrue(
                said(err).startsWith("warren: 'conf/my file.conf' is a file: warren run 'conf/my file.conf' runs it, "),
                said(err));
    }

    @Test
    void aConfigurationIsCheckedWithoutStartingAnything(@TempDir Path directory) throws Exception {
        var file = Files.writeString(directory.resolve("w.conf"), """
                warren.interfaces."wg.0" { addresses = ["10.8.0.1/24"], peers.laptop { allowed-ips = ["10.8.0.2/24"] } }
                """);
        assertEquals(1, execute("run", "--check", file.toString()));
        assertTrue(
                said(err).contains("warning: " + file + ":1: warren.interfaces.\"wg.0\".peers.laptop.allowed-ips"),
                said(err));
        assertTrue(said(err).contains(file + " has 1 problem\n"), said(err));
        Files.writeString(file, "warren.interfaces.wg0 {}");
        assertEquals(0, execute("run", "--check", "-c", file.toString()));
        assertEquals(file + " is right: 1 interface, 0 peers\n", said(out));
        assertEquals(2, execute("run", "-c", file.toString(), file.toString()));
    }

    /// What `warren run` prints is pasted below what was read, and read again.
    @Test
    void theHintForOneMorePeerIsRightAsItStands(@TempDir Path directory) throws Exception {
        for (var name : List.of("wg0", "wg.0", "a\"b", "$x", "include", "bgü")) {
            var path = ConfigLoader.path(List.of("warren", "interfaces", name));
            var text = path + """
                     {
                      addresses = ["10.8.0.1/29"]
                      peers.laptop { public-key = "GtL7fZc/bLnqZldpVofMCD6hDjrK28SsdLxevJ+qtKU=", allowed-ips = ["10.8.0.2/32"] }
                    }
                    """;
            var file = Files.writeString(directory.resolve("w.conf"), text);
            try (var config = ConfigLoader.load(file)) {
                var only = config.interfaces().getFirst();
                Files.writeString(
                        file,
                        text + Hints.freePeer(only)
                                + " { public-key = \"0zmR3hVQNSmjcLhhXYfWV7/mXKFXzOIGK5CGQEHnG1s=\", allowed-ips = [\""
                                + Hints.freeAddress(only) + "\"] }");
            }
            try (var config = ConfigLoader.load(file)) {
                assertEquals(name, config.interfaces().getFirst().name());
                assertEquals(2, config.interfaces().getFirst().peers().size());
                var added = config.interfaces().getFirst().peers().getLast();
                assertEquals("laptop2 [10.8.0.3/32]", added.name() + " " + added.allowedIps());
            }
        }
        assertEquals("'a\"b'", Hints.shell("a\"b"));
        assertEquals("'it'\\''s'", Hints.shell("it's"));
    }
}
