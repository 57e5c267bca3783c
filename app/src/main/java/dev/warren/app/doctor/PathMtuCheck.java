package dev.warren.app.doctor;

import dev.warren.app.cli.Hints;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;

/// Whether there is a way to each endpoint, and whether the largest packet of the tunnel fits it.
final class PathMtuCheck {
    /// IP, UDP, and the header and tag of a data message.
    private static final int OVERHEAD4 = 20 + 8 + 32;
    private static final int OVERHEAD6 = 40 + 8 + 32;
    private static final int MAX_FINDINGS = 5;

    private PathMtuCheck() {}

    static List<Finding> of(InspectedInterface device, List<EndpointRoute> routes) {
        var found = new ArrayList<Finding>();
        int narrowest = Integer.MAX_VALUE;
        for (var route : routes) {
            if (found.size() == MAX_FINDINGS) break;
            narrowest = Math.min(narrowest, route.mtu());
            if (route.mtu() == 0) {
                found.add(noRoute(device, route));
            } else if (route.device().equals(device.name())) {
                found.add(loop(device, route));
            } else if (device.mtu().isPresent() && device.mtu().getAsInt() + overhead(route) > route.mtu()) {
                found.add(tight(device, device.mtu().getAsInt(), route));
            }
        }
        return found.isEmpty() ? List.of(fits(device, routes.size(), narrowest)) : found;
    }

    private static int overhead(EndpointRoute route) {
        return route.endpoint() instanceof Inet6Address ? OVERHEAD6 : OVERHEAD4;
    }

    private static Finding fits(InspectedInterface device, int endpoints, int narrowest) {
        if (endpoints == 0) return Finding.ok(device.name(), "path mtu", "no endpoint is known yet");
        return Finding.ok(
                device.name(),
                "path mtu",
                (device.mtu().isPresent() ? device.mtu().getAsInt() + " of the tunnel fit" : "it is chosen to fit")
                        + " the " + narrowest + " of the way to " + Hints.count(endpoints, "endpoint"));
    }

    private static Finding noRoute(InspectedInterface device, EndpointRoute route) {
        var address = route.endpoint().getHostAddress();
        return Finding.wrong(
                device.name(),
                "path",
                "there is no route to " + address + ", the endpoint of " + route.peer(),
                "ip route get " + address
                        + (device.mark() == 0 ? "" : " mark " + Integer.toUnsignedString(device.mark())) + " says why");
    }

    private static Finding loop(InspectedInterface device, EndpointRoute route) {
        var address = route.endpoint().getHostAddress();
        return Finding.wrong(
                device.name(),
                "path",
                address + ", the endpoint of " + route.peer() + ", is routed into the tunnel itself",
                "ip route add " + address + " via GATEWAY");
    }

    private static Finding tight(InspectedInterface device, int tunnel, EndpointRoute route) {
        return Finding.hint(
                device.name(),
                "path mtu",
                tunnel + " of the tunnel and " + overhead(route) + " around it do not fit the " + route.mtu()
                        + " of the way to " + route.endpoint().getHostAddress() + ": large packets go in two fragments",
                "ip link set " + Hints.shell(device.name()) + " mtu " + (route.mtu() - overhead(route))
                        + "   (for good: mtu in the configuration)");
    }
}
