package dev.warren.verticles.uapi;

import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// The listening control socket of one interface and its file, `/var/run/wireguard/INTERFACE.sock`.
///
/// Only root, or whoever runs the router, can reach it: the folder is 0700 and the socket 0600 from the moment it
/// exists.
public final class UapiSocket {
    /// Where `wg` looks.
    public static final Path DIRECTORY = Path.of("/var/run/wireguard");

    private static final int BACKLOG = 128;
    private static final int ATTEMPTS = 3;
    private static final int FAMILY_BYTES = 2;
    private static final int MAX_PATH = 108;

    private final Path path;
    private final int fd;
    /// Identity of the file that is ours; null when there was none to begin with.
    private final @Nullable Object fileKey;

    private UapiSocket(Path path, int fd, @Nullable Object fileKey) {
        this.path = path;
        this.fd = fd;
        this.fileKey = fileKey;
    }

    /// Creates folder and socket. A socket without a listener is replaced.
    ///
    /// @throws IOException with a sentence, also when another router already serves this name
    public static UapiSocket listen(Path directory, String name) throws IOException {
        Epoll.ensureAvailability();
        prepare(directory);
        var path = directory.resolve(name + ".sock");
        // It gets its name when it listens: `wg` deletes a socket that refuses it, and so it would one that is bound
        // and does not listen yet.
        var nameless = directory.resolve(name + "." + ProcessHandle.current().pid());
        var socket = Socket.newSocketDomain();
        try {
            // On Linux the mode of an unbound socket becomes that of its file: there is no moment with another one.
            ErrnoException.check(new Libc().fchmod(socket.intValue(), 0600), "cannot create " + path);
            remove(nameless);
            ErrnoException.check(bind(socket.intValue(), nameless), "cannot create " + path);
            socket.listen(BACKLOG);
            var fileKey = identity(nameless);
            publish(nameless, path);
            return new UapiSocket(path, socket.intValue(), fileKey);
        } catch (IOException e) {
            socket.close();
            throw e;
        } finally {
            var _ = nameless.toFile().delete();
        }
    }

    /// Takes over a listening socket that was inherited (WG_UAPI_FD). It must not block.
    public static UapiSocket adopt(int fd, Path directory, String name) {
        Epoll.ensureAvailability();
        var path = directory.resolve(name + ".sock");
        return new UapiSocket(path, fd, identity(path));
    }

    /// The descriptor, which belongs to whoever serves it.
    int fd() {
        return fd;
    }

    /// Path of the socket's file.
    public Path path() {
        return path;
    }

    /// False when another process has removed or replaced the file. Always true if there was no file to begin with.
    boolean present() {
        return fileKey == null || fileKey.equals(identity(path));
    }

    /// Removes the file, if it is still ours.
    public void removeFile() {
        if (fileKey == null || !present()) {
            return;
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // Somebody else was faster, or took away our right to; either way it is not ours to mend.
        }
    }

    private static void remove(Path file) throws IOException {
        try {
            Files.deleteIfExists(file);
        } catch (FileSystemException e) {
            throw new IOException("cannot remove " + file + ": " + reason(e), e);
        }
    }

    /// The JDK often says only which file.
    private static String reason(FileSystemException e) {
        if (e.getReason() != null) return e.getReason();
        return switch (e) {
            case AccessDeniedException _ -> "Permission denied";
            case NoSuchFileException _ -> "No such file or directory";
            default -> e.getClass().getSimpleName();
        };
    }

    private static void prepare(Path directory) throws IOException {
        var mode = PosixFilePermissions.fromString("rwx------");
        try {
            if (directory.getParent() != null) {
                Files.createDirectories(directory.getParent());
            }
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(mode));
        } catch (FileAlreadyExistsException e) {
            var attributes = Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isDirectory()) {
                throw new IOException(directory + " is not a directory", e);
            }
            owned(directory);
            // wireguard-go leaves it 0755.
            if (!attributes.permissions().equals(mode)) {
                try {
                    Files.setPosixFilePermissions(directory, mode);
                } catch (FileSystemException denied) {
                    throw new IOException(
                            directory + " may be entered by others, and it cannot be changed: " + reason(denied)
                                    + "; try: chmod 700 " + directory,
                            denied);
                }
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    "cannot create " + directory + ": " + reason(e) + "; make a writable folder of that name for this"
                            + " user, such as a tmpfs: mount -t tmpfs -o mode=700 tmpfs " + directory,
                    e);
        }
    }

    /// Whoever owns the folder can replace what is in it, and so get what `wg set` says, keys too.
    private static void owned(Path directory) throws IOException {
        int us = new Libc().geteuid();
        var owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (owner instanceof Integer uid && uid != us) {
            throw new IOException(directory + " belongs to another user (uid " + uid + ", this is uid " + us
                    + "): let it be removed, or given to this one by chown");
        }
    }

    /// Gives the socket its name. One without a listener is replaced, a live one never.
    private static void publish(Path nameless, Path path) throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                Files.createLink(path, nameless);
                return;
            } catch (FileAlreadyExistsException e) {
                if (attempt == ATTEMPTS || answers(new DomainSocketAddress(path.toString()))) {
                    throw new IOException(path + ": a router is already running", e);
                }
            }
            try {
                Files.deleteIfExists(path);
            } catch (DirectoryNotEmptyException e) {
                throw new IOException(path + " is a directory", e);
            }
        }
    }

    /// See unix(7): `sockaddr_un` is the family, u16, and 108 bytes of path with a zero at its end.
    private static int bind(int fd, Path path) throws IOException {
        var name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length >= MAX_PATH) {
            throw new IOException(path + " is too long for a socket");
        }
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(FAMILY_BYTES + MAX_PATH, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, FAMILY_BYTES, name.length);
            return new Libc().bind(fd, address, FAMILY_BYTES + name.length + 1);
        }
    }

    /// Whether a process listens there.
    private static boolean answers(DomainSocketAddress address) throws IOException {
        var probe = Socket.newSocketDomain();
        try {
            probe.connect(address);
            return true;
        } catch (ConnectException | FileNotFoundException e) {
            return false;
        } catch (IOException e) {
            return true; // a full backlog, for example
        } finally {
            probe.close();
        }
    }

    private static @Nullable Object identity(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (IOException e) {
            return null;
        }
    }
}
