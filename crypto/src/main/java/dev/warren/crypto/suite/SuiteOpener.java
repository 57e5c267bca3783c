package dev.warren.crypto.suite;

/// Opens a [Suite] for each thread: [Engines], or a [Suite.Choice].
@FunctionalInterface
public interface SuiteOpener {
    /// Opens a suite, which the caller closes.
    ///
    /// @throws IllegalStateException with a sentence when the cryptography cannot be used
    Suite open();
}
