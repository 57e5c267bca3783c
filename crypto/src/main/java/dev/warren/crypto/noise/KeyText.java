package dev.warren.crypto.noise;

/// Base64 and hexadecimal of 32 bytes, without a String on the way.
final class KeyText {
    private static final int LENGTH = 32;
    private static final int HEX_LENGTH = 64;
    private static final int BASE64_LENGTH = 44;

    private KeyText() {}

    static byte[] fromHex(CharSequence text) {
        if (text.length() != HEX_LENGTH) {
            throw new IllegalArgumentException(
                    "A key has 64 hexadecimal digits, not " + text.length() + " characters.");
        }
        var out = new byte[LENGTH];
        int bad = 0;
        for (int i = 0; i < LENGTH; i++) {
            int high = Character.digit(text.charAt(2 * i), 16);
            int low = Character.digit(text.charAt(2 * i + 1), 16);
            bad |= high | low | ((text.charAt(2 * i) | text.charAt(2 * i + 1)) >> 7 << 4);
            out[i] = (byte) ((high << 4) | low);
        }
        if (bad < 0 || bad > 15) {
            java.util.Arrays.fill(out, (byte) 0);
            throw new IllegalArgumentException("A key in hexadecimal has only the digits 0-9 and a-f.");
        }
        return out;
    }

    static byte[] fromBase64(CharSequence text) {
        if (text.length() != BASE64_LENGTH || text.charAt(BASE64_LENGTH - 1) != '=') {
            throw new IllegalArgumentException("A key has 44 characters of base64 and ends with '='.");
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
            if (at == LENGTH && (bits & 0xFF) != 0) {
                bad = -1;
            }
        }
        if (bad < 0) {
            java.util.Arrays.fill(out, (byte) 0);
            throw new IllegalArgumentException(
                    "A key is 32 bytes in base64, 44 characters of A-Z a-z 0-9 + / and '='.");
        }
        return out;
    }

    static void hex(byte[] key, StringBuilder out) {
        for (byte b : key) {
            out.append(Character.forDigit((b >> 4) & 15, 16)).append(Character.forDigit(b & 15, 16));
        }
    }

    static void base64(byte[] key, StringBuilder out) {
        for (int i = 0; i < LENGTH; i += 3) {
            int bits = ((key[i] & 255) << 16) | ((key[i + 1] & 255) << 8) | (i + 2 < LENGTH ? key[i + 2] & 255 : 0);
            out.append(letter(bits >> 18)).append(letter((bits >> 12) & 63)).append(letter((bits >> 6) & 63));
            out.append(i + 2 < LENGTH ? letter(bits & 63) : '=');
        }
    }

    private static int sextet(char c) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        } else if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        } else if (c >= '0' && c <= '9') {
            return c - '0' + 52;
        }
        return c == '+' ? 62 : c == '/' ? 63 : -1;
    }

    private static char letter(int sextet) {
        if (sextet < 26) {
            return (char) ('A' + sextet);
        } else if (sextet < 52) {
            return (char) ('a' + sextet - 26);
        } else if (sextet < 62) {
            return (char) ('0' + sextet - 52);
        }
        return sextet == 62 ? '+' : '/';
    }
}
