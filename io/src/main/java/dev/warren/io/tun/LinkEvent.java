package dev.warren.io.tun;

/// A change of a network interface, as [LinkMonitor] reports it.
public sealed interface LinkEvent {
    record Up() implements LinkEvent {}

    record Down() implements LinkEvent {}

    /// @param mtu bytes, 0 to 65535
    record MtuChanged(int mtu) implements LinkEvent {}

    /// The interface has another name.
    record Renamed(String name) implements LinkEvent {}

    /// The interface was moved to another network namespace.
    ///
    /// @param home whether that is the one where it was created
    record Moved(boolean home) implements LinkEvent {}

    /// The interface was deleted.
    record Gone() implements LinkEvent {}
}
