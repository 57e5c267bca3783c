package dev.warren.io.ffm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The descriptors of this process that devices own: sockets, TUNs and eventfds.
public final class Descriptors {
    private Descriptors() {}

    public static long open() {
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(Descriptors::isDevice).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isDevice(Path link) {
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("socket:") || target.equals("/dev/net/tun") || target.contains("eventfd");
        } catch (IOException _) {
            return false; // the one that listed them
        }
    }

    /// Whether close-on-exec is set, from /proc.
    public static boolean closesOnExec(int fd) {
        try {
            return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).stream()
                    .filter(line -> line.startsWith("flags:"))
                    .anyMatch(line -> (Integer.parseInt(line.substring(6).strip(), 8) & Libc.O_CLOEXEC) != 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
