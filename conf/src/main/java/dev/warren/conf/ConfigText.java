package dev.warren.conf;

import java.nio.charset.StandardCharsets;

/// A text value of a configuration, as it is written.
///
/// @param substituted whether a `${...}` gave it, perhaps from the environment: messages must not repeat it
record ConfigText(String string, boolean substituted) {
    int length() {
        return string.length();
    }

    ConfigText strip() {
        return new ConfigText(string.strip(), substituted);
    }

    /// The text in UTF-8; the caller owns the array and may wipe it.
    byte[] utf8() {
        return string.getBytes(StandardCharsets.UTF_8);
    }

    /// Without the text, which may be secret.
    @Override
    public String toString() {
        return "(a text)";
    }
}
