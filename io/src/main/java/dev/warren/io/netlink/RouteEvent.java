package dev.warren.io.netlink;

/// A change of the addresses or routes of this host, as [RouteMonitor] reports it.
public sealed interface RouteEvent {
    /// The host lost an address: as in an [dev.warren.io.Endpoint], IPv4 in the low 32 bits of `lo`.
    record AddressGone(long hi, long lo) implements RouteEvent {}

    /// An address, route or rule was added or removed: routes have to be looked up again.
    record RoutesChanged() implements RouteEvent {}
}
