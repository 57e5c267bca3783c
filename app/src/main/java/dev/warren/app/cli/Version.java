package dev.warren.app.cli;

import java.util.Objects;

/// Who we are, in a line.
public final class Version {
    private Version() {}

    public static String line() {
        var version = number();
        return "warren " + version + " (Java " + Runtime.version().feature() + ", " + System.getProperty("os.arch")
                + ")";
    }

    /// The version alone, such as `0.1.0`.
    public static String number() {
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "development");
    }
}
