package dev.warren.bench;

import dev.warren.crypto.suite.Suite;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Param;

/// A benchmark of one back end after the other.
public abstract class CryptoRun extends ShortRun {
    @Param({"OPENSSL", "JDK"})
    public Suite.Choice backend = Suite.Choice.AUTO;

    private @Nullable Suite suite;

    /// Opened on first use: JMH gives no order among the setups of a class and the one it extends.
    final Suite suite() {
        if (suite == null) {
            suite = Suite.open(backend);
        }
        return suite;
    }

    /// The last thing a subclass does.
    final void closeSuite() {
        suite().close();
    }
}
