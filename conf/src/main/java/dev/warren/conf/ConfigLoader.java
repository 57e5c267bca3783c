package dev.warren.conf;

import java.nio.file.Path;

/// Reads a HOCON file into records, or says everything that is wrong with it.
@SuppressWarnings("DoNotCallSuggester")
public final class ConfigLoader {
    private ConfigLoader() {}

    /// Reads the file and what it includes, and the key files it names; changes nothing. Blocking.
    ///
    /// @throws ConfigException with every problem found
    public static RouterConfig load(Path file) throws ConfigException {
        throw new UnsupportedOperationException();
    }
}
