package dev.warren.app.cli;

import java.util.Objects;

/// Who we are, in a line.
public final class Version {
    private Version() {}

    public static String line() {
        var version = Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "development");
        return "warren " + version + " (Java " + Runtime.version().feature() + ", " + System.getProperty("os.arch")
                + ")";
    }
}
