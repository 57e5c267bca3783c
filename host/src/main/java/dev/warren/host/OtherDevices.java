package dev.warren.host;

import dev.warren.routing.ip.IpPrefix;
import java.util.HashMap;
import java.util.Map;

/// The routes of this host through other devices, before any interface of Warren is created.
public final class OtherDevices {
    private OtherDevices() {}

    /// The device of each route of the main tables, by prefix; the networks of the devices' own addresses
    /// are among them. Without default routes, which match every address, and link-local ones.
    ///
    /// @throws SetupException when `ip` cannot be run
    public static Map<IpPrefix, String> routes() throws SetupException {
        var found = new HashMap<IpPrefix, String>();
        for (var family : new String[] {"-4", "-6"}) {
            IpTool.output(family, "route", "show").lines().forEach(line -> add(found, line));
        }
        return found;
    }

    /// `10.8.0.0/24 dev wg1 proto kernel scope link src 10.8.0.1`; others begin with a word such as `blackhole`.
    static void add(Map<IpPrefix, String> found, String route) {
        var words = route.strip().split("\\s+");
        boolean address = words[0].matches("[0-9a-fA-F]*[.:][0-9a-fA-F.:]+(/[0-9]+)?");
        boolean linkLocal = words[0].startsWith("fe80:");
        for (int i = 1; address && !linkLocal && i < words.length - 1; i++) {
            if (words[i].equals("dev")) {
                boolean prefix = words[0].indexOf('/') >= 0;
                var whole = prefix ? words[0] : words[0] + (words[0].indexOf(':') >= 0 ? "/128" : "/32");
                found.putIfAbsent(IpPrefix.parse(whole), words[i + 1]);
                return;
            }
        }
    }
}
