package dev.warren.routing;

/// An IP prefix with its host bits zero. An IPv4 address lies in the low 32 bits of `lo`, and `hi` is zero.
///
/// @param bits length of the prefix, 0 to 32 or 0 to 128
@SuppressWarnings("DoNotCallSuggester")
public record IpPrefix(IpFamily family, long hi, long lo, int bits) {
    /// Reads `10.0.0.0/8`, `fd00::/8` or a bare address (/32, /128). Host bits are masked away.
    ///
    /// @throws IllegalArgumentException with a sentence saying what would be right
    public static IpPrefix parse(CharSequence text) {
        throw new UnsupportedOperationException();
    }

    /// From 4 or 16 bytes in network order; host bits are masked away.
    public static IpPrefix of(byte[] address, int bits) {
        throw new UnsupportedOperationException();
    }

    public static IpPrefix of(IpAddress address, int bits) {
        throw new UnsupportedOperationException();
    }

    public IpAddress address() {
        return new IpAddress(family, hi, lo);
    }

    public boolean contains(IpAddress address) {
        throw new UnsupportedOperationException();
    }

    /// As `wg` prints it: `10.0.0.0/8`, `fd00::/8`.
    @Override
    public String toString() {
        throw new UnsupportedOperationException();
    }
}
