package dev.warren.app.doctor;

import dev.warren.app.cli.Hints;
import dev.warren.app.doctor.Ruleset.Chain;
import dev.warren.app.doctor.Ruleset.Judgement;
import dev.warren.routing.ip.IpFamily;
import org.jspecify.annotations.Nullable;

/// Whether the firewall of this host lets datagrams of peers in: the first one where a peer has to find
/// us, else those that answer ours.
final class FirewallCheck {
    private static final String LEGACY = "proc/net/ip_tables_names";

    private FirewallCheck() {}

    /// @param rules null when they cannot be read
    /// @param silence why they cannot
    static Finding of(InspectedInterface device, HostFiles files, @Nullable Ruleset rules, String silence) {
        var name = device.name();
        int port = device.port();
        if (rules == null) return Finding.hint(name, "firewall", "cannot tell: " + silence, "sudo nft list ruleset");
        if (port == 0 && device.status() == null && device.serves()) {
            return Finding.hint(
                    name,
                    "firewall",
                    "cannot tell: the port is another one at each start, and peers have to find it",
                    "listen-port = 51820, or another number of your choice");
        }
        if (port == 0) return Finding.ok(name, "firewall", "is looked at when the port is open");
        var state = device.serves() ? "new" : "established";
        var v4 = judge(rules, IpFamily.V4, port, state);
        if (v4.fate() == Ruleset.Fate.DROPPED) return wrong(device, "", v4);
        if (files.hasAddress6()) {
            var v6 = judge(rules, IpFamily.V6, port, state);
            if (v6.fate() == Ruleset.Fate.DROPPED) {
                return Finding.hint(name, "firewall", kept(device, " over IPv6", v6), remedy(port, v6.chain()));
            }
            if (v6.fate().compareTo(v4.fate()) > 0) v4 = v6;
        }
        if (files.lines(LEGACY).contains("filter")) {
            return Finding.hint(
                    name,
                    "firewall",
                    "nft lets UDP " + port + " in, but there are rules of iptables-legacy as well",
                    "iptables-legacy -S INPUT shows them");
        }
        return switch (v4.fate()) {
            case PASSES -> Finding.ok(name, "firewall", "it lets UDP " + port + " in");
            case PASSES_IF ->
                Finding.ok(
                        name,
                        "firewall",
                        "it lets UDP " + port + " in, where the other conditions of the rule hold (" + v4.chain()
                                + ")");
            case UNCERTAIN ->
                Finding.hint(
                        name,
                        "firewall",
                        "cannot tell: " + v4.chain() + " drops what no rule accepts, and no rule names UDP " + port,
                        remedy(port, v4.chain()));
            case DROPPED -> wrong(device, "", v4);
        };
    }

    private static Judgement judge(Ruleset rules, IpFamily family, int port, String state) {
        return rules.judge(new FirewallPacket(family, port, null, state), "prerouting", "input");
    }

    private static Finding wrong(InspectedInterface device, String how, Judgement judgement) {
        return Finding.wrong(
                device.name(), "firewall", kept(device, how, judgement), remedy(device.port(), judgement.chain()));
    }

    private static String kept(InspectedInterface device, String how, Judgement judgement) {
        return judgement.chain() + " keeps UDP " + device.port() + how + " out, so "
                + (device.serves() ? "peers cannot reach the router" : "answers of peers do not come in");
    }

    private static String remedy(int port, @Nullable Chain chain) {
        if (chain == null) return "nft list ruleset";
        if (chain.table().name().equals("filter") && chain.name().equals("INPUT")) { // of iptables-nft
            var program = chain.table().family().equals("ip6") ? "ip6tables" : "iptables";
            return program + " -I INPUT -p udp --dport " + port + " -j ACCEPT";
        }
        return "nft insert rule " + chain.table().family() + " "
                + Hints.shell(chain.table().name()) + " " + Hints.shell(chain.name()) + " udp dport " + port
                + " accept";
    }
}
