package dev.warren.io.counters;

/// One column of a [CounterTable]: an enum of each kind of owner lists all that it counts.
public interface Counter {
    /// What an operator and a script know it by, such as `udp.receive.drop.overflow`. Never changes its meaning.
    String label();

    Unit unit();

    /// What makes it go up, in a sentence without its full stop.
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
        /// As it is now, may go down: prefixes, peers, indices; or 1 for yes.
        NOW
    }

    /// Whether it says how things are now and so may go down; all others only ever grow.
    default boolean gauge() {
        return unit() == Unit.NOW;
    }
}
