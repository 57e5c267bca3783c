package dev.warren.conf;

import dev.warren.crypto.noise.PrivateKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;

/// A file with one key in it, in base64.
final class KeyFile {
    private static final int MAX_SIZE = 4096;
    private static final Set<PosixFilePermission> MINE = PosixFilePermissions.fromString("rwx------");

    private KeyFile() {}

    /// Why a key file cannot be used.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        final String problem;
        final String expected;

        Refused(String problem, String expected) {
            super(problem);
            this.problem = problem;
            this.expected = expected;
        }
    }

    /// The 32 bytes, which the caller wipes.
    ///
    /// @param insecure take a file that others may read
    static byte[] read(Path file, boolean insecure) throws Refused {
        try {
            if (!Files.isRegularFile(file)) {
                throw new Refused(
                        "the key file " + file + (Files.exists(file) ? " is not a file" : " does not exist"),
                        "a file with a key in it");
            }
            if (!insecure && othersCan(file)) {
                throw new Refused(
                        "the key file " + file + " has mode " + mode(file) + ": others can use it",
                        "mode 0600 (chmod 600 " + file + "), or insecure-key-files = on");
            }
            if (Files.size(file) > MAX_SIZE) {
                throw new Refused("the key file " + file + " is too large", KeyText.EXPECTED);
            }
            return decode(file);
        } catch (AccessDeniedException e) {
            throw new Refused("the key file " + file + " may not be read by this user", "a file this user may read");
        } catch (IOException e) {
            throw new Refused("the key file " + file + " cannot be read: " + e.getMessage(), "a readable file");
        }
    }

    private static byte[] decode(Path file) throws IOException, Refused {
        var content = Files.readAllBytes(file);
        int end = content.length;
        while (end > 0 && content[end - 1] <= ' ' && content[end - 1] >= 0) {
            end--;
        }
        var text = Arrays.copyOf(content, end);
        Arrays.fill(content, (byte) 0);
        var key = KeyText.decode(text);
        Arrays.fill(text, (byte) 0);
        if (key == null) {
            throw new Refused("what is in the key file " + file + " " + KeyText.problem(end), KeyText.EXPECTED);
        }
        return key;
    }

    /// Makes a key and writes it, for its owner alone; directories that are missing are made likewise. The file appears
    /// whole or not at all, and one that appeared meanwhile is read instead.
    static PrivateKey create(Path file, SecureRandom random) throws IOException {
        var directory = file.toAbsolutePath().getParent();
        try {
            if (directory != null && !Files.isDirectory(directory)) {
                Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(MINE));
            }
            var key = PrivateKey.generate(random);
            var draft = file.resolveSibling("." + file.getFileName() + "." + Long.toHexString(random.nextLong()));
            try {
                write(draft, key);
                Files.createLink(file, draft);
                return key;
            } catch (FileAlreadyExistsException e) {
                key.close();
                return readAgain(file);
            } catch (UnsupportedOperationException | IOException e) {
                key.close();
                throw e;
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (AccessDeniedException e) {
            throw new IOException("cannot create the key file " + file + ": this user may not write there", e);
        } catch (UnsupportedOperationException | IOException e) {
            throw new IOException("cannot create the key file " + file + ": " + e.getMessage(), e);
        }
    }

    private static PrivateKey readAgain(Path file) throws IOException {
        try {
            var bytes = read(file, false);
            try {
                return PrivateKey.of(bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        } catch (Refused e) {
            throw new IOException(e.problem + "; expected " + e.expected, e);
        }
    }

    private static void write(Path file, PrivateKey key) throws IOException {
        var bytes = new byte[32];
        key.copyTo(bytes);
        var text = Base64.getEncoder().encode(bytes);
        var line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = FileChannel.open(file, options, mode)) {
            var buffer = ByteBuffer.wrap(line);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        } finally {
            Arrays.fill(bytes, (byte) 0);
            Arrays.fill(text, (byte) 0);
            Arrays.fill(line, (byte) 0);
        }
    }

    /// True when anybody but the owner may do anything with it.
    static boolean othersCan(Path file) throws IOException {
        return !MINE.containsAll(Files.getPosixFilePermissions(file));
    }

    /// As `0644`.
    static String mode(Path file) throws IOException {
        int mode = (Integer) Files.getAttribute(file, "unix:mode", new LinkOption[0]);
        return String.format("%04o", mode & 0777);
    }
}
