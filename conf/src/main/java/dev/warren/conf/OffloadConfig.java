package dev.warren.conf;

/// Kill switches. On means: used where the kernel has it and the self-test at start passes.
///
/// @param tunTso read TCP super-packets from the TUN
/// @param tunUso read UDP super-packets from the TUN
/// @param tunGro coalesce TCP packets written to the TUN
/// @param tunUdpGro coalesce UDP packets written to the TUN
/// @param udpGso hand the kernel trains of datagrams to send (UDP_SEGMENT)
/// @param udpGro receive trains of datagrams (UDP_GRO)
/// @param udpGsoEqualTail allow a train whose last datagram is as long as the others
public record OffloadConfig(
        boolean tunTso,
        boolean tunUso,
        boolean tunGro,
        boolean tunUdpGro,
        boolean udpGso,
        boolean udpGro,
        boolean udpGsoEqualTail) {
    /// Everything on: the defaults.
    public static OffloadConfig on() {
        return new OffloadConfig(true, true, true, true, true, true, true);
    }

    /// Everything off.
    public static OffloadConfig off() {
        return new OffloadConfig(false, false, false, false, false, false, true);
    }
}
