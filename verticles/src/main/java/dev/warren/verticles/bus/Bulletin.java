package dev.warren.verticles.bus;

import dev.warren.routing.RouteTable;

/// What owners publish for the whole device to read: immutable values behind volatile fields, each with one writer.
public final class Bulletin {
    private volatile RouteTable<PeerRef> routes;
    private volatile int mtu;

    public Bulletin(RouteTable<PeerRef> routes, int mtu) {
        this.routes = routes;
        this.mtu = mtu;
    }

    /// The allowed IPs as they are now. Read once per run of packets.
    public RouteTable<PeerRef> routes() {
        return routes;
    }

    /// Written by the router alone.
    public void routes(RouteTable<PeerRef> current) {
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
