package dev.warren.io.netlink;

/// What happened to the addresses and routes of this host.
public sealed interface RouteEvent {
    /// An address is no longer ours: as in an [dev.warren.io.Endpoint], IPv4 in the low 32 bits of `lo`.
    record AddressGone(long hi, long lo) implements RouteEvent {}

    /// Some address, route or rule came or went: what leads where has to be asked again.
    record RoutesChanged() implements RouteEvent {}
}
