package dev.warren.conf;

import org.jspecify.annotations.Nullable;

/// Keys as people write them: 44 characters of base64, as `wg genkey` prints them and as strict as `wg` reads them.
final class KeyText {
    static final String EXPECTED = "44 characters of base64 ending in =";

    private KeyText() {}

    /// The 32 bytes, which the caller wipes; null when it is no key. Takes the same time whatever the key is.
    static byte @Nullable [] decode(byte[] text) {
        return dev.warren.crypto.noise.KeyText.ofBase64(text);
    }

    /// What is wrong with a text that [#decode] refused. Holds nothing of it.
    static String problem(int length) {
        return length == 44 ? "is not base64" : "is not a key: it has " + length + " characters";
    }
}
