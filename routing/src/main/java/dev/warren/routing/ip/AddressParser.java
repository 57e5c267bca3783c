package dev.warren.routing.ip;

import org.jspecify.annotations.Nullable;

/// Parses IP address literals as strictly as Go's netip: no leading zeros, no shortened IPv4, no zone, and
/// no names.
final class AddressParser {
    private static final int MAX_TEXT = 45; // ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255

    private final CharSequence text;
    /// How to write an address, for the message when the text is none.
    private String advice = "";

    private AddressParser(CharSequence text) {
        this.text = text;
    }

    /// @throws IllegalArgumentException with a sentence saying what would be right
    static IpAddress parse(CharSequence text) {
        var parser = new AddressParser(text);
        var address = parser.address();
        if (address == null) {
            throw new IllegalArgumentException(quoted(text) + " is not an IP address: " + parser.advice + ".");
        }
        return address;
    }

    /// Null when the text is not an address.
    static @Nullable IpAddress parseOrNull(CharSequence text) {
        return new AddressParser(text).address();
    }

    private @Nullable IpAddress address() {
        if (text.length() > MAX_TEXT) {
            return wrong("an address has at most " + MAX_TEXT + " characters");
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                return wrong("leave out the zone behind '%'");
            } else if (text.charAt(i) == ':') {
                return v6();
            }
        }
        long address = v4(0);
        return address < 0 ? null : IpAddress.v4((int) address);
    }

    /// Parses four decimal numbers from `from` to the end of the text; -1 when there is anything else.
    private long v4(int from) {
        long address = 0;
        int at = from;
        for (int part = 0; part < 4; part++) {
            if (part > 0 && (at == text.length() || text.charAt(at++) != '.')) {
                return notV4();
            }
            int start = at;
            int number = 0;
            while (at < text.length() && number < 256 && isDigit(text.charAt(at))) {
                number = number * 10 + text.charAt(at++) - '0';
            }
            if (at == start || number > 255 || (at - start > 1 && text.charAt(start) == '0')) {
                return notV4();
            }
            address = address << 8 | number;
        }
        return at == text.length() ? address : notV4();
    }

    private @Nullable IpAddress v6() {
        int[] groups = new int[8];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (text.charAt(0) == ':') {
            if (text.length() < 2 || text.charAt(1) != ':') {
                return notV6();
            }
            gap = 0;
            at = 2;
        }
        while (at < text.length()) {
            if (count == 8) {
                return notV6();
            }
            int start = at;
            int group = 0;
            for (int digit; at < text.length() && (digit = hexDigit(text.charAt(at))) >= 0; at++) {
                group = group << 4 | digit;
                if (at - start == 4) {
                    return notV6();
                }
            }
            if (at == start) {
                return notV6();
            }
            if (at < text.length() && text.charAt(at) == '.') {
                if (count > 6) {
                    return notV6();
                }
                long last = v4(start);
                if (last < 0) {
                    return null;
                }
                groups[count++] = (int) (last >>> 16);
                groups[count++] = (int) (last & 0xffff);
                break;
            }
            groups[count++] = group;
            if (at == text.length()) {
                break;
            }
            if (text.charAt(at++) != ':' || at == text.length()) {
                return notV6();
            }
            if (text.charAt(at) == ':') {
                if (gap >= 0) {
                    return notV6();
                }
                gap = count;
                at++;
            }
        }
        if (gap < 0 ? count != 8 : count == 8) {
            return notV6();
        }
        long hi = 0;
        long lo = 0;
        for (int i = 0; i < count; i++) {
            int place = gap < 0 || i < gap ? i : i + 8 - count;
            if (place < 4) {
                hi |= (long) groups[i] << (48 - 16 * place);
            } else {
                lo |= (long) groups[i] << (112 - 16 * place);
            }
        }
        return IpAddress.v6(hi, lo);
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int hexDigit(char c) {
        if (isDigit(c)) {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' && c < 0x80 ? lower - 'a' + 10 : -1;
    }

    private long notV4() {
        wrong("write it like 10.0.0.1 (four numbers from 0 to 255 without leading zeros) or like fd00::1");
        return -1;
    }

    private @Nullable IpAddress notV6() {
        return wrong("write it like fd00::1 (up to eight groups of one to four hex digits, '::' at most once)");
    }

    private @Nullable IpAddress wrong(String advice) {
        this.advice = advice;
        return null;
    }

    /// Quotes input for an error message: at most 64 characters, without control characters.
    static String quoted(CharSequence text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), 64); i++) {
            char c = text.charAt(i);
            quoted.append(c < ' ' || c > '~' ? '?' : c);
        }
        return quoted.append(text.length() > 64 ? "...\"" : "\"").toString();
    }
}
