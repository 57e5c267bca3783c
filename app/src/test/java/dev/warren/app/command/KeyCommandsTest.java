package dev.warren.app.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyCommandsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private String run(String input, ToIntFunction<KeyCommands> command, int expectedCode, Path standardOutput) {
        out.reset();
        err.reset();
        var commands = new KeyCommands(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                standardOutput);
        assertEquals(expectedCode, command.applyAsInt(commands), err.toString(StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    private String run(String input, ToIntFunction<KeyCommands> command, int expectedCode) {
        return run(input, command, expectedCode, Path.of("/dev/null"));
    }

    @Test
    void aPrivateKeyIsALineOfBase64AndClamped() {
        var line = run("", KeyCommands::genkey, 0);
        assertEquals(45, line.length());
        assertTrue(line.endsWith("=\n"));
        var key = Base64.getDecoder().decode(line.strip());
        assertEquals(32, key.length);
        assertEquals(0, key[0] & 7);
        assertEquals(64, key[31] & 192);
        assertNotEquals(line, run("", KeyCommands::genkey, 0));
    }

    @Test
    void aPresharedKeyIsALineOfBase64() {
        var line = run("", KeyCommands::genpsk, 0);
        assertEquals(32, Base64.getDecoder().decode(line.strip()).length);
        assertNotEquals(line, run("", KeyCommands::genpsk, 0));
    }

    @Test // RFC 7748 §6.1, Alice
    void aPublicKeyIsThatOfThePrivateKey() {
        var secret = base64("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        var expected = base64("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        assertEquals(expected + "\n", run(secret, KeyCommands::pubkey, 0));
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }

    @Test
    void wgAgreesOnEveryPublicKey() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/wg")), "wireguard-tools is not installed");
        for (int i = 0; i < 20; i++) {
            var secret = run("", KeyCommands::genkey, 0);
            var wg = new ProcessBuilder("/usr/bin/wg", "pubkey").start();
            try (var to = wg.getOutputStream()) {
                to.write(secret.getBytes(StandardCharsets.US_ASCII));
            }
            assertEquals(
                    new String(wg.getInputStream().readAllBytes(), StandardCharsets.US_ASCII),
                    run(secret, KeyCommands::pubkey, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "short",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAA*AAAAAAAAAAAAAAAAAAAAA=",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="
            })
    void whatIsNoKeyIsRefused(String input) {
        assertEquals("", run(input, KeyCommands::pubkey, 1));
        assertEquals("warren: Key is not the correct length or format\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void whatFollowsAKeyIsRefusedUnlessBlank() {
        var secret = run("", KeyCommands::genkey, 0).strip();
        assertEquals("", run(secret + "x", KeyCommands::pubkey, 1));
        assertEquals("warren: Trailing characters found after key\n", err.toString(StandardCharsets.UTF_8));
        assertEquals(45, run(secret + " \r\n\n", KeyCommands::pubkey, 0).length());
    }

    @Test
    void aFileThatOthersMayReadIsWarnedAbout(@TempDir Path directory) throws Exception {
        var open = Files.createFile(
                directory.resolve("open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        run("", KeyCommands::genkey, 0, open);
        assertEquals("", err.toString(StandardCharsets.UTF_8));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        run("", KeyCommands::genkey, 0, open);
        assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("Warning: writing to world accessible file.\n"));
        run("", KeyCommands::genpsk, 0, open);
        assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("Warning: writing to world accessible file.\n"));
    }
}
