package dev.warren.crypto.peer;

/// Source of receiver indices (whitepaper §5.4.2: random, and never the same twice while in use).
///
/// Called on the peer's thread. The source ensures that indices are unpredictable and unique over all peers
/// of a device; a [Peer] only refuses an index that it uses already.
@FunctionalInterface
public interface IndexSource {
    /// A fresh random index; all 2^32 values are allowed.
    int next();
}
