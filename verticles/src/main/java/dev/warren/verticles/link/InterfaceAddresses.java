package dev.warren.verticles.link;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/// The addresses of an interface, as the kernel has them.
final class InterfaceAddresses {
    private InterfaceAddresses() {}

    /// With their prefix lengths, such as `10.0.0.1/24`. Empty when this network namespace has no such interface. May
    // block.
    static List<String> of(String name) throws SocketException {
        var found = NetworkInterface.getByName(name);
        if (found == null) return List.of();
        return found.getInterfaceAddresses().stream()
                .map(each -> {
                    var text = each.getAddress().getHostAddress();
                    int scope = text.indexOf('%');
                    return (scope < 0 ? text : text.substring(0, scope)) + "/" + each.getNetworkPrefixLength();
                })
                .toList();
    }
}
