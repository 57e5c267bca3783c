package dev.warren.conf;

import java.util.Arrays;
import java.util.List;

/// Switches of the offloads. On: used where the kernel supports it and the self-test at start passes.
///
/// @param tunTso read TCP super-packets from the TUN
/// @param tunUso read UDP super-packets from the TUN
/// @param tunGro coalesce TCP packets written to the TUN
/// @param tunUdpGro coalesce UDP packets written to the TUN
/// @param udpGso send trains of equal datagrams (UDP_SEGMENT)
/// @param udpGro receive several datagrams in one message (UDP_GRO)
/// @param udpGsoEqualTail allow a train whose last datagram is as long as the others
public record OffloadConfig(
        boolean tunTso,
        boolean tunUso,
        boolean tunGro,
        boolean tunUdpGro,
        boolean udpGso,
        boolean udpGro,
        boolean udpGsoEqualTail) {
    // udpGsoEqualTail

    /// The names of the components, in their order.
    private static final List<String> NAMES =
            List.of("tun-tso", "tun-uso", "tun-gro", "tun-udp-gro", "udp-gso", "udp-gro", "udp-gso-equal-tail");

    /// `on`, `off`, or what differs from the defaults: `tun-udp-gro=off,udp-gso=off`, named as in reference.conf.
    ///
    /// @throws IllegalArgumentException with a sentence that says what would be right
    public static OffloadConfig parse(String text) {
        if (text.equals("on")) return on();
        if (text.equals("off")) return off();
        var values = new boolean[NAMES.size()];
        Arrays.fill(values, true);
        for (var part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            int i = NAMES.indexOf(part.substring(0, Math.max(0, equals)));
            var value = part.substring(equals + 1);
            if (i < 0 || !(value.equals("on") || value.equals("off"))) {
                throw new IllegalArgumentException("'" + part
                        + "' is neither on, off, nor NAME=on or NAME=off with one of " + String.join(", ", NAMES));
            }
            values[i] = value.equals("on");
        }
        return new OffloadConfig(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
    }

    /// Everything on: the defaults.
    public static OffloadConfig on() {
        return new OffloadConfig(true, true, true, true, true, true, true);
    }

    /// Everything off.
    public static OffloadConfig off() {
        return new OffloadConfig(false, false, false, false, false, false, true);
    }
}
