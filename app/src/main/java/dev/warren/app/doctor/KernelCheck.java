package dev.warren.app.doctor;

import java.util.List;
import java.util.Set;

/// Settings of the kernel that only cost memory or speed.
final class KernelCheck {
    private static final String HUGE_PAGES = "sys/kernel/mm/transparent_hugepage/enabled";
    private static final Set<String> GOOD = Set.of("bbr", "cubic");

    private KernelCheck() {}

    static List<Finding> of(HostFiles files) {
        return List.of(hugePages(files), congestionControl(files));
    }

    /// The JVM is started without huge pages (dist/jvm.options); with `always` the kernel gives them unasked.
    private static Finding hugePages(HostFiles files) {
        var text = files.text(HUGE_PAGES);
        if (text == null || !text.contains("[always]")) {
            return Finding.ok(
                    Finding.HOST, "huge pages", "only where a program asks for them, and the router does not");
        }
        return Finding.hint(
                Finding.HOST,
                "huge pages",
                "the kernel gives them unasked, and a small router takes more memory",
                "echo madvise > /" + HUGE_PAGES);
    }

    private static Finding congestionControl(HostFiles files) {
        var name = files.sysctl("net/ipv4/tcp_congestion_control");
        if (name == null || GOOD.contains(name)) {
            return Finding.ok(
                    Finding.HOST,
                    "congestion",
                    (name == null ? "cannot be read" : name)
                            + ", for TCP that begins here; the tunnel itself has none");
        }
        return Finding.hint(
                Finding.HOST,
                "congestion",
                name + " is slow to use a fast path, for TCP that begins here",
                "sysctl -w net.ipv4.tcp_congestion_control=cubic");
    }
}
