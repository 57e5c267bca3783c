package dev.warren.conf;

import dev.warren.crypto.key.KeyText;
import dev.warren.crypto.key.PrivateKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// A file with one key in it, in base64, or with another secret.
final class KeyFile {
    private static final int MAX_SIZE = 4096;
    private static final Set<PosixFilePermission> MINE = PosixFilePermissions.fromString("rwx------");

    private KeyFile() {}

    /// The 32 bytes, which the caller wipes.
    ///
    /// @param insecure take a file that others may read or change
    static byte[] read(TrustedFiles files, Path file, boolean insecure) throws TrustedFiles.Refused {
        var what = "the key file " + file;
        return decode(what, content(files, what, file, insecure));
    }

    /// The bytes of a file with any secret in it, without a line end behind them. The caller wipes them.
    ///
    /// @param insecure as in [#read]
    static byte[] secret(TrustedFiles files, Path file, boolean insecure) throws TrustedFiles.Refused {
        var content = content(files, "the secret file " + file, file, insecure);
        int end = content.length;
        while (end > 0 && (content[end - 1] == '\n' || content[end - 1] == '\r')) {
            end--;
        }
        var secret = Arrays.copyOf(content, end);
        Arrays.fill(content, (byte) 0);
        return secret;
    }

    private static byte[] content(TrustedFiles files, String what, Path file, boolean insecure)
            throws TrustedFiles.Refused {
        var path = find(files, what, file, insecure);
        try {
            return TrustedFiles.read(path, MAX_SIZE);
        } catch (IOException e) {
            throw refused(what, e);
        }
    }

    /// Finds a file with a secret in it that is not read here.
    ///
    /// @param insecure take a file that others may read or change
    /// @return its path, without links in it
    static Path find(TrustedFiles files, Path file, boolean insecure) throws TrustedFiles.Refused {
        return find(files, "the key file " + file, file, insecure);
    }

    private static Path find(TrustedFiles files, String what, Path file, boolean insecure) throws TrustedFiles.Refused {
        try {
            if (insecure) {
                return TrustedFiles.isDescriptor(file) ? file : file.toRealPath();
            }
            var found = files.find(file, what);
            if (!found.isFile()) {
                throw new TrustedFiles.Refused(what + " is not a file", "a file with a key in it");
            }
            if (found.othersCan()) {
                throw new TrustedFiles.Refused(
                        what + " has mode " + found.permissions() + ": others can use it",
                        "mode 0600 (chmod 600 " + file + "), or insecure-key-files = on");
            }
            return found.path();
        } catch (IOException e) {
            throw refused(what, e);
        }
    }

    private static TrustedFiles.Refused refused(String what, IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> new TrustedFiles.Refused(what + " does not exist", "a file with a key in it");
            case AccessDeniedException _ ->
                new TrustedFiles.Refused(what + " may not be read by this user", "a file this user may read", true);
            default -> new TrustedFiles.Refused(what + " cannot be read: " + e.getMessage(), "a readable file");
        };
    }

    private static byte[] decode(String what, byte[] content) throws TrustedFiles.Refused {
        int end = content.length;
        while (end > 0 && content[end - 1] <= ' ' && content[end - 1] >= 0) {
            end--;
        }
        int mark =
                end >= 3 && content[0] == (byte) 0xef && content[1] == (byte) 0xbb && content[2] == (byte) 0xbf ? 3 : 0;
        var text = Arrays.copyOfRange(content, mark, end); // without the byte order mark of some editors
        Arrays.fill(content, (byte) 0);
        var key = KeyText.ofBase64(text);
        Arrays.fill(text, (byte) 0);
        if (key == null) {
            throw new TrustedFiles.Refused("what is in " + what + " " + KeyText.problem(text.length), KeyText.EXPECTED);
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
            trustFolders(file);
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

    private static void trustFolders(Path file) throws IOException {
        try {
            TrustedFiles.ofProcess(System::getenv).find(file, "the key file " + file);
        } catch (NoSuchFileException e) {
            // As it should be; all folders are fine then.
        } catch (TrustedFiles.Refused e) {
            throw new IOException(e.problem + "; expected " + e.expected, e);
        }
    }

    private static PrivateKey readAgain(Path file) throws IOException {
        try {
            var bytes = read(TrustedFiles.ofProcess(System::getenv), file, false);
            try {
                return PrivateKey.of(bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        } catch (TrustedFiles.Refused e) {
            throw new IOException(e.problem + "; expected " + e.expected, e);
        }
    }

    private static void write(Path file, PrivateKey key) throws IOException {
        var bytes = new byte[32];
        key.copyTo(bytes);
        var text = KeyText.toBase64(bytes);
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
}
