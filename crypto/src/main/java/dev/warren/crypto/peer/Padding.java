package dev.warren.crypto.peer;

import dev.warren.crypto.Protocol;

/// Zeros behind a packet, so that its length says less (whitepaper §5.4.6).
final class Padding {
    private Padding() {}

    /// How many bytes to add: up to a multiple of 16, but not above the MTU. A packet longer than the MTU is taken
    /// modulo the MTU, as the kernel and wireguard-go do. No MTU (0, or nonsense below) does not clamp.
    static int of(int length, int mtu) {
        int last = length;
        if (mtu > 0 && last > mtu) {
            last %= mtu;
        }
        int padded = (last + Protocol.PADDING - 1) & -Protocol.PADDING;
        if (mtu > 0 && padded > mtu) {
            padded = mtu;
        }
        return padded - last;
    }
}
