package dev.warren.bench;

import dev.warren.crypto.Suite;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A benchmark of one back end after the other. The suite is opened before the setups of subclasses.
public abstract class CryptoRun extends ShortRun {
    @Param({"OPENSSL", "JDK"})
    public Suite.Choice backend = Suite.Choice.AUTO;

    private @Nullable Suite suite;

    @Setup(Level.Trial)
    public void openSuite() {
        suite = Suite.open(backend);
    }

    Suite suite() {
        if (suite == null) {
            throw new IllegalStateException("The suite is not open yet.");
        }
        return suite;
    }

    @TearDown(Level.Trial)
    public void closeSuite() {
        suite().close();
    }
}
