package dev.warren.verticles.bus;

/// Every event bus address is built here. Addresses of packets and control are local to a node.
public final class Addresses {
    private Addresses() {}

    /// Where a device publishes a [PeerNotice] when something happens to one of its peers.
    public static String events(String device) {
        return "warren." + device + ".events";
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

    static String handshake(String device) {
        return "warren." + device + ".handshake";
    }
}
