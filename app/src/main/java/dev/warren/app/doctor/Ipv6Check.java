package dev.warren.app.doctor;

/// Whether the kernel has IPv6 where the interface does.
final class Ipv6Check {
    private Ipv6Check() {}

    static Finding of(InspectedInterface device, HostFiles files) {
        var name = device.name();
        if (!device.v6()) return Finding.ok(name, "ipv6", "not configured");
        if (!files.exists("proc/net/if_inet6")) {
            return Finding.wrong(
                    name,
                    "ipv6",
                    "it has IPv6 addresses, but this kernel has no IPv6",
                    "boot without ipv6.disable=1, or take them out of the configuration");
        }
        for (var scope : new String[] {"all", device.status() == null ? "default" : name}) {
            if (files.sysctl("net/ipv6/conf/" + scope + "/disable_ipv6", 0) == 0) continue;
            return Finding.wrong(
                    name,
                    "ipv6",
                    "it has IPv6 addresses, but IPv6 is switched off",
                    "sysctl -w net/ipv6/conf/" + scope + "/disable_ipv6=0");
        }
        return Finding.ok(name, "ipv6", "the kernel has it");
    }
}
