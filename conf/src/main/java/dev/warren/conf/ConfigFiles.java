package dev.warren.conf;

import dev.warren.conf.hocon.HoconException;
import dev.warren.conf.hocon.HoconSource;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/// The files of one configuration: the operator's, those it includes, and key files.
final class ConfigFiles {
    private static final int MAX_SIZE = 256 << 20;

    private final Path file;
    private final Path directory;
    private final TrustedFiles trusted;
    private final boolean checking;
    private final IdentityHashMap<HoconSource, TrustedFiles.Found> sources = new IdentityHashMap<>();

    /// @param checking the configuration is only checked, nothing is started with it
    ConfigFiles(Path file, TrustedFiles trusted, boolean checking) {
        this.file = file;
        this.trusted = trusted;
        this.checking = checking;
        var parent = TrustedFiles.isDescriptor(file.toAbsolutePath())
                ? Path.of("").toAbsolutePath()
                : file.toAbsolutePath().getParent();
        this.directory = parent == null ? Path.of("/") : parent;
    }

    /// The directory that relative paths start from: that of the configuration, or the current one when it
    /// is read from a pipe.
    Path directory() {
        return directory;
    }

    boolean checking() {
        return checking;
    }

    /// Reads the operator's file.
    HoconSource open() throws TrustedFiles.Refused {
        try {
            var found = trusted.find(file, "");
            if (!found.isFile()) {
                throw new TrustedFiles.Refused(
                        found.isFolder() ? "is a directory" : "is not a file", "a configuration file");
            }
            return opened(file, found);
        } catch (NoSuchFileException e) {
            throw new TrustedFiles.Refused("does not exist", "a configuration file");
        } catch (AccessDeniedException e) {
            throw new TrustedFiles.Refused("may not be read by this user", "a readable file");
        } catch (IOException e) {
            throw new TrustedFiles.Refused("cannot be read: " + e.getMessage(), "a readable file");
        }
    }

    private HoconSource opened(Path name, TrustedFiles.Found found) throws IOException, TrustedFiles.Refused {
        var source = HoconSource.of(name, TrustedFiles.read(found.path(), MAX_SIZE));
        sources.put(source, found);
        return source;
    }

    /// Reads a file below the directory of the one that includes it: a user who may write a configuration
    /// must not make root read other files, and print messages about them.
    HoconSource include(HoconSource from, int line, String name) throws HoconException {
        var including = "includes " + Problems.echo(name) + ", which ";
        var base = TrustedFiles.isDescriptor(from.file().toAbsolutePath())
                ? directory
                : from.file().resolveSibling("");
        try {
            var path = Path.of(name);
            boolean up = false;
            for (var part : path) {
                up |= part.toString().equals("..");
            }
            if (path.isAbsolute() || up || name.isEmpty()) {
                throw new HoconException(
                        from, line, including + "is elsewhere", "a file below the folder of this one, without ..");
            }
            var included = base.resolve(path);
            var found = trusted.find(included, including.strip());
            if (!found.isFile()) {
                throw new HoconException(from, line, including + "is not a file", "one include for each file");
            }
            return opened(included, found);
        } catch (TrustedFiles.Refused e) {
            throw new HoconException(from, line, e.problem, e.expected);
        } catch (InvalidPathException e) {
            throw new HoconException(from, line, including + "is no name of a file", "one");
        } catch (NoSuchFileException e) {
            boolean pattern = name.indexOf('*') >= 0;
            throw new HoconException(
                    from,
                    line,
                    including + "does not exist",
                    pattern ? "one include for each file, without *" : "a file below the folder of this one");
        } catch (IOException e) {
            throw new HoconException(from, line, including + "cannot be read", "a file this user may read");
        }
    }

    /// The mode of a file that other users can read; null if only its owner can.
    @Nullable
    String readableByOthers(HoconSource source) {
        var found = sources.get(source);
        return found != null && found.othersCan() ? found.permissions() : null;
    }

    /// The key in a file.
    byte[] key(Path path, boolean insecure) throws TrustedFiles.Refused {
        return KeyFile.read(trusted, path, insecure);
    }

    /// Another secret in a file.
    byte[] secret(Path path, boolean insecure) throws TrustedFiles.Refused {
        return KeyFile.secret(trusted, path, insecure);
    }

    /// The path of a file with a secret in it, which others than Warren read.
    Path secretPath(Path path, boolean insecure) throws TrustedFiles.Refused {
        return KeyFile.find(trusted, path, insecure);
    }

    /// Wipes the texts read, so that keys written in the configuration are in the records alone.
    void wipe() {
        sources.keySet().forEach(HoconSource::wipe);
    }
}
