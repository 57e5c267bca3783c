package dev.warren.conf;

import dev.warren.crypto.Suite;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/// A whole configuration file, checked: whatever exists here is right.
///
/// @param interfaces in the order of the file; may be empty
/// @param loops packet loops, that peers are spread over, 1 to 256; empty: decided by the number of cores
/// @param tunQueues queues of each TUN, 1 to 256, never more than packet loops in the end; empty: one for each
/// @param stateDirectory absolute; keys that are made on first start go here
/// @param warnings nothing that stops a start, but the operator should read it
public record RouterConfig(
        List<InterfaceConfig> interfaces,
        OptionalInt loops,
        OptionalInt tunQueues,
        Suite.Choice aead,
        OffloadConfig offload,
        LogLevel logLevel,
        Path stateDirectory,
        List<Problem> warnings)
        implements AutoCloseable {
    /// How much is logged.
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /// Wipes the keys in it.
    @Override
    public void close() {
        interfaces.forEach(InterfaceConfig::close);
    }
}
