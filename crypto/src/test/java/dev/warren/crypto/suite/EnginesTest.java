package dev.warren.crypto.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is taken, and what is said when it is not the best.
class EnginesTest {
    @Test
    void autoChoosesTheAvailableLibraries() {
        var engines = Engines.choose(Suite.Choice.AUTO, X25519Choice.AUTO, null);
        assertTrue(engines.describe().matches("OpenSSL 3\\S* .*, X25519 OpenSSL"), engines.describe());
        assertEquals(List.of(), engines.passedOver());
        try (var suite = engines.open()) {
            assertEquals(engines.describe(), suite.describe());
        }
    }

    @Test
    void aFileThatIsNoAwsLcIsPassedOverAndNamed(@TempDir Path directory) throws Exception {
        var file = Files.writeString(directory.resolve("libcrypto.so"), "no library");
        var engines = Engines.choose(Suite.Choice.AUTO, X25519Choice.AUTO, file);
        assertTrue(engines.describe().endsWith("X25519 OpenSSL"), engines.describe());
        assertEquals(
                List.of("AWS-LC cannot be used: " + file + " is no libcrypto.so of AWS-LC for this machine."),
                engines.passedOver());
        var missing = directory.resolve("missing.so");
        var refused = assertThrows(
                IllegalStateException.class, () -> Engines.choose(Suite.Choice.AUTO, X25519Choice.AWSLC, missing));
        assertEquals("AWS-LC cannot be used: " + missing + " cannot be read.", refused.getMessage());
        assertThrows(IllegalStateException.class, () -> Engines.choose(Suite.Choice.AUTO, X25519Choice.AWSLC, null));
    }

    @Test
    void everyLibraryCanBeChosen() {
        var engines = Engines.choose(Suite.Choice.JDK, X25519Choice.OPENSSL, null);
        assertTrue(engines.describe().matches("JDK \\d+ .*, X25519 OpenSSL"), engines.describe());
        engines = Engines.choose(Suite.Choice.JDK, X25519Choice.BOUNCYCASTLE, null);
        assertTrue(engines.describe().endsWith("X25519 BouncyCastle"), engines.describe());
        engines = Engines.choose(Suite.Choice.OPENSSL, X25519Choice.JAVA, null);
        assertTrue(engines.describe().matches("OpenSSL .*, X25519 Java"), engines.describe());
    }

    /// For a JVM of its own.
    public static final class Told {
        public static void main(String[] args) {
            if (args.length > 0) {
                try {
                    Engines.choose(Suite.Choice.valueOf(args[0]), X25519Choice.valueOf(args[1]), null);
                } catch (IllegalStateException notThere) {
                    System.out.println(notThere.getMessage());
                }
                return;
            }
            var engines = Engines.choose(Suite.Choice.AUTO, X25519Choice.AUTO, null);
            engines.open().close();
            Suite.open(Suite.Choice.AUTO).close();
            System.out.println(engines.describe());
            engines.passedOver().forEach(System.out::println);
        }
    }

    private static List<String> told(Map<String, String> environment, String... options) throws Exception {
        return told(environment, List.of(options), List.of());
    }

    private static List<String> told(Map<String, String> environment, List<String> options, List<String> arguments)
            throws Exception {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Told.class.getName()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var process = builder.start();
        var lines = process.inputReader().lines().toList();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), lines.toString());
        return lines;
    }

    // A library whose user did not allow native access must still work.
    @Test
    void withoutNativeAccessTheJdkDoesIt() throws Exception {
        var lines = told(Map.of(), "--illegal-native-access=deny");
        assertTrue(lines.getFirst().matches("JDK \\d+ ChaCha20-Poly1305, X25519 Java"), lines.toString());
        assertEquals(
                List.of("OpenSSL cannot be used: native access is denied (the JVM's option --enable-native-access"
                        + " allows it)."),
                lines.subList(1, lines.size()));
    }

    // FIPS mode, or a configuration without the default provider: ChaCha20 is not there, and X25519 may not be.
    @Test
    void aLibcryptoWithoutChaChaIsPassedOverAndReported(@TempDir Path directory) throws Exception {
        var fips = Files.writeString(directory.resolve("fips.cnf"), """
                openssl_conf = main
                [main]
                alg_section = properties
                [properties]
                default_properties = fips=yes
                """);
        var lines = told(Map.of("OPENSSL_CONF", fips.toString()), "--enable-native-access=ALL-UNNAMED");
        assertTrue(lines.getFirst().matches("JDK \\d+ ChaCha20-Poly1305, X25519 \\w+"), lines.toString());
        assertTrue(
                lines.contains("OpenSSL cannot be used: its default provider, as configured here, has no ChaCha20 and"
                        + " Poly1305."),
                lines.toString());
    }

    // Only auto falls back.
    @Test
    void aRequestedLibraryIsNotReplaced() throws Exception {
        var denied = List.of("OpenSSL cannot be used: native access is denied (the JVM's option --enable-native-access"
                + " allows it).");
        var option = List.of("--illegal-native-access=deny");
        assertEquals(denied, told(Map.of(), option, List.of("OPENSSL", "AUTO")));
        assertEquals(denied, told(Map.of(), option, List.of("AUTO", "OPENSSL")));
    }
}
