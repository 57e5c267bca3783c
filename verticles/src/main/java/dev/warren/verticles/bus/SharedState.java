package dev.warren.verticles.bus;

import dev.warren.routing.allowedips.AllowedIpsSnapshot;
import java.util.List;

/// What owners publish for the whole device to read: immutable values behind volatile fields, each with one writer.
public final class SharedState {
    private volatile AllowedIpsSnapshot<PeerRef> allowedIps;
    private volatile int mtu;
    private volatile List<String> addresses = List.of();

    public SharedState(AllowedIpsSnapshot<PeerRef> allowedIps, int mtu) {
        this.allowedIps = allowedIps;
        this.mtu = mtu;
    }

    /// The allowed IPs as they are now. Read once per run of packets.
    public AllowedIpsSnapshot<PeerRef> allowedIps() {
        return allowedIps;
    }

    /// Written by the router alone.
    public void allowedIps(AllowedIpsSnapshot<PeerRef> current) {
        allowedIps = current;
    }

    /// The MTU of the TUN in bytes.
    public int mtu() {
        return mtu;
    }

    /// Written by the link verticle alone.
    public void mtu(int current) {
        mtu = current;
    }

    /// The addresses of the interface with their prefix lengths, such as `10.0.0.1/24`, as they were moments ago.
    public List<String> addresses() {
        return addresses;
    }

    /// Written by the link verticle alone.
    public void addresses(List<String> current) {
        addresses = current;
    }
}
