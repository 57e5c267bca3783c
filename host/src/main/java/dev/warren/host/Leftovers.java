package dev.warren.host;

import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.netlink.RoutingTables;
import dev.warren.io.netlink.RoutingTables.Address;
import dev.warren.io.netlink.RoutingTables.Route;
import dev.warren.io.netlink.RoutingTables.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes the rules, addresses and routes that a killed router has left. The kernel deletes its interface
/// with addresses and routes, but not its rules: these look packets up in a table that is now empty, so
/// that they leave in clear by the main one; or, with a kill switch, match a route of last resort that
/// refuses them. A persistent TUN stays, with its addresses and routes.
public final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final int FIRST_TABLE = 51820;
    private static final boolean[] FAMILIES = {false, true};

    private Leftovers() {}

    /// Removes our addresses and routes on TUNs that no process has open, and our rules whose table has no
    /// route: a running router has neither. Errors are logged.
    ///
    /// @param guards whether to remove also rules whose table has only the routes of a kill switch
    public static void remove(boolean guards) {
        try (var tables = RoutingTables.open();
                var netlink = Netlink.open()) {
            for (int device : marked(tables)) {
                if (!netlink.abandoned(device)) continue;
                clear(tables, netlink, device);
                LOG.warn(
                        "({}) a router that was killed has left addresses and routes on it, and they are gone now",
                        netlink.link(device).name());
            }
            int removed = remove(tables, false, guards) + remove(tables, true, guards);
            if (removed > 0)
                LOG.warn("{} routing rules of a router that was killed were left, and are gone now", removed);
        } catch (ErrnoException e) {
            LOG.warn("cannot look for what a router that was killed has left: {}", e.getMessage());
        }
    }

    /// Indices of the interfaces that have an address or a route of ours.
    private static Set<Integer> marked(RoutingTables tables) throws ErrnoException {
        var devices = new HashSet<Integer>();
        for (boolean v6 : FAMILIES) {
            tables.routes(v6, route -> {
                if (route.ours() && route.interfaceIndex() != 0) devices.add(route.interfaceIndex());
            });
            tables.addresses(v6, address -> {
                if (address.ours()) devices.add(address.interfaceIndex());
            });
        }
        return devices;
    }

    /// Removes our addresses and routes from an interface, such as a persistent TUN.
    public static void clear(int index) throws ErrnoException {
        try (var tables = RoutingTables.open();
                var netlink = Netlink.open()) {
            clear(tables, netlink, index);
        }
    }

    private static void clear(RoutingTables tables, Netlink netlink, int index) throws ErrnoException {
        var routes = new ArrayList<Route>();
        var addresses = new ArrayList<Address>();
        for (boolean v6 : FAMILIES) {
            tables.routes(v6, route -> {
                if (route.ours() && route.interfaceIndex() == index) routes.add(route);
            });
            tables.addresses(v6, address -> {
                if (address.ours() && address.interfaceIndex() == index) addresses.add(address);
            });
        }
        for (var route : routes) netlink.removeRoute(index, route.network(), route.prefixLength(), route.table());
        if (!addresses.isEmpty()) netlink.promoteSecondaries(index); // addresses that are not ours stay
        for (var address : addresses) netlink.removeAddress(index, address.address(), address.prefixLength());
    }

    private static int remove(RoutingTables tables, boolean v6, boolean guards) throws ErrnoException {
        var ours = tables.rules(v6).stream()
                .filter(rule -> rule.protocol() == RoutingTables.PROTOCOL)
                .toList();
        var used = new HashSet<Integer>();
        var refusing = new ArrayList<Route>();
        tables.routes(v6, route -> {
            if (route.lastResort()) refusing.add(route);
            else if (route.interfaceIndex() != 0) used.add(route.table());
        });
        if (!guards) refusing.forEach(route -> used.add(route.table()));
        int living = 0;
        int removed = 0;
        for (var rule : ours) {
            if (rule.mark() == 0) continue;
            if (used.contains(rule.table())) {
                living++;
            } else {
                tables.remove(v6, rule);
                removed++;
            }
        }
        // Each rule with a mark has one without, before it. The kernel removes the first of equal rules, so all are
        // removed and as many as are needed added again, in front.
        long general = ours.stream().filter(Rule.specificFirst()::equals).count();
        if (general > living) {
            removed += (int) general - living;
            for (; general > 0; general--) tables.remove(v6, Rule.specificFirst());
            for (; general < living; general++) tables.add(v6, Rule.specificFirst());
        }
        for (var route : refusing) {
            if (used.contains(route.table())) continue;
            tables.removeLastResort(route.network(), route.prefixLength(), route.table());
        }
        return removed;
    }

    /// The number of a table without routes and rules.
    static int freeTable(RoutingTables tables) throws ErrnoException {
        var used = new HashSet<Integer>();
        for (boolean v6 : FAMILIES) {
            tables.routes(v6, route -> used.add(route.table()));
            tables.rules(v6).forEach(rule -> used.add(rule.table()));
        }
        int table = FIRST_TABLE;
        while (used.contains(table)) table++;
        return table;
    }
}
