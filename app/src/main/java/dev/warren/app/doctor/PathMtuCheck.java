package dev.warren.app.doctor;

import dev.warren.app.cli.Hints;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.netlink.Netlink;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Whether the largest packet of the tunnel fits the way to each endpoint, as far as the kernel knows it: the MTU of
// the
/// route, which also has what path MTU discovery has found. Nothing is sent.
final class PathMtuCheck {
    /// IP, UDP, and the header and tag of a data message.
    private static final int OVERHEAD4 = 20 + 8 + 32;
    private static final int OVERHEAD6 = 40 + 8 + 32;
    private static final int MAX_FINDINGS = 5;
    /// Endpoints that are looked at; the first ones tell.
    private static final int MAX_ENDPOINTS = 10_000;

    private PathMtuCheck() {}

    static List<Finding> of(InspectedInterface device, Netlink netlink) {
        var found = new ArrayList<Finding>();
        var seen = new HashSet<InetAddress>();
        int own = index(netlink, device.name());
        int narrowest = Integer.MAX_VALUE;
        for (var peer : device.peers()) {
            var endpoint = peer.endpoint();
            if (endpoint == null || seen.size() == MAX_ENDPOINTS || found.size() == MAX_FINDINGS) continue;
            if (!seen.add(endpoint)) continue;
            try {
                int mtu = netlink.routeMtu(endpoint, device.mark());
                narrowest = Math.min(narrowest, mtu);
                if (own != 0 && netlink.routeInterface(endpoint, device.mark()) == own) {
                    found.add(loop(device, peer.name(), endpoint));
                } else if (device.mtu().isPresent()) {
                    var tight = judge(device.name(), device.mtu().getAsInt(), endpoint, mtu);
                    if (tight.level() != Finding.Level.OK) found.add(tight);
                }
            } catch (ErrnoException e) {
                found.add(Finding.wrong(
                        device.name(),
                        "path",
                        "there is no route to " + endpoint.getHostAddress() + ", the endpoint of " + peer.name(),
                        "ip route get " + endpoint.getHostAddress() + " says why"));
            }
        }
        if (!found.isEmpty()) return found;
        return List.of(Finding.ok(
                device.name(),
                "path mtu",
                seen.isEmpty()
                        ? "no endpoint is known yet"
                        : (device.mtu().isPresent() ? device.mtu().getAsInt() + " of the tunnel fit" : "chosen to fit")
                                + " the " + narrowest + " of the way to "
                                + Hints.count(seen.size(), "endpoint")));
    }

    /// @param tunnel MTU of the interface, bytes
    /// @param route MTU of the route, bytes
    static Finding judge(String device, int tunnel, InetAddress endpoint, int route) {
        int overhead = endpoint instanceof Inet6Address ? OVERHEAD6 : OVERHEAD4;
        if (tunnel + overhead <= route) {
            return Finding.ok(device, "path mtu", tunnel + " + " + overhead + " fit " + route);
        }
        return Finding.hint(
                device,
                "path mtu",
                tunnel + " of the tunnel and " + overhead + " around it do not fit the " + route + " of the way to "
                        + endpoint.getHostAddress() + ": large packets go in two fragments",
                "ip link set " + Hints.shell(device) + " mtu " + (route - overhead)
                        + "   (for good: mtu in the configuration)");
    }

    private static Finding loop(InspectedInterface device, String peer, InetAddress endpoint) {
        return Finding.wrong(
                device.name(),
                "path",
                endpoint.getHostAddress() + ", the endpoint of " + peer + ", is routed into the tunnel itself",
                "ip route add " + endpoint.getHostAddress() + " via GATEWAY");
    }

    /// 0 when there is no such interface.
    private static int index(Netlink netlink, String device) {
        try {
            return netlink.link(device).index();
        } catch (ErrnoException e) {
            return 0;
        }
    }
}
