package dev.warren.io.tun;

/// What happened to a network interface.
public sealed interface LinkEvent {
    record Up() implements LinkEvent {}

    record Down() implements LinkEvent {}

    /// @param mtu as the kernel says, 0 to 65535
    record MtuChanged(int mtu) implements LinkEvent {}

    /// It has another name now.
    record Renamed(String name) implements LinkEvent {}

    /// It is in another network namespace than before.
    ///
    /// @param home whether that is the one where it was made
    record Moved(boolean home) implements LinkEvent {}

    /// It was deleted.
    record Gone() implements LinkEvent {}
}
