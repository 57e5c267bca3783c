package dev.warren.conf;

import dev.warren.routing.IpAddress;

/// An address of an interface with the length of its network: `10.8.0.1/24`.
public record InterfaceAddress(IpAddress address, int prefixLength) {
    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
