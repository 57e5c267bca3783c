package dev.warren.verticles.bus;

import dev.warren.routing.allowedips.AllowedIpsSnapshot;

/// What owners publish for the whole device to read: immutable values behind volatile fields, each with one writer.
public final class SharedState {
    private volatile AllowedIpsSnapshot<PeerRef> routes;
    private volatile int mtu;

    public SharedState(AllowedIpsSnapshot<PeerRef> routes, int mtu) {
        this.routes = routes;
        this.mtu = mtu;
    }

    /// The allowed IPs as they are now. Read once per run of packets.
    public AllowedIpsSnapshot<PeerRef> routes() {
        return routes;
    }

    /// Written by the router alone.
    public void routes(AllowedIpsSnapshot<PeerRef> current) {
        routes = current;
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
