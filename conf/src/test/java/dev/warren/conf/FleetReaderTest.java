package dev.warren.conf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetReaderTest {
    private static final String SECRET = "0zmR3hVQNSmjcLhhXYfWV7/mXKFXzOIGK5CGQEHnG1s=";
    private static final String FLEET = """
            name = edge, node = a, authority = ["10.0.0.1:2281", "b.example.org:2281", "[2001:db8::3]:2281"]
            bus.listen = "10.0.0.1:7900", tls { ca = ca.pem, certificate = node.pem, key = node.key }, key-file = fleet.key
            """;
    private static final String AUTHORITY = """
            fleet = edge, servers = ["10.0.0.1:2281", "10.0.0.2:2281", "10.0.0.3:2281"], server = 2
            ca = ca.pem, key = node.key, quorum-ca = ca.pem, quorum-key = node.key
            """;

    private final Path directory;

    FleetReaderTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeEach
    void files() throws IOException {
        write("ca.pem", "rw-r--r--");
        write("node.pem", "rw-r--r--");
        write("node.key", "rw-------");
        write("fleet.key", "rw-------");
    }

    private void write(String name, String mode) throws IOException {
        var file = Files.writeString(directory.resolve(name), SECRET + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private RouterConfig load(String text) throws IOException, ConfigException {
        return ConfigLoader.load(Files.writeString(directory.resolve("w.conf"), text));
    }

    /// What is said of a section that differs from the right one in what stands behind it.
    private String fleetProblems(String changed) throws IOException {
        return problems("warren.fleet {\n" + FLEET + "}\nwarren.fleet { " + changed + " }");
    }

    private String authorityProblems(String changed) throws IOException {
        return problems("warren.authority {\n" + AUTHORITY + "}\nwarren.authority { " + changed + " }");
    }

    private String problems(String text) {
        var problem = assertThrows(ConfigException.class, () -> load(text));
        return problem.problems().stream()
                .filter(each -> !each.toString().contains("given twice, first in line"))
                .map(each -> each.toString().replace(directory + "/", ""))
                .reduce("", (a, b) -> a + b + "\n");
    }

    @Test
    void aMemberIsRead() throws Exception {
        try (var config = load("warren.fleet {\n" + FLEET + "slot = 7 }")) {
            var fleet = config.fleet();
            assertNotNull(fleet);
            assertEquals("edge/a", fleet.name() + "/" + fleet.node());
            assertEquals(
                    List.of("10.0.0.1:2281", "b.example.org:2281", "[2001:db8::3]:2281"),
                    fleet.authority().stream().map(HostAndPort::toString).toList());
            assertEquals(new HostAndPort("10.0.0.1", 7900), fleet.busListen());
            assertEquals(directory.resolve("ca.pem"), fleet.ca());
            assertEquals(directory.resolve("node.pem"), fleet.certificate());
            assertEquals(directory.resolve("node.key"), fleet.key());
            assertEquals(OptionalInt.of(7), fleet.slot());
            var secret = new StringBuilder();
            fleet.secret().writeBase64(secret);
            assertEquals(SECRET, secret.toString());
            assertNull(config.authority());
        }
    }

    @Test
    void aServerIsRead() throws Exception {
        var authority = load("warren.authority {\n" + AUTHORITY + "}").authority();
        assertNotNull(authority);
        assertEquals("10.0.0.2:2281", authority.own().toString());
        assertEquals(directory.resolve("node.key"), authority.quorumKey());
    }

    @Test
    void aRouterAloneHasNeither() throws Exception {
        var config = load("warren.loops = 1");
        assertNull(config.fleet());
        assertNull(config.authority());
    }

    @Test
    void whatIsMissingIsSaidAtOnce() {
        var said = problems("warren {\nfleet {}\nauthority {}\n}");
        for (var key : List.of("name", "node", "authority", "tls", "key-file")) {
            assertTrue(said.contains("w.conf:2: warren.fleet: has no " + key + "; expected "), said);
        }
        for (var key : List.of("fleet", "servers", "server", "ca", "key", "quorum-ca", "quorum-key")) {
            assertTrue(said.contains("w.conf:3: warren.authority: has no " + key + "; expected "), said);
        }
    }

    @Test
    void whatIsWrongIsSaidWithLineKeyAndWhatWouldBeRight() throws IOException {
        var table = List.of(
                "name = Edge|name: is 'Edge'; expected 1 to 32 small letters, digits and -, not at its ends",
                "node = -a|node: is '-a'; expected 1 to 32 small letters, digits and -, not at its ends",
                "authority = \"10.0.0.1\"|authority: is '10.0.0.1', without a port; expected \"name:port\", ",
                "authority = []|authority: has none in it; expected the servers of the authority, as ",
                "authority = [\"a:1\", \"a:1\"]|authority: a:1 is given twice; expected it once",
                "authority = [\"a:1\", 3]|authority: has a number in it; expected the servers",
                "bus.listen = \"0.0.0.0:7900\"|bus.listen: is 0.0.0.0:7900, which nobody can connect to; expected an address or "
                        + "name of this node",
                "bus.listen = \"10.0.0.1:0\"|bus.listen: is '10.0.0.1:0', whose port is not 1 to 65535; expected \"name:port\"",
                "bus.listn = 3|bus.listn: unknown key, did you mean listen?; expected one of listen",
                "tls = on|tls: is a text; expected { ... }",
                "tls.ca = gone.pem|tls.ca: is gone.pem, which is no file; expected a PEM file, as `warren fleet init`",
                "tls.key = gone.key|tls.key: the key file gone.key does not exist; expected a file with a key in it",
                "tls.key = node.pem|tls.key: the key file node.pem has mode 0644: others can use it; expected mode 0600",
                "key-file = gone.key|key-file: the key file gone.key does not exist; expected a file with a key in it",
                "slot = 256|slot: is '256'; expected auto or 0 to 255",
                "nodes = 3|nodes: unknown key, did you mean node?; expected one of name, node, ");
        for (var row : table) {
            var parts = row.split("\\|", 2);
            var said = fleetProblems(parts[0]);
            assertTrue(said.startsWith("w.conf:5: warren.fleet." + parts[1]), row + "\n" + said);
            assertEquals(1, said.lines().count(), said);
        }
        var servers = List.of(
                "servers = [\"a:1\", \"b:1\"]|servers: has 2 in it; expected 1, 3, 5 or 7: of an even number one is no help",
                "servers = [\"a:1\", \"b:1\", \"c:65534\"]|servers: c:65534 leaves no two ports behind it, for the other "
                        + "servers; expected a port up to 65533",
                "server = 4|server: is '4'; expected 1 to 3, which of the servers this is",
                "quorum-key = node.pem|quorum-key: the key file node.pem has mode 0644",
                "quorum-ca = gone.pem|quorum-ca: is gone.pem, which is no file; expected a PEM file");
        for (var row : servers) {
            var parts = row.split("\\|", 2);
            var said = authorityProblems(parts[0]);
            assertTrue(said.startsWith("w.conf:5: warren.authority." + parts[1]), row + "\n" + said);
            assertEquals(1, said.lines().count(), said);
        }
    }
}
