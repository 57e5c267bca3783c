package dev.warren.cluster.bus;

/// Addresses that belong to one node of the fleet, by the id of its event bus.
public final class BusAddresses {
    private BusAddresses() {}

    /// Where a node listens for what only it is meant to have. On its management loop, which reads the
    /// connections of the event bus: so it reads no more than it deals with, where another loop would have
    /// it queued without a bound.
    public static String node(String id) {
        return "warren.fleet.node." + id;
    }

    /// Where a node is asked whether it is there.
    static String ping(String id) {
        return node(id) + ".ping";
    }
}
