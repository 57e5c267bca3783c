package dev.warren.verticles.launch;

import dev.warren.io.ffm.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this process may do, and keeping others out of it.
final class Privileges {
    private static final int CAP_NET_ADMIN = 12;

    private Privileges() {}

    /// Whether interfaces can be made: root, or CAP_NET_ADMIN by other means.
    static boolean netAdmin() {
        try {
            for (var line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    long effective = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                    return ((effective >>> CAP_NET_ADMIN) & 1) == 1;
                }
            }
        } catch (IOException e) {
            // No /proc: the kernel will say what it thinks of us.
        }
        return true;
    }

    /// @throws LaunchException with a sentence when interfaces cannot be made
    static void requireNetAdmin(String command) throws LaunchException {
        if (!netAdmin()) {
            throw new LaunchException("making network interfaces needs root: sudo " + command);
        }
    }

    /// From now on no other process may trace us or read our memory, and no core is written: there are keys in it
    /// . Last of all steps of a start, because it closes /proc/self to us unless we are root.
    static void hide() {
        new Libc().prctl(Libc.PR_SET_DUMPABLE, 0);
    }
}
