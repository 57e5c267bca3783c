package dev.warren.conf;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;

/// An address of an interface with the length of its network: `10.8.0.1/24`.
public record InterfaceAddress(IpAddress address, int prefixLength) {
    /// The network it is in.
    public IpPrefix network() {
        return IpPrefix.parse(address + "/" + prefixLength);
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
