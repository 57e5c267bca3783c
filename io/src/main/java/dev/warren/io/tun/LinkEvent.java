package dev.warren.io.tun;

/// What happened to a network interface, or to the routes of this host.
public sealed interface LinkEvent {
    record Up() implements LinkEvent {}

    record Down() implements LinkEvent {}

    /// @param mtu as the kernel says, 0 to 65535
    record MtuChanged(int mtu) implements LinkEvent {}

    /// The interface is no longer in this network namespace: deleted, or moved away (see [LinuxTun#attached]).
    record Gone() implements LinkEvent {}

    /// Some address or route of this host came or went.
    record RoutesChanged() implements LinkEvent {}
}
