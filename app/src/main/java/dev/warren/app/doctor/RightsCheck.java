package dev.warren.app.doctor;

import dev.warren.host.Privileges;
import java.util.ArrayList;
import java.util.List;

/// What a process must be allowed: interfaces, the TUN driver, keys that stay out of swap.
final class RightsCheck {
    private static final String TUN = "dev/net/tun";
    /// Room for what is there without peers, and for the keys of each.
    private static final long LOCKED_BYTES = 64 << 10;
    private static final long LOCKED_BYTES_PER_PEER = 256;

    private RightsCheck() {}

    /// @param capabilities effective ones, see [Privileges#effective]
    /// @param peers of all interfaces
    static List<Finding> of(HostFiles files, long capabilities, int peers) {
        var found = new ArrayList<Finding>();
        found.add(
                Privileges.has(capabilities, Privileges.NET_ADMIN)
                        ? Finding.ok(Finding.HOST, "rights", "CAP_NET_ADMIN is there, to make interfaces")
                        : Finding.hint(
                                Finding.HOST,
                                "rights",
                                "this user lacks CAP_NET_ADMIN: it could start no router, and sees no firewall",
                                "sudo warren doctor"));
        found.add(
                files.exists(TUN)
                        ? Finding.ok(Finding.HOST, "tun", "/dev/net/tun is there")
                        : Finding.wrong(
                                Finding.HOST,
                                "tun",
                                "/dev/net/tun is not there, so no interface can be made",
                                "modprobe tun   (in a container: docker run --device /dev/net/tun)"));
        found.add(locked(files, Privileges.has(capabilities, Privileges.IPC_LOCK), peers));
        return found;
    }

    private static Finding locked(HostFiles files, boolean unlimited, int peers) {
        long needed = LOCKED_BYTES + LOCKED_BYTES_PER_PEER * peers;
        long limit = unlimited ? Long.MAX_VALUE : limit(files);
        if (limit >= needed) {
            return Finding.ok(
                    Finding.HOST,
                    "locked memory",
                    limit == Long.MAX_VALUE
                            ? "as much as is needed may be kept out of swap"
                            : (limit >> 10) + " KiB may be kept out of swap, enough for all keys");
        }
        return Finding.hint(
                Finding.HOST,
                "locked memory",
                "only " + (limit >> 10) + " KiB may be locked, so keys may get into swap (some " + (needed >> 10)
                        + " KiB are needed)",
                "ulimit -l " + (needed >> 10) + "   (for a service: LimitMEMLOCK=" + (needed >> 10) + "K)");
    }

    /// Soft limit of `Max locked memory  8388608  8388608  bytes`, see proc_pid_limits(5).
    private static long limit(HostFiles files) {
        for (var line : files.lines("proc/self/limits")) {
            if (!line.startsWith("Max locked memory")) continue;
            var words = line.substring("Max locked memory".length()).strip().split("\\s+");
            if (words[0].matches("[0-9]{1,18}")) return Long.parseLong(words[0]);
        }
        return Long.MAX_VALUE;
    }
}
