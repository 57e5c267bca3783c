package dev.warren.app.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.ConfigLoader;
import dev.warren.conf.HostAndPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SignatureException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitCommandTest {
    private static final String NODES = "a=10.0.0.1,b=b.example.org,c=2001:db8::3,d=10.0.0.4";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Path folder;

    InitCommandTest(@TempDir Path directory) {
        folder = directory.resolve("edge");
    }

    private int execute(String... arguments) {
        return FleetCommand.line(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .execute(arguments);
    }

    private void init() {
        assertEquals(0, execute("init", "--name", "edge", "--nodes", NODES, "--out", folder.toString()), err::toString);
    }

    private X509Certificate certificate(String file) throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(folder.resolve(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static String names(X509Certificate certificate) throws GeneralSecurityException {
        return certificate.getSubjectAlternativeNames().stream()
                .map(name -> String.valueOf(name.get(1)))
                .collect(Collectors.joining(" "));
    }

    private static String openssl(String... arguments) throws IOException, InterruptedException {
        var command = new java.util.ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    @Test
    void everyFolderHasWhatItsNodeNeedsAndNothingElse() throws IOException {
        init();
        var server =
                Set.of("authority.conf", "authority.key", "authority.pem", "ca.pem", "quorum-ca.pem", "quorum.key");
        var relay = Set.of("ca.pem", "fleet.key", "node.key", "node.pem", "warren.conf");
        for (var node : List.of("a", "b", "c")) {
            assertEquals(server, files(node + "/warren-authority"));
            assertEquals(relay, files(node + "/warren"));
        }
        assertEquals(Set.of("warren", "warren-relay.service"), files("d"), "the first three have servers");
        assertEquals(Set.of("a", "b", "c", "ca", "d", "operator"), files(""));
        try (var all = Files.walk(folder)) {
            for (var file : all.toList()) {
                var mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                var right = Files.isDirectory(file)
                        ? "rwx------"
                        : file.toString().endsWith(".service") ? "rw-r--r--" : "rw-------";
                assertEquals(right, mode, file::toString);
            }
        }
        try (var beside = Files.list(folder.resolveSibling(""))) {
            assertEquals(List.of(folder), beside.toList(), "no drafts");
        }
    }

    private Set<String> files(String below) throws IOException {
        try (var files = Files.list(folder.resolve(below))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void certificatesSayWhoTheirBearerIsAndWhere() throws Exception {
        init();
        var node = certificate("a/warren/node.pem");
        assertEquals("OU=relay,O=edge", node.getSubjectX500Principal().getName());
        assertEquals("warren:edge/a 10.0.0.1", names(node));
        assertEquals("warren:edge/b b.example.org", names(certificate("b/warren/node.pem")));
        assertEquals("warren:edge/c 2001:db8:0:0:0:0:0:3", names(certificate("c/warren/node.pem")));
        assertEquals("warren:edge/operator", names(certificate("operator/operator.pem")));
        assertEquals("OU=operator,O=edge", subject("operator/operator.pem"));
        assertEquals("OU=authority,O=edge", subject("a/warren-authority/authority.pem"));
        assertEquals(List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"), node.getExtendedKeyUsage());
        assertEquals(-1, node.getBasicConstraints(), "it signs nothing");
        assertEquals(
                256, ((ECPublicKey) node.getPublicKey()).getParams().getOrder().bitLength());
        var days =
                Duration.between(Instant.now(), node.getNotAfter().toInstant()).toHours() / 24.0;
        assertEquals(825, days, 0.1);
        node.checkValidity();
        assertNotEquals(node.getSerialNumber(), certificate("b/warren/node.pem").getSerialNumber());
    }

    private String subject(String file) throws Exception {
        return certificate(file).getSubjectX500Principal().getName();
    }

    @Test
    void theTwoAuthoritiesSignTheirOwnAlone() throws Exception {
        init();
        var ca = certificate("ca/ca.pem");
        var quorum = certificate("ca/quorum-ca.pem");
        assertEquals(0, ca.getBasicConstraints());
        ca.verify(ca.getPublicKey());
        certificate("a/warren/node.pem").verify(ca.getPublicKey());
        var server = certificate("ca/ca.pem");
        assertEquals(ca, server);
        assertThrows(
                SignatureException.class, () -> certificate("a/warren/node.pem").verify(quorum.getPublicKey()));
        for (var file : List.of("a/warren/node.pem", "d/warren/node.pem", "operator/operator.pem")) {
            openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", at("ca/ca.pem"), at(file));
            openssl("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", at("ca/ca.pem"), at(file));
        }
        var key = Files.readString(folder.resolve("a/warren-authority/quorum.key"));
        var alone =
                Files.writeString(folder.resolve("quorum.pem"), key.substring(key.indexOf("-----BEGIN CERTIFICATE")));
        openssl("verify", "-x509_strict", "-CAfile", at("ca/quorum-ca.pem"), alone.toString());
        assertEquals("OU=quorum,O=edge", subject("quorum.pem"));
        // The key belongs to the certificate behind it.
        assertEquals(
                openssl("x509", "-in", at("a/warren/node.pem"), "-noout", "-pubkey"),
                openssl("pkey", "-in", at("a/warren/node.key"), "-pubout"));
    }

    private String at(String file) {
        return folder.resolve(file).toString();
    }

    @Test
    void filesAreReadAsTheyAre() throws Exception {
        init();
        try (var config = ConfigLoader.load(folder.resolve("c/warren/warren.conf"))) {
            var fleet = config.fleet();
            assertNotNull(fleet);
            assertEquals("edge c c", fleet.name() + " " + fleet.node() + " " + config.node());
            assertEquals(new HostAndPort("2001:db8::3", 7900), fleet.busListen());
            assertEquals(
                    List.of("10.0.0.1:2281", "b.example.org:2281", "[2001:db8::3]:2281"),
                    fleet.authority().stream().map(HostAndPort::toString).toList());
        }
        try (var config = ConfigLoader.load(folder.resolve("b/warren-authority/authority.conf"))) {
            assertNotNull(config.authority());
            assertEquals("b.example.org:2281", config.authority().own().toString());
        }
        try (var operator = ConfigLoader.load(folder.resolve("operator/operator.conf"));
                var node = ConfigLoader.load(folder.resolve("d/warren/warren.conf"))) {
            assertNotNull(operator.fleet());
            assertNotNull(node.fleet());
            assertNull(operator.fleet().busListen());
            assertTrue(operator.fleet().secret().sameAs(node.fleet().secret()), "one key for all");
            assertFalse(node.fleet().secret().isZero());
        }
    }

    @Test
    void oneMoreNodeGetsItsFolderFromTheSameAuthority() throws Exception {
        init();
        assertEquals(
                0, execute("init", "--add", "e=10.0.0.5", "--out", folder.toString(), "--days", "30"), err::toString);
        certificate("e/warren/node.pem").verify(certificate("ca/ca.pem").getPublicKey());
        assertEquals("warren:edge/e 10.0.0.5", names(certificate("e/warren/node.pem")));
        assertEquals(
                Files.readString(folder.resolve("a/warren/fleet.key")),
                Files.readString(folder.resolve("e/warren/fleet.key")));
        ConfigLoader.load(folder.resolve("e/warren/warren.conf")).close();
        assertEquals(1, execute("init", "--add", "e=10.0.0.6", "--out", folder.toString()));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("exists already"), err::toString);
    }

    @Test
    void nothingIsWrittenOver() throws IOException {
        init();
        var key = Files.readString(folder.resolve("ca/ca.key"));
        assertEquals(1, execute("init", "--name", "edge", "--nodes", NODES, "--out", folder.toString()));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("exists already"), err::toString);
        assertEquals(key, Files.readString(folder.resolve("ca/ca.key")));
    }

    /// What is printed is run here, with a shell in place of ssh.
    @Test
    void whatIsPrintedCopiesEverything(@TempDir Path root) throws Exception {
        init();
        var said = out.toString(StandardCharsets.UTF_8);
        assertFalse(
                said.contains(
                        Files.readString(folder.resolve("a/warren/fleet.key")).strip()),
                "no key is printed");
        Files.createDirectories(root.resolve("etc/systemd/system"));
        var commands = said.lines().filter(line -> line.startsWith("  tar ")).toList();
        assertEquals(8, commands.size(), said);
        for (var command : commands.subList(0, 2)) {
            var here = command.replaceAll("ssh root@\\S+ ", "").replace("-C /etc", "-C " + root + "/etc");
            var process = new ProcessBuilder("sh", "-ec", here).inheritIO().start();
            assertEquals(0, process.waitFor(), here);
        }
        assertTrue(Files.exists(root.resolve("etc/warren-authority/quorum.key")));
        assertTrue(Files.exists(root.resolve("etc/systemd/system/warren-relay.service")));
        ConfigLoader.load(root.resolve("etc/warren/warren.conf")).close();
        var again = commands.getFirst().replaceAll("ssh root@\\S+ ", "").replace("-C /etc", "-C " + root + "/etc");
        var process = new ProcessBuilder("sh", "-c", again).start();
        assertNotEquals(0, process.waitFor(), "keys in use are not replaced");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "init",
                "init --name edge --nodes a=10.0.0.1",
                "init --nodes a=10.0.0.1 --out x",
                "init --name edge --out x",
                "init --name Edge --nodes a=10.0.0.1 --out x",
                "init --name edge --nodes a --out x",
                "init --name edge --nodes a= --out x",
                "init --name edge --nodes ca=10.0.0.1 --out x",
                "init --name edge --nodes a=0.0.0.0 --out x",
                "init --name edge --nodes a=10.0.0 --out x",
                "init --name edge --nodes a=10.0.0.1,a=10.0.0.2 --out x",
                "init --name edge --nodes a=10.0.0.1,b=10.0.0.1 --out x",
                "init --name edge --nodes a=10.0.0.1 --authorities 3 --out x",
                "init --name edge --nodes a=10.0.0.1,b=10.0.0.2 --authorities 2 --out x",
                "init --name edge --nodes a=10.0.0.1 --days 0 --out x",
                "init --name edge --nodes a=10.0.0.1 --authority-port 65534 --out x",
                "init --add b=10.0.0.2 --name edge --out x",
                "authority",
                "athority",
                ""
            })
    void mistakesAreUsageErrors(String line) {
        assertEquals(2, execute(line.isEmpty() ? new String[0] : line.split(" ")), line);
        assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("warren: "), err::toString);
        assertFalse(Files.exists(Path.of("x")));
    }

    @Test
    void aFolderOfNoFleetTakesNoNode() throws IOException {
        Files.createDirectory(folder);
        assertEquals(1, execute("init", "--add", "e=10.0.0.5", "--out", folder.toString()));
        assertTrue(
                err.toString(StandardCharsets.UTF_8).contains("is no folder that `warren fleet init` has made"),
                err::toString);
    }
}
