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
        throw new UnsupportedOperationException();
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
