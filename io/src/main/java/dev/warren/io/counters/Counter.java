package dev.warren.io.counters;

/// One column of a [CounterTable]. Each kind of owner has an enum with its counters.
public interface Counter {
    /// The name for operators and scripts, such as `udp.receive.drop.overflow`. Its meaning never changes.
    String label();

    Unit unit();

    /// What is counted, as a sentence without its full stop.
    String sentence();

    /// What is counted.
    enum Unit {
        BYTES,
        CALLS,
        DATAGRAMS,
        EVENTS,
        FRAMES,
        HANDSHAKES,
        MESSAGES,
        PACKETS,
        /// The current number, which may go down: prefixes, peers, indices; or 1 for yes.
        NOW
    }

    /// Whether it is a gauge, which may go down; all others only grow.
    default boolean gauge() {
        return unit() == Unit.NOW;
    }
}
