package dev.warren.io.udp;

/// Options of a [LinuxUdp]. Each offload is probed as well: true means "if the kernel supports it".
///
/// @param ipv4 whether to open an IPv4 socket
/// @param ipv6 whether to open an IPv6 socket
/// @param gso send trains with UDP_SEGMENT
/// @param gro receive several datagrams in one message with UDP_GRO
/// @param neverEqualTail end a train whose datagrams all have the same length with one of a single byte,
///     which each WireGuard drops: Linux 7.0 to 7.1.4 corrupts headers of such trains on some devices
/// @param sticky reply from the local address that datagrams arrived on (IP_PKTINFO)
/// @param bufferBytes SO_RCVBUF and SO_SNDBUF to ask for, bytes each
public record UdpOptions(
        boolean ipv4, boolean ipv6, boolean gso, boolean gro, boolean neverEqualTail, boolean sticky, int bufferBytes) {
    // neverEqualTail

    /// 7 MiB, as in wireguard-go.
    public static final int BUFFER_BYTES = 7 << 20;

    /// All on but the workaround of `neverEqualTail`.
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
