package dev.warren.routing.ip;

/// An IP prefix with its host bits zero. An IPv4 address lies in the low 32 bits of `lo`, and `hi` is zero.
///
/// @param bits length of the prefix, 0 to 32 or 0 to 128
public record IpPrefix(IpFamily family, long hi, long lo, int bits) {
    /// Characters in the longest text of a prefix, `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128`.
    static final int MAX_TEXT = 49;

    public IpPrefix {
        if (bits < 0 || bits > family.bits()) {
            throw new IllegalArgumentException(
                    "The length of an IP" + family.name().toLowerCase(java.util.Locale.ROOT) + " prefix is 0 to "
                            + family.bits() + ", not " + bits + ".");
        }
        if (family == IpFamily.V4) {
            if (hi != 0 || lo >>> 32 != 0) {
                throw new IllegalArgumentException("An IPv4 address has 32 bits.");
            }
            lo &= Integer.toUnsignedLong(mask4(bits));
        } else {
            hi &= maskHi(bits);
            lo &= maskLo(bits);
        }
    }

    /// Parses `10.0.0.0/8`, `fd00::/8` or a bare address (/32, /128). Clears the host bits.
    ///
    /// @throws IllegalArgumentException with a sentence that says what to write instead
    public static IpPrefix parse(CharSequence text) {
        int slash = slash(text);
        if (slash < 0) {
            var address = IpAddress.parse(text);
            return of(address, address.family().bits());
        }
        var address = IpAddress.parse(text.subSequence(0, slash));
        int bits = 0;
        int at = slash + 1;
        while (at < text.length() && at <= slash + 3 && AddressParser.isDigit(text.charAt(at))) {
            bits = bits * 10 + text.charAt(at++) - '0';
        }
        int digits = at - slash - 1;
        boolean leadingZero = digits > 1 && text.charAt(slash + 1) == '0';
        if (at != text.length()
                || digits == 0
                || leadingZero
                || bits > address.family().bits()) {
            throw new IllegalArgumentException(AddressParser.quoted(text)
                    + " is not an IP prefix: behind '/' write a number from 0 to "
                    + address.family().bits() + ".");
        }
        return of(address, bits);
    }

    /// Mask of the first `bits` (0 to 32) bits of an IPv4 address.
    public static int mask4(int bits) {
        return (int) (0xffff_ffff_0000_0000L >> bits);
    }

    /// Mask of the first `bits` (0 to 128) bits of an IPv6 address, its high half.
    public static long maskHi(int bits) {
        return bits == 0 ? 0 : -1L << Math.max(Long.SIZE - bits, 0);
    }

    /// Mask of the first `bits` (0 to 128) bits of an IPv6 address, its low half.
    public static long maskLo(int bits) {
        return bits <= Long.SIZE ? 0 : -1L << (2 * Long.SIZE - bits);
    }

    private static int slash(CharSequence text) {
        for (int i = 0; i < Math.min(text.length(), MAX_TEXT); i++) {
            if (text.charAt(i) == '/') {
                return i;
            }
        }
        return -1;
    }

    /// Makes a prefix from 4 or 16 bytes in network order, which are copied; clears the host bits.
    ///
    /// @throws IllegalArgumentException for any other length, or `bits` out of range
    public static IpPrefix of(byte[] address, int bits) {
        return of(IpAddress.of(address), bits);
    }

    public static IpPrefix of(IpAddress address, int bits) {
        return new IpPrefix(address.family(), address.hi(), address.lo(), bits);
    }

    public IpAddress address() {
        return new IpAddress(family, hi, lo);
    }

    /// True when the address is in this prefix. An IPv4 prefix contains no IPv6 address, mapped or not.
    public boolean contains(IpAddress address) {
        return address.family() == family && of(address, bits).equals(this);
    }

    /// The text as `wg` prints it: `10.0.0.0/8`, `fd00::/8`.
    @Override
    public String toString() {
        var text = new StringBuilder(MAX_TEXT);
        address().appendTo(text);
        return text.append('/').append(bits).toString();
    }
}
