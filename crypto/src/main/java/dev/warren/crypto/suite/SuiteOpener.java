package dev.warren.crypto.suite;

/// What a [Suite] is made of, decided once and opened for each thread: [Engines], or a [Suite.Choice].
@FunctionalInterface
public interface SuiteOpener {
    /// @throws IllegalStateException with a sentence when the cryptography cannot be had
    Suite open();
}
