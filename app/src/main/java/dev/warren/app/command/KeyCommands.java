package dev.warren.app.command;

import dev.warren.app.cli.HelpOption;
import dev.warren.crypto.key.JavaX25519;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `genkey`, `genpsk` and `pubkey`: what wg(8) has under these names, to the letter.
final class KeyCommands {
    private static final int BASE64_LENGTH = 44;

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final Path standardOutput;

    KeyCommands(InputStream in, PrintStream out, PrintStream err) {
        this(in, out, err, Path.of("/proc/self/fd/1"));
    }

    KeyCommands(InputStream in, PrintStream out, PrintStream err, Path standardOutput) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.standardOutput = standardOutput;
    }

    /// Prints a new private key.
    int genkey() {
        warnAboutReaders();
        var bytes = new byte[PrivateKey.LENGTH];
        new SecureRandom().nextBytes(bytes);
        // Stored as it will be used (RFC 7748 §5), as `wg genkey` does.
        bytes[0] &= (byte) 248;
        bytes[31] = (byte) ((bytes[31] & 127) | 64);
        try (var key = PrivateKey.of(bytes)) {
            var text = new StringBuilder(BASE64_LENGTH);
            key.writeBase64(text);
            print(text);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
        return 0;
    }

    /// Prints a new preshared key.
    int genpsk() {
        warnAboutReaders();
        try (var key = PresharedKey.generate(new SecureRandom())) {
            var text = new StringBuilder(BASE64_LENGTH);
            key.writeBase64(text);
            print(text);
        }
        return 0;
    }

    /// Reads a private key and prints its public key.
    int pubkey() {
        var bytes = new byte[BASE64_LENGTH + 64];
        try {
            int length = in.readNBytes(bytes, 0, bytes.length);
            if (length < BASE64_LENGTH) {
                return refuse("Key is not the correct length or format");
            }
            for (int i = BASE64_LENGTH; i < length; i++) {
                if (!Character.isWhitespace(bytes[i])) {
                    return refuse("Trailing characters found after key");
                }
            }
            var text = new StringBuilder(BASE64_LENGTH);
            for (int i = 0; i < BASE64_LENGTH; i++) {
                text.append((char) (bytes[i] & 0xff));
            }
            try (var x25519 = new JavaX25519();
                    var key = PrivateKey.fromBase64(text)) {
                print(new StringBuilder(key.publicKey(x25519).toBase64()));
                return 0;
            } catch (IllegalArgumentException e) {
                return refuse("Key is not the correct length or format");
            } finally {
                wipe(text);
            }
        } catch (IOException e) {
            return refuse("cannot read the key: " + e.getMessage());
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private int refuse(String why) {
        err.println("warren: " + why);
        return 1;
    }

    private void print(StringBuilder text) {
        var line = new byte[text.length() + 1];
        for (int i = 0; i < text.length(); i++) {
            line[i] = (byte) text.charAt(i);
        }
        line[text.length()] = '\n';
        wipe(text);
        out.write(line, 0, line.length);
        out.flush();
        Arrays.fill(line, (byte) 0);
    }

    private static void wipe(StringBuilder text) {
        for (int i = 0; i < text.length(); i++) {
            text.setCharAt(i, '0');
        }
        text.setLength(0);
    }

    private void warnAboutReaders() {
        try {
            var file = Files.readAttributes(standardOutput, PosixFileAttributes.class);
            var permissions = file.permissions();
            if (file.isRegularFile()
                    && (permissions.contains(PosixFilePermission.OTHERS_READ)
                            || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                            || permissions.contains(PosixFilePermission.OTHERS_EXECUTE))) {
                err.println("Warning: writing to world accessible file.");
                err.println("Consider setting the umask to 077 and trying again.");
            }
        } catch (IOException e) {
            // A closed standard output is found out soon enough.
        }
    }

    @Command(name = "genkey", header = "Print a new private key, as `wg genkey`.")
    static final class Genkey extends KeyCommand {
        Genkey(PrintStream out, PrintStream err) {
            super(out, err, KeyCommands::genkey);
        }
    }

    @Command(name = "pubkey", header = "Read a private key, print its public key, as `wg pubkey`.")
    static final class Pubkey extends KeyCommand {
        Pubkey(PrintStream out, PrintStream err) {
            super(out, err, KeyCommands::pubkey);
        }
    }

    @Command(name = "genpsk", header = "Print a new preshared key, as `wg genpsk`.")
    static final class Genpsk extends KeyCommand {
        Genpsk(PrintStream out, PrintStream err) {
            super(out, err, KeyCommands::genpsk);
        }
    }

    private abstract static class KeyCommand implements Callable<Integer> {
        private final PrintStream out;
        private final PrintStream err;
        private final ToIntFunction<KeyCommands> what;

        @Mixin
        @SuppressWarnings("UnusedVariable") // for picocli
        private final HelpOption help = new HelpOption();

        KeyCommand(PrintStream out, PrintStream err, ToIntFunction<KeyCommands> what) {
            this.out = out;
            this.err = err;
            this.what = what;
        }

        @Override
        public Integer call() {
            return what.applyAsInt(new KeyCommands(System.in, out, err));
        }
    }
}
