package dev.warren.routing.ip;

import org.jspecify.annotations.Nullable;

/// An IP address, without a zone. An IPv4 address lies in the low 32 bits of `lo`, and `hi` is zero.
///
/// An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) is an IPv6 address, as in wireguard-go. Ordered IPv4
/// first, then by unsigned value.
public record IpAddress(IpFamily family, long hi, long lo) implements Comparable<IpAddress> {
    public IpAddress {
        if (family == IpFamily.V4 && (hi != 0 || lo >>> 32 != 0)) {
            throw new IllegalArgumentException("An IPv4 address has 32 bits.");
        }
    }

    /// Parses a literal; never resolves a name.
    ///
    /// @throws IllegalArgumentException with a sentence that says what to write instead
    public static IpAddress parse(CharSequence text) {
        return AddressParser.parse(text);
    }

    /// As [#parse], with null instead of an exception: for a caller that asks whether a text is an address,
    /// once for each of many thousand lines.
    public static @Nullable IpAddress parseOrNull(CharSequence text) {
        return AddressParser.parseOrNull(text);
    }

    public static IpAddress v4(int address) {
        return new IpAddress(IpFamily.V4, 0, Integer.toUnsignedLong(address));
    }

    public static IpAddress v6(long hi, long lo) {
        return new IpAddress(IpFamily.V6, hi, lo);
    }

    /// Makes an address from 4 or 16 bytes in network order, which are copied.
    ///
    /// @throws IllegalArgumentException for any other length
    public static IpAddress of(byte[] address) {
        return switch (address.length) {
            case 4 -> new IpAddress(IpFamily.V4, 0, read(address, 0, 4));
            case 16 -> new IpAddress(IpFamily.V6, read(address, 0, 8), read(address, 8, 8));
            default -> throw new IllegalArgumentException("An IP address has 4 or 16 bytes, not " + address.length);
        };
    }

    private static long read(byte[] address, int from, int bytes) {
        long value = 0;
        for (int i = from; i < from + bytes; i++) {
            value = (value << 8) | (address[i] & 0xff);
        }
        return value;
    }

    /// 4 or 16 bytes in network order, fresh.
    public byte[] bytes() {
        var bytes = new byte[family.bits() / 8];
        for (int i = 0; i < bytes.length; i++) {
            int behind = bytes.length - 1 - i;
            bytes[i] = (byte) ((behind < 8 ? lo : hi) >>> (8 * (behind & 7)));
        }
        return bytes;
    }

    @Override
    public int compareTo(IpAddress other) {
        if (family != other.family) {
            return family.compareTo(other.family);
        }
        return hi != other.hi ? Long.compareUnsigned(hi, other.hi) : Long.compareUnsigned(lo, other.lo);
    }

    /// `::ffff:0:0/96`, RFC 4291 §2.5.5.2.
    private boolean mapped() {
        return family == IpFamily.V6 && hi == 0 && lo >>> 32 == 0xffff;
    }

    /// The text of RFC 5952, as Go's netip prints it.
    @Override
    public String toString() {
        var text = new StringBuilder(IpPrefix.MAX_TEXT);
        appendTo(text);
        return text.toString();
    }

    void appendTo(StringBuilder text) {
        if (mapped()) {
            text.append("::ffff:");
        }
        if (family == IpFamily.V4 || mapped()) {
            text.append(lo >>> 24 & 0xff).append('.').append(lo >>> 16 & 0xff);
            text.append('.').append(lo >>> 8 & 0xff).append('.').append(lo & 0xff);
        } else {
            appendGroups(text);
        }
    }

    /// RFC 5952 §4: the first of the longest runs of two or more zero groups becomes `::`.
    private void appendGroups(StringBuilder text) {
        int gap = -1;
        int gapLength = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && group(end) == 0) {
                end++;
            }
            if (end - i > gapLength) {
                gap = i;
                gapLength = end - i;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == gap) {
                text.append("::");
                i += gapLength - 1;
            } else {
                if (i > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(i)));
            }
        }
    }

    private int group(int i) {
        return (int) ((i < 4 ? hi : lo) >>> (48 - 16 * (i & 3))) & 0xffff;
    }
}
