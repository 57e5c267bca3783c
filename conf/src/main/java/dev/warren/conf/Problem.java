package dev.warren.conf;

import java.nio.file.Path;

/// One thing that is wrong in a configuration file. Never holds a secret.
///
/// @param file the file as the operator named it
/// @param line from 1; 0 when it is about the whole file
/// @param key path of the key, such as `warren.interfaces.wg0.mtu`; empty when it is about the whole file
/// @param problem what is wrong
/// @param expected what would be right
public record Problem(Path file, int line, String key, String problem, String expected) {
    /// `conf/warren.conf:12: warren.interfaces.wg0.mtu: is 70000; expected auto or 576 to 65535`
    @Override
    public String toString() {
        return file
                + (line > 0 ? ":" + line : "")
                + ": "
                + (key.isEmpty() ? "" : key + ": ")
                + problem
                + (expected.isEmpty() ? "" : "; expected " + expected);
    }
}
