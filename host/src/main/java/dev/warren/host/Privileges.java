package dev.warren.host;

import dev.warren.io.ffm.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this process may do, and keeping others out of it. See docs/decisions/0015-privileges.md.
public final class Privileges {
    private static final int DAC_READ_SEARCH = 2;
    private static final int NET_BIND_SERVICE = 10;
    private static final int NET_BROADCAST = 11;
    private static final int NET_ADMIN = 12;
    private static final int IPC_LOCK = 14;
    private static final int SYS_NICE = 23;
    /// The kernel has 41 capabilities now, and names at most as many as fit into a long.
    private static final int MOST = 64;

    /// Interfaces, addresses, routes and socket options; ports below 1024, which may be set later; keys that stay out
    /// of swap.
    public static final long SERVING = 1L << NET_ADMIN | 1L << NET_BIND_SERVICE | 1L << IPC_LOCK;

    /// And libraries in a folder that is closed to others, as homes are; the compilers' niceness; and hearing of
    /// interfaces in other network namespaces, a right that the socket keeps.
    public static final long STARTING = SERVING | 1L << DAC_READ_SEARCH | 1L << SYS_NICE | 1L << NET_BROADCAST;

    private Privileges() {}

    /// From now on no other process may trace us or read our memory, and no core is written: there are keys
    /// in it. What this thread and those it starts run never gains rights. Closes /proc/self/fd to
    /// us unless we are root.
    public static void hide() {
        var libc = new Libc();
        libc.prctl(Libc.PR_SET_DUMPABLE, 0);
        libc.prctl(Libc.PR_SET_NO_NEW_PRIVS, 1);
    }

    /// Gives up all capabilities but these, for this thread and those it starts from now on: Linux has no call for
    /// others.
    public static void keep(long capabilities) {
        var libc = new Libc();
        for (int i = 0; i < MOST; i++) {
            if ((SERVING >>> i & 1) == 1) continue;
            libc.prctl(Libc.PR_CAPBSET_DROP, i); // EPERM for somebody who could not gain any
            libc.prctl(Libc.PR_CAP_AMBIENT, Libc.PR_CAP_AMBIENT_LOWER, i);
        }
        libc.keepCapabilities(capabilities);
    }

    /// Whether interfaces can be made: root, or CAP_NET_ADMIN by other means.
    static boolean netAdmin() {
        try {
            for (var line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    long effective = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                    return ((effective >>> NET_ADMIN) & 1) == 1;
                }
            }
        } catch (IOException e) {
            // No /proc: the kernel will say what it thinks of us.
        }
        return true;
    }

    static boolean root() {
        return new Libc().geteuid() == 0;
    }

    /// @throws SetupException with a sentence when interfaces cannot be made
    public static void requireNetAdmin(String command) throws SetupException {
        if (netAdmin()) return;
        throw new SetupException(
                root()
                        ? "root here lacks CAP_NET_ADMIN, which making network interfaces needs: give it to this"
                                + " container (docker run --cap-add NET_ADMIN --device /dev/net/tun)"
                        : "making network interfaces needs CAP_NET_ADMIN: sudo " + command);
    }
}
