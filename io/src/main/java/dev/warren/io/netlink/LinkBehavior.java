package dev.warren.io.netlink;

import dev.warren.io.ffm.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Makes a TUN interface behave as the kernel's WireGuard device (wg_open): no ICMP redirects, and no
/// link-local address of its own. A setting that the kernel refuses stays as it is, which matters to a hub
/// alone.
public final class LinkBehavior {
    private static final Path ALL_SEND_REDIRECTS = Path.of("/proc/sys/net/ipv4/conf/all/send_redirects");

    private LinkBehavior() {}

    /// Sends one message for each address family, since a kernel without IPv6 refuses a whole message that has it.
    public static void settle(Netlink netlink, int index) {
        try {
            netlink.noRedirects(index);
        } catch (ErrnoException _) {
            // A hub sends its peers redirects to a next hop that they cannot reach.
        }
        try {
            netlink.noLinkLocalAddress(index);
        } catch (ErrnoException _) {
            // The interface keeps one address more.
        }
    }

    /// Sets net.ipv4.conf.all.send_redirects to 0: the kernel sends redirects when either this or the
    /// interface's own is 1, and rtnetlink cannot set this one. Other interfaces keep their own setting.
    public static void settleHost() {
        try {
            Files.writeString(ALL_SEND_REDIRECTS, "0\n", StandardOpenOption.WRITE);
        } catch (IOException _) {
            // Read-only, as in many containers.
        }
    }
}
