package dev.warren.io.netlink;

import dev.warren.io.ffm.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Makes a TUN interface behave as the kernel's WireGuard device does when it comes up (wg_open): no ICMP
/// redirects, and no link-local address of its own. What the kernel refuses stays as it is: all but a hub
/// works the same.
public final class LinkBehavior {
    private static final Path ALL_SEND_REDIRECTS = Path.of("/proc/sys/net/ipv4/conf/all/send_redirects");

    private LinkBehavior() {}

    /// One message for each address family, since the kernel refuses the whole of one where it has no IPv6.
    public static void settle(Netlink netlink, int index) {
        try {
            netlink.noRedirects(index);
        } catch (ErrnoException _) {
            // The hub's peers are told of a shorter way that they do not have.
        }
        try {
            netlink.noLinkLocalAddress(index);
        } catch (ErrnoException _) {
            // There is one address more.
        }
    }

    /// Redirects are sent when the interface or the setting for all interfaces says so; rtnetlink has no word for the
    /// latter. Other interfaces keep their own setting.
    public static void settleHost() {
        try {
            Files.writeString(ALL_SEND_REDIRECTS, "0\n", StandardOpenOption.WRITE);
        } catch (IOException _) {
            // Read-only, as in many containers.
        }
    }
}
