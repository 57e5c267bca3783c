package dev.warren.conf;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Keys as people write them: 44 characters of base64, as `wg genkey` prints them and as strict as `wg` reads them.
final class KeyText {
    static final String EXPECTED = "44 characters of base64 ending in =";

    private KeyText() {}

    /// The 32 bytes, which the caller wipes; null when it is no key.
    static byte @Nullable [] decode(byte[] text) {
        if (text.length != 44) {
            return null;
        }
        try {
            var bytes = Base64.getDecoder().decode(text);
            var again = Base64.getEncoder().encode(bytes); // refuses bits that mean nothing, and other lengths
            boolean same = Arrays.equals(again, text);
            Arrays.fill(again, (byte) 0);
            return same ? bytes : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// What is wrong with a text that [#decode] refused. Holds nothing of it.
    static String problem(int length) {
        return length == 44 ? "is not base64" : "is not a key: it has " + length + " characters";
    }
}
