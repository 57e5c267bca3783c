package dev.warren.verticles.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class UapiSocketTest {
    @TempDir
    Path directory;

    @Test
    void folderAndSocketAreForTheOwnerAlone() throws Exception {
        var folder = directory.resolve("run/wireguard");
        var socket = UapiSocket.listen(folder, "wg0");
        assertEquals("rwx------", mode(folder));
        assertEquals("rw-------", mode(socket.path()));
        socket.removeFile();
        assertFalse(Files.exists(socket.path()));
    }

    @Test // wireguard-go leaves it 0755
    void aFolderThatIsOpenToOthersIsClosed() throws Exception {
        var folder = directory.resolve("wireguard");
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        UapiSocket.listen(folder, "wg0").removeFile();
        assertEquals("rwx------", mode(folder));
    }

    @Test
    void aStaleSocketIsReplaced() throws Exception {
        var path = directory.resolve("wg0.sock");
        try (var old = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            old.bind(UnixDomainSocketAddress.of(path));
        }
        assertTrue(Files.exists(path));
        var socket = UapiSocket.listen(directory, "wg0");
        try (var client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
        }
        assertEquals("rw-------", mode(path));
        socket.removeFile();
    }

    @Test
    void aLiveSocketIsNotTaken() throws Exception {
        var path = directory.resolve("wg0.sock");
        try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));
            var refusal = assertThrows(IOException.class, () -> UapiSocket.listen(directory, "wg0"));
            assertTrue(String.valueOf(refusal.getMessage()).contains("already running"), refusal.toString());
            assertTrue(Files.exists(path));
        }
    }

    @Test
    void aFolderThatIsALinkIsRefused() throws Exception {
        var elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        var link = Files.createSymbolicLink(directory.resolve("wireguard"), elsewhere);
        assertThrows(IOException.class, () -> UapiSocket.listen(link, "wg0"));
    }

    @Test
    void aFailureLeavesNoDescriptorBehind() throws Exception {
        var path = directory.resolve("wg0.sock");
        try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));
            assertThrows(IOException.class, () -> UapiSocket.listen(directory, "wg0"));
            long before = descriptors();
            for (int i = 0; i < 20; i++) {
                assertThrows(IOException.class, () -> UapiSocket.listen(directory, "wg0"));
            }
            assertTrue(descriptors() < before + 20);
        }
    }

    @Test // S15.9: whoever owns the folder can put another socket there
    void aFolderOfAnotherUserIsRefusedAndLeftAlone() throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")));
        var theirs = Files.createDirectory(directory.resolve("wireguard"));
        Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(theirs, "unix:uid", 65534);
        var refusal = assertThrows(IOException.class, () -> UapiSocket.listen(theirs, "wg0"));
        assertTrue(String.valueOf(refusal.getMessage()).contains("belongs to another user"), refusal.toString());
        assertEquals("rwxr-xr-x", mode(theirs));
    }

    @Test
    void aFolderThatCannotBeMadeSaysWhyAndWhatToDo() {
        var refusal = assertThrows(IOException.class, () -> UapiSocket.listen(Path.of("/proc/wireguard"), "wg0"));
        var message = String.valueOf(refusal.getMessage());
        assertTrue(message.startsWith("cannot create /proc/wireguard: No such file"), message);
        assertTrue(message.contains("mount -t tmpfs"), message);
    }

    private static long descriptors() throws IOException {
        try (var list = Files.list(Path.of("/proc/self/fd"))) {
            return list.count();
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
