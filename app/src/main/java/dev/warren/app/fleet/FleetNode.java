package dev.warren.app.fleet;

import dev.warren.conf.FleetConfig;
import dev.warren.routing.ip.IpAddress;
import java.util.regex.Pattern;

/// A node as it is named to `warren fleet init`: `a=10.0.0.1`.
///
/// @param name small letters, digits and `-`
/// @param host an address, or a host name
record FleetNode(String name, String host) {
    static final String EXPECTED =
            "a name of small letters, digits and -, = and an address or host name, as a=10.0.0.1";
    private static final Pattern HOST_NAME =
            Pattern.compile("(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");

    /// @throws IllegalArgumentException with a sentence
    static FleetNode parse(String text) {
        int equals = text.indexOf('=');
        var name = equals < 0 ? text : text.substring(0, equals);
        var host = text.substring(equals + 1);
        boolean right = equals > 0
                && FleetConfig.isName(name)
                && (isAddress(host) || HOST_NAME.matcher(host).matches());
        // A folder of the fleet itself.
        if (!right || name.equals("ca") || name.equals("operator")) {
            throw new IllegalArgumentException("'" + text + "' is no node; expected " + EXPECTED
                    + " (and not ca or operator, which are other folders)");
        }
        return new FleetNode(name, host);
    }

    private static boolean isAddress(String text) {
        var address = IpAddress.parseOrNull(text);
        return address != null
                && !address.toString().equals("0.0.0.0")
                && !address.toString().equals("::");
    }
}
