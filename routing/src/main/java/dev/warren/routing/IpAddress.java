package dev.warren.routing;

/// An IP address, without a zone. An IPv4 address lies in the low 32 bits of `lo`, and `hi` is zero.
@SuppressWarnings("DoNotCallSuggester")
public record IpAddress(IpFamily family, long hi, long lo) {
    /// Reads a literal; never asks a resolver.
    ///
    /// @throws IllegalArgumentException with a sentence saying what would be right
    public static IpAddress parse(CharSequence text) {
        throw new UnsupportedOperationException();
    }

    /// From 4 or 16 bytes in network order.
    public static IpAddress of(byte[] address) {
        throw new UnsupportedOperationException();
    }

    /// 4 or 16 bytes in network order, fresh.
    public byte[] bytes() {
        throw new UnsupportedOperationException();
    }

    /// As RFC 5952 has it.
    @Override
    public String toString() {
        throw new UnsupportedOperationException();
    }
}
