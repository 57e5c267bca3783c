package dev.warren.verticles.bus;

/// Every event bus address is built here. Addresses of packets and control are local to a node.
public final class Addresses {
    /// Where routers publish what happens, as JSON: see `verticles.events`.
    public static final String EVENTS = "warren.events";

    /// Where routers publish their figures while there is a consumer, as JSON: see `verticles.metrics`.
    public static final String METRICS = "warren.metrics";

    /// Request and reply, as JSON: the figures as they are now.
    public static final String STATUS = "warren.status";

    private Addresses() {}

    /// Where a device publishes a [PeerNotice] when something happens to one of its peers.
    static String notices(String device) {
        return "warren." + device + ".notices";
    }

    static String peer(String device, long serial) {
        return "warren." + device + ".peer." + serial;
    }

    static String tun(String device, int queue) {
        return "warren." + device + ".tun." + queue;
    }

    static String udp(String device) {
        return "warren." + device + ".udp";
    }

    static String router(String device) {
        return "warren." + device + ".router";
    }

    static String link(String device) {
        return "warren." + device + ".link";
    }

    static String capture(String device, long serial) {
        return "warren." + device + ".capture." + serial;
    }

    static String handshake(String device) {
        return "warren." + device + ".handshake";
    }
}
