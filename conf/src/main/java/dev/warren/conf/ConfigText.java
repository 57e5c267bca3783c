package dev.warren.conf;

import java.nio.charset.StandardCharsets;

/// A text of a configuration, as it is written.
///
/// @param substituted comes from elsewhere, maybe from the environment: it may not be repeated in a message
record ConfigText(String string, boolean substituted) {
    int length() {
        return string.length();
    }

    ConfigText strip() {
        return new ConfigText(string.strip(), substituted);
    }

    /// Which the caller may wipe.
    byte[] utf8() {
        return string.getBytes(StandardCharsets.UTF_8);
    }

    /// Not the text.
    @Override
    public String toString() {
        return "(a text)";
    }
}
