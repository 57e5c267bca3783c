package dev.warren.verticles.bus;

import dev.warren.routing.allowedips.AllowedIpsSnapshot;

/// What owners publish for the whole device to read: immutable values behind volatile fields, each with one writer.
public final class SharedState {
    private volatile AllowedIpsSnapshot<PeerRef> allowedIps;
    private volatile int mtu;

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
}
