package dev.warren.host;

import dev.warren.io.ffm.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Restricts the capabilities of this process, and protects its memory from others. See
/// docs/decisions/0015-privileges.md.
public final class Privileges {
    private static final int DAC_READ_SEARCH = 2;
    private static final int NET_BIND_SERVICE = 10;
    private static final int NET_BROADCAST = 11;
    public static final int NET_ADMIN = 12;
    public static final int IPC_LOCK = 14;
    private static final int SYS_NICE = 23;
    /// The kernel has 41 capabilities now, and names at most as many as fit into a long.
    private static final int MOST = 64;

    /// Interfaces, addresses, routes and socket options; ports below 1024, which may be set later; keys that stay out
    /// of swap.
    public static final long SERVING = 1L << NET_ADMIN | 1L << NET_BIND_SERVICE | 1L << IPC_LOCK;

    /// [#SERVING], and reading libraries in a folder that is closed to others, as homes are; the niceness
    /// of compiler threads; and receiving changes of interfaces in other network namespaces, a right that
    /// the socket keeps.
    public static final long STARTING = SERVING | 1L << DAC_READ_SEARCH | 1L << SYS_NICE | 1L << NET_BROADCAST;

    private Privileges() {}

    /// Clears PR_SET_DUMPABLE and sets PR_SET_NO_NEW_PRIVS, see prctl(2): no other process may trace this
    /// one or read its memory, which has keys, no core is written, and programs that are started gain no
    /// privileges. Only root may read /proc/self/fd then.
    public static void hide() {
        var libc = new Libc();
        libc.prctl(Libc.PR_SET_DUMPABLE, 0);
        libc.prctl(Libc.PR_SET_NO_NEW_PRIVS, 1);
    }

    /// Drops all capabilities but these, for this thread and those that it starts: Linux has no call for other threads.
    ///
    /// @param capabilities one bit for each, see capabilities(7)
    public static void keep(long capabilities) {
        var libc = new Libc();
        for (int i = 0; i < MOST; i++) {
            if ((SERVING >>> i & 1) == 1) continue;
            libc.prctl(Libc.PR_CAPBSET_DROP, i); // EPERM without CAP_SETPCAP
            libc.prctl(Libc.PR_CAP_AMBIENT, Libc.PR_CAP_AMBIENT_LOWER, i);
        }
        libc.keepCapabilities(capabilities);
    }

    /// Whether interfaces can be created: CAP_NET_ADMIN is effective. True when that cannot be read.
    static boolean netAdmin() {
        return has(effective(Path.of("/proc/self/status")), NET_ADMIN);
    }

    /// Whether a capability is among these.
    public static boolean has(long capabilities, int capability) {
        return (capabilities >>> capability & 1) == 1;
    }

    /// The effective capabilities of a process, one bit for each; all when they cannot be read.
    ///
    /// @param status of the process, see proc_pid_status(5)
    public static long effective(Path status) {
        try {
            for (var line : Files.readAllLines(status)) {
                if (line.startsWith("CapEff:"))
                    return Long.parseUnsignedLong(line.substring(7).strip(), 16);
            }
        } catch (IOException e) {
            // No /proc: what is not allowed will fail.
        }
        return -1;
    }

    static boolean root() {
        return new Libc().geteuid() == 0;
    }

    /// Checks for CAP_NET_ADMIN.
    ///
    /// @param command to suggest behind sudo(8)
    /// @throws SetupException with a sentence when interfaces cannot be created
    public static void requireNetAdmin(String command) throws SetupException {
        if (netAdmin()) return;
        throw new SetupException(
                root()
                        ? "root here lacks CAP_NET_ADMIN, which making network interfaces needs: give it to this"
                                + " container (docker run --cap-add NET_ADMIN --device /dev/net/tun)"
                        : "making network interfaces needs CAP_NET_ADMIN: sudo " + command);
    }
}
