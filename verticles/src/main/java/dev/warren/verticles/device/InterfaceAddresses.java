package dev.warren.verticles.device;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/// The addresses of an interface, as the kernel has them.
final class InterfaceAddresses {
    private InterfaceAddresses() {}

    /// With their prefix lengths, such as `10.0.0.1/24`. Empty when this network namespace has no such interface. Asks
    /// the kernel, some 100 microseconds.
    static List<String> of(String name) {
        try {
            var found = NetworkInterface.getByName(name);
            return found == null ? List.of() : of(found);
        } catch (SocketException e) {
            return List.of();
        }
    }

    private static List<String> of(NetworkInterface found) {
        return found.getInterfaceAddresses().stream()
                .map(each -> {
                    var text = each.getAddress().getHostAddress();
                    int scope = text.indexOf('%');
                    return (scope < 0 ? text : text.substring(0, scope)) + "/" + each.getNetworkPrefixLength();
                })
                .toList();
    }
}
