package dev.warren.app.doctor;

import dev.warren.app.cli.Hints;
import dev.warren.app.doctor.Ruleset.Fate;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether the kernel takes packets from one peer to another and on, where peers come to this router; and whether it
/// masquerades them there. Who has a single peer, or only peers that it knows by their endpoints, needs neither.
final class ForwardingCheck {
    private static final String NOTE = "   (nothing to do if they only talk to this host)";

    private ForwardingCheck() {}

    /// @param rules null when they cannot be read
    static List<Finding> of(InspectedInterface device, HostFiles files, @Nullable Ruleset rules) {
        var found = new ArrayList<Finding>();
        for (var family : IpFamily.values()) {
            if (!device.hub(family) || (family == IpFamily.V6 && !files.v6())) continue;
            found.add(forwarding(device, files, rules, family));
        }
        if (found.isEmpty()) {
            found.add(Finding.ok(
                    device.name(),
                    "forwarding",
                    "not needed, unless hosts behind this one use the tunnel: "
                            + (device.peers().size() > 1 ? "no peer depends on it" : "there are no two peers")));
        } else if (rules != null && device.hub(IpFamily.V4)) {
            found.add(masquerading(device, files, rules));
        }
        return found;
    }

    private static Finding forwarding(
            InspectedInterface device, HostFiles files, @Nullable Ruleset rules, IpFamily family) {
        var name = device.name();
        var words = family == IpFamily.V4 ? "IPv4" : "IPv6";
        var setting = off(files, name, family);
        if (setting != null) {
            return Finding.wrong(
                    name,
                    "forwarding",
                    words + " is not forwarded, so " + device.peers(family)
                            + " peers reach neither each other nor what is behind this host",
                    "sysctl -w " + setting + "=1" + NOTE);
        }
        var judgement =
                rules == null ? null : rules.judge(new FirewallPacket(family, 0, name, "new"), "prerouting", "forward");
        var chain = judgement == null ? null : judgement.chain();
        if (judgement == null || chain == null || judgement.fate() != Fate.DROPPED) {
            return Finding.ok(name, "forwarding", words + " is forwarded, for " + device.peers(family) + " peers");
        }
        var iptables = chain.table().name().equals("filter") && chain.name().equals("FORWARD");
        var device0 = Hints.shell(name);
        return Finding.wrong(
                name,
                "forwarding",
                words + " is forwarded, but " + chain + " drops what comes from " + name,
                (iptables
                                ? (family == IpFamily.V4 ? "iptables" : "ip6tables") + " -I FORWARD -i " + device0
                                        + " -j ACCEPT"
                                : "nft insert rule " + chain.table().family() + " "
                                        + Hints.shell(chain.table().name()) + " " + Hints.shell(chain.name())
                                        + " iifname " + device0 + " accept")
                        + NOTE);
    }

    /// The setting that is off, as sysctl(8) has it; null when it is forwarded. IPv4 goes by the device that a packet
    /// comes in by (ip_route_input_slow), IPv6 by the setting for all (ip6_forward).
    private static @Nullable String off(HostFiles files, String device, IpFamily family) {
        if (family == IpFamily.V6) {
            return files.sysctl("net/ipv6/conf/all/forwarding", 0) == 0 ? "net.ipv6.conf.all.forwarding" : null;
        }
        int all = files.sysctl("net/ipv4/ip_forward", 0);
        int own = files.sysctl("net/ipv4/conf/" + device + "/forwarding", all);
        if (own != 0) return null;
        return all == 0 ? "net.ipv4.ip_forward" : "net/ipv4/conf/" + device + "/forwarding";
    }

    private static Finding masquerading(InspectedInterface device, HostFiles files, Ruleset rules) {
        var name = device.name();
        var chain = rules.masquerading();
        if (chain != null) return Finding.ok(name, "nat", chain + " gives packets that leave another source");
        if (files.lines("proc/net/ip_tables_names").contains("nat")) {
            return Finding.hint(
                    name, "nat", "cannot tell: it is done by iptables-legacy", "iptables-legacy -t nat -S POSTROUTING");
        }
        var network = device.networks().stream()
                .filter(prefix -> prefix.family() == IpFamily.V4
                        && prefix.bits() < prefix.family().bits())
                .map(IpPrefix::toString)
                .findFirst()
                .orElse("10.8.0.0/24");
        return Finding.hint(
                name,
                "nat",
                "nothing masquerades: hosts beyond this one answer peers only if they have a route to " + network,
                "nft 'table ip warren { chain out { type nat hook postrouting priority srcnat; ip saddr " + network
                        + " oifname != \"" + name
                        + "\" masquerade; }; }'   (peers that only reach each other need none)");
    }
}
