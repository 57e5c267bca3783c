package dev.warren.io.udp;

/// What a [LinuxUdp] is asked to use. Every offload is probed as well: true means "if the kernel can".
///
/// @param ipv4 whether to open an IPv4 socket
/// @param ipv6 whether to open an IPv6 socket
/// @param gso send trains with UDP_SEGMENT
/// @param gro receive trains with UDP_GRO
/// @param neverEqualTail end a train whose segments are all equal with a one-byte datagram that every WireGuard drops:
///     Linux 7.0 to 7.1.4 corrupts headers of such trains on some devices
/// @param sticky answer from the address that was asked (IP_PKTINFO)
/// @param bufferBytes socket buffers to ask for, each way
public record UdpOptions(
        boolean ipv4, boolean ipv6, boolean gso, boolean gro, boolean neverEqualTail, boolean sticky, int bufferBytes) {
    /// 7 MB, as wireguard-go asks.
    public static final int BUFFER_BYTES = 7 << 20;

    /// Everything on that helps on this kernel.
    public static UdpOptions standard() {
        return new UdpOptions(true, true, true, true, false, true, BUFFER_BYTES);
    }

    public UdpOptions withFamilies(boolean ipv4, boolean ipv6) {
        return new UdpOptions(ipv4, ipv6, gso, gro, neverEqualTail, sticky, bufferBytes);
    }

    public UdpOptions withOffloads(boolean gso, boolean gro) {
        return new UdpOptions(ipv4, ipv6, gso, gro, neverEqualTail, sticky, bufferBytes);
    }

    public UdpOptions withNeverEqualTail(boolean neverEqualTail) {
        return new UdpOptions(ipv4, ipv6, gso, gro, neverEqualTail, sticky, bufferBytes);
    }

    public UdpOptions withBufferBytes(int bufferBytes) {
        return new UdpOptions(ipv4, ipv6, gso, gro, neverEqualTail, sticky, bufferBytes);
    }
}
