package dev.warren.crypto.key;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Base64 and hexadecimal of 32-byte keys, without an intermediate String. As in `wg`, no branch and no
/// table index depends on the key, so the time taken does not leak it.
public final class KeyText {
    private static final int LENGTH = 32;
    private static final int HEX_LENGTH = 64;
    private static final int BASE64_LENGTH = 44;

    /// The expected form of a key, for error messages.
    public static final String EXPECTED = "44 characters of base64 ending in =";

    private KeyText() {}

    /// The end of an error message about a text of `length` characters that [#ofBase64] refused. Contains
    /// nothing of the text.
    public static String problem(int length) {
        return length == 44 ? "is not base64" : "is not a key: it has " + length + " characters";
    }

    /// Decodes a key from base64.
    ///
    /// @param ascii 44 characters; the caller's, unchanged
    /// @return 32 fresh bytes, which the caller wipes; null when the text is not a key
    public static byte @Nullable [] ofBase64(byte[] ascii) {
        return base64(new Ascii(ascii, 0, ascii.length));
    }

    /// Decodes a key from 64 hexadecimal digits of either case, at `from` (inclusive) to `to` (exclusive),
    /// into `out`.
    ///
    /// @param out 32 bytes, the caller's; filled with zeros when a digit is wrong, unchanged when the
    /// length is
    /// @return false when the text is not a key
    public static boolean ofHex(byte[] ascii, int from, int to, byte[] out) {
        return hex(new Ascii(ascii, from, to - from), out);
    }

    /// Encodes a key of 32 bytes in base64: 44 fresh bytes, which the caller wipes.
    public static byte[] toBase64(byte[] key) {
        var out = new byte[BASE64_LENGTH];
        for (int at = 0; at < BASE64_LENGTH; at += 4) {
            int bits = bits(key, at / 4 * 3);
            for (int i = 0; i < 4; i++) {
                out[at + i] = (byte) letter((bits >> (18 - 6 * i)) & 63);
            }
        }
        out[BASE64_LENGTH - 1] = '=';
        return out;
    }

    private record Ascii(byte[] text, int from, int length) implements CharSequence {
        @Override
        public char charAt(int index) {
            return (char) (text[from + index] & 0xff);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Ascii(text, from + start, end - start);
        }
    }

    static byte[] fromHex(CharSequence text) {
        if (text.length() != HEX_LENGTH) {
            throw new IllegalArgumentException(
                    "A key has 64 hexadecimal digits, not " + text.length() + " characters.");
        }
        var out = new byte[LENGTH];
        if (!hex(text, out)) {
            throw new IllegalArgumentException("A key in hexadecimal has only the digits 0-9 and a-f.");
        }
        return out;
    }

    private static boolean hex(CharSequence text, byte[] out) {
        if (text.length() != HEX_LENGTH) {
            return false;
        }
        int bad = 0;
        for (int i = 0; i < LENGTH; i++) {
            int high = nibble(text.charAt(2 * i));
            int low = nibble(text.charAt(2 * i + 1));
            bad |= high | low;
            out[i] = (byte) ((high << 4) | low);
        }
        if (bad < 0) {
            Arrays.fill(out, (byte) 0);
        }
        return bad >= 0;
    }

    static byte[] fromBase64(CharSequence text) {
        if (text.length() != BASE64_LENGTH || text.charAt(BASE64_LENGTH - 1) != '=') {
            throw new IllegalArgumentException("A key has 44 characters of base64 and ends with '='.");
        }
        var out = base64(text);
        if (out == null) {
            throw new IllegalArgumentException(
                    "A key is 32 bytes in base64, 44 characters of A-Z a-z 0-9 + / and '='.");
        }
        return out;
    }

    private static byte @Nullable [] base64(CharSequence text) {
        if (text.length() != BASE64_LENGTH || text.charAt(BASE64_LENGTH - 1) != '=') {
            return null;
        }
        var out = new byte[LENGTH];
        int bad = 0;
        for (int group = 0, at = 0; group < BASE64_LENGTH; group += 4) {
            int bits = 0;
            for (int i = 0; i < 4; i++) {
                int value = group + i == BASE64_LENGTH - 1 ? 0 : sextet(text.charAt(group + i));
                bad |= value;
                bits = (bits << 6) | (value & 63);
            }
            for (int shift = 16; shift >= 0 && at < LENGTH; shift -= 8) {
                out[at++] = (byte) (bits >> shift);
            }
            if (at == LENGTH) {
                // Bits after the last byte must be zero.
                bad |= -(bits & 0xFF);
            }
        }
        if (bad >= 0) {
            return out;
        }
        Arrays.fill(out, (byte) 0);
        return null;
    }

    static void hex(byte[] key, StringBuilder out) {
        for (byte b : key) {
            out.append(digit((b >> 4) & 15)).append(digit(b & 15));
        }
    }

    static void base64(byte[] key, StringBuilder out) {
        for (int i = 0; i < LENGTH; i += 3) {
            int bits = bits(key, i);
            out.append(letter((bits >> 18) & 63))
                    .append(letter((bits >> 12) & 63))
                    .append(letter((bits >> 6) & 63));
            out.append(i + 2 < LENGTH ? letter(bits & 63) : '=');
        }
    }

    private static int bits(byte[] key, int at) {
        return ((key[at] & 255) << 16) | ((key[at + 1] & 255) << 8) | (at + 2 < LENGTH ? key[at + 2] & 255 : 0);
    }

    // The value of a base64 digit, or -1. Each line adds its value when c is in its range; the mask is a
    // sign bit shifted down.
    private static int sextet(char c) {
        return -1
                + ((('A' - 1 - c) & (c - 'Z' - 1)) >> 31 & (c - 'A' + 1))
                + ((('a' - 1 - c) & (c - 'z' - 1)) >> 31 & (c - 'a' + 27))
                + ((('0' - 1 - c) & (c - '9' - 1)) >> 31 & (c - '0' + 53))
                + ((('+' - 1 - c) & (c - '+' - 1)) >> 31 & 63)
                + ((('/' - 1 - c) & (c - '/' - 1)) >> 31 & 64);
    }

    // The base64 digit of a value: each term adds the offset of its range (a-z, 0-9, +, /) to the one
    // before.
    private static char letter(int sextet) {
        return (char) (sextet
                + 'A'
                + ((25 - sextet) >> 31 & 6)
                - ((51 - sextet) >> 31 & 75)
                - ((61 - sextet) >> 31 & 15)
                + ((62 - sextet) >> 31 & 3));
    }

    // The value of a hexadecimal digit, or -1.
    private static int nibble(char c) {
        return -1
                + ((('0' - 1 - c) & (c - '9' - 1)) >> 31 & (c - '0' + 1))
                + ((('a' - 1 - c) & (c - 'f' - 1)) >> 31 & (c - 'a' + 11))
                + ((('A' - 1 - c) & (c - 'F' - 1)) >> 31 & (c - 'A' + 11));
    }

    private static char digit(int nibble) {
        return (char) ('a' - 10 + nibble + ((nibble - 10) >> 31 & ('0' - 'a' + 10)));
    }
}
