package dev.warren.crypto.peer;

/// Where receiver indices come from (whitepaper §5.4.2: random, and never the same twice while in use).
///
/// Called on the peer's thread. Unpredictability and uniqueness over all peers of a device are the source's duty; a
/// [Peer] itself only refuses an index that it already uses.
@FunctionalInterface
public interface IndexSource {
    /// A fresh random index; all 2^32 values are good.
    int next();
}
