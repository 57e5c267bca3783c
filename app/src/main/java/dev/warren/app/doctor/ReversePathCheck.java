package dev.warren.app.doctor;

import dev.warren.routing.ip.IpFamily;
import java.util.List;

/// Whether a strict reverse path filter (rp_filter, ip-sysctl.rst) drops what peers send. There is none for IPv6.
final class ReversePathCheck {
    private static final String CONF = "net/ipv4/conf/";
    private static final String VALID_MARK = "net.ipv4.conf.all.src_valid_mark";
    private static final int STRICT = 1;

    private ReversePathCheck() {}

    /// @param routes to the endpoints
    static Finding of(InspectedInterface device, HostFiles files, List<EndpointRoute> routes) {
        var name = device.name();
        if (device.everything(IpFamily.V4)) return everything(device, files, routes);
        if (!strict(files, name)) return Finding.ok(name, "rp_filter", "drops nothing of peers");
        if (!device.configured() || device.routes()) {
            return Finding.ok(name, "rp_filter", "strict, and what peers send has a route back to them");
        }
        return Finding.hint(
                name,
                "rp_filter",
                "it is strict, and Warren adds no routes (routes = off): packets of a peer are dropped unless its"
                        + " addresses are routed to " + name,
                "sysctl -w net/ipv4/conf/" + name + "/rp_filter=2");
    }

    /// Answers of an endpoint come in by a device that the default route does not lead to; they pass
    /// when the filter looks them up with the mark of what was sent.
    private static Finding everything(InspectedInterface device, HostFiles files, List<EndpointRoute> routes) {
        var name = device.name();
        var strict = routes.stream()
                .map(EndpointRoute::device)
                .filter(each -> !each.isEmpty() && !each.equals(name) && !each.equals("lo") && strict(files, each))
                .findFirst();
        if (strict.isEmpty()) return Finding.ok(name, "rp_filter", "drops no answers of peers");
        var where = "strict on " + strict.get();
        if (files.sysctl(CONF + "all/src_valid_mark", 0) == 1) {
            return Finding.ok(name, "rp_filter", where + ", and answers of peers pass by their mark");
        }
        if (device.status() == null && device.routes()) {
            return Finding.ok(name, "rp_filter", where + "; warren run sets " + VALID_MARK);
        }
        if (device.mark() == 0) return Finding.ok(name, "rp_filter", where + ", and nothing is routed by a mark");
        return Finding.wrong(
                name,
                "rp_filter",
                "it is " + where + ", and everything is routed into " + name + ": answers of peers are dropped",
                "sysctl -w " + VALID_MARK + "=1");
    }

    /// The larger of the setting for all and the device's own counts.
    private static boolean strict(HostFiles files, String device) {
        int all = files.sysctl(CONF + "all/rp_filter", 0);
        int own = files.sysctl(CONF + device + "/rp_filter", files.sysctl(CONF + "default/rp_filter", 0));
        return Math.max(all, own) == STRICT;
    }
}
