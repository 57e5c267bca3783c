package dev.warren.app.doctor;

import dev.warren.routing.ip.IpFamily;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is known of a packet that rules are asked about: a first one, to this host or through it.
///
/// @param udpPort the UDP port it is for; 0: neither its protocol nor its port is known
/// @param device it comes in by; null: any but the loopback
/// @param state of its connection, `new` or `established`
record FirewallPacket(
        IpFamily family, int udpPort, @Nullable String device, String state) {
    /// Protocols that are not UDP, as nft names their headers.
    private static final Set<String> OTHERS =
            Set.of("tcp", "icmp", "icmpv6", "sctp", "dccp", "ah", "esp", "comp", "igmp", "gre");

    /// The value of `payload` in it as text; null: not known; empty: a packet like this has no such header.
    @Nullable
    String payload(String protocol, String field) {
        boolean v4 = family == IpFamily.V4;
        return switch (protocol) {
            case "udp", "th" -> udpPort > 0 && field.equals("dport") ? "" + udpPort : null;
            case "ip" -> !v4 ? "" : field.equals("protocol") ? transport() : null;
            case "ip6" -> v4 ? "" : field.equals("nexthdr") ? transport() : null;
            default -> udpPort > 0 && OTHERS.contains(protocol) ? "" : null;
        };
    }

    /// The value of a `meta` key as text; null: not known.
    @Nullable
    String meta(String key) {
        return switch (key) {
            case "l4proto" -> transport();
            case "nfproto" -> family == IpFamily.V4 ? "ipv4" : "ipv6";
            case "protocol" -> family == IpFamily.V4 ? "ip" : "ip6";
            case "iif", "iifname" -> device;
            case "pkttype" -> "host";
            default -> null;
        };
    }

    private @Nullable String transport() {
        return udpPort > 0 ? "udp" : null;
    }

    /// Whether an answer of a kind, `icmp`, `icmpv6`, `icmpx` or `tcp reset`, can be sent to it.
    boolean takes(String rejection) {
        return switch (rejection) {
            case "icmp" -> family == IpFamily.V4;
            case "icmpv6" -> family == IpFamily.V6;
            case "tcp reset" -> udpPort == 0;
            default -> true;
        };
    }

    /// Whether a chain of a table of this family sees it.
    boolean passes(String tableFamily) {
        return tableFamily.equals("inet") || tableFamily.equals(family == IpFamily.V4 ? "ip" : "ip6");
    }
}
