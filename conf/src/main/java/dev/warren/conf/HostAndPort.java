package dev.warren.conf;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// An endpoint as written: a host name or an address, and a port. Nothing here asks a resolver.
///
/// @param host a host name, an IPv4 address or an IPv6 address without brackets, perhaps with a zone
/// @param port 1 to 65535
public record HostAndPort(String host, int port) {
    /// The address when `host` is one; null when it is a name that must be resolved, off the event loop.
    public @Nullable InetSocketAddress literal() {
        char first = host.charAt(0);
        if (host.indexOf(':') < 0 && (first < '0' || first > '9')) {
            return null;
        }
        var address = new AddressText().literal(host);
        return address == null ? null : new InetSocketAddress(address, port);
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
