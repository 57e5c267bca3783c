package dev.warren.app.doctor;

import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.netlink.Netlink;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// The way to an endpoint as the kernel knows it, for packets with the mark of the interface. Nothing is sent.
///
/// @param peer the first that is there
/// @param mtu bytes: what path MTU discovery has found, else that of the route or of its device; 0: there is no route
/// @param device empty: there is no route
record EndpointRoute(String peer, InetAddress endpoint, int mtu, String device) {
    /// Endpoints that are looked at; the first ones tell.
    private static final int MAX_ENDPOINTS = 10_000;

    /// Those of all endpoints that are known, each address once.
    static List<EndpointRoute> of(InspectedInterface device, Netlink netlink) {
        var routes = new ArrayList<EndpointRoute>();
        var seen = new HashSet<InetAddress>();
        var names = new HashMap<Integer, String>();
        for (var peer : device.peers()) {
            var endpoint = peer.endpoint();
            if (endpoint == null || seen.size() == MAX_ENDPOINTS || !seen.add(endpoint)) continue;
            try {
                int mtu = netlink.routeMtu(endpoint, device.mark());
                int index = netlink.routeInterface(endpoint, device.mark());
                routes.add(new EndpointRoute(peer.name(), endpoint, mtu, name(netlink, names, index)));
            } catch (ErrnoException e) {
                routes.add(new EndpointRoute(peer.name(), endpoint, 0, ""));
            }
        }
        return routes;
    }

    private static String name(Netlink netlink, Map<Integer, String> names, int index) throws ErrnoException {
        var name = names.get(index);
        if (name == null) {
            name = netlink.link(index).name();
            names.put(index, name);
        }
        return name;
    }
}
