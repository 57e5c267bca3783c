package dev.warren.crypto.peer;

import dev.warren.crypto.Protocol;

/// Zeros after a packet, to hide its exact length (whitepaper §5.4.6).
final class Padding {
    private Padding() {}

    /// Bytes of padding: up to a multiple of 16, but not above the MTU. A packet longer than the MTU is
    /// taken modulo the MTU, as in the kernel and wireguard-go. An MTU of 0 or less does not limit the
    /// padding.
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
