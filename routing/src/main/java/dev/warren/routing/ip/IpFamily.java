package dev.warren.routing.ip;

/// The two families of IP addresses.
public enum IpFamily {
    V4(32),
    V6(128);

    private final int bits;

    IpFamily(int bits) {
        this.bits = bits;
    }

    /// Length of an address in bits: 32 or 128.
    public int bits() {
        return bits;
    }
}
