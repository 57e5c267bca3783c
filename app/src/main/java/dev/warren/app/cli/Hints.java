package dev.warren.app.cli;

import dev.warren.conf.ConfigLoader;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.PeerConfig;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is printed for people to copy: right as it stands, whatever their interfaces and peers are called.
public final class Hints {
    private Hints() {}

    /// The path of a peer that is not there yet, as a configuration file has it.
    public static String freePeer(InterfaceConfig config) {
        var names = config.peers().stream().map(PeerConfig::name).collect(Collectors.toSet());
        var name = "laptop";
        for (int i = 2; names.contains(name); i++) {
            name = "laptop" + i;
        }
        return ConfigLoader.path(List.of("warren", "interfaces", config.name(), "peers", name));
    }

    /// An address in the first network of the interface that neither it nor a peer has: `10.8.0.2/32`.
    public static String freeAddress(InterfaceConfig config) {
        if (config.addresses().isEmpty()) {
            return "10.8.0.2/32";
        }
        var own = config.addresses().getFirst();
        var network = own.network();
        var taken = new HashSet<IpPrefix>();
        config.peers().forEach(peer -> taken.addAll(peer.allowedIps()));
        config.addresses().forEach(address -> taken.add(host(address.address())));
        var bytes = network.address().bytes();
        int hosts = bytes.length * 8 - network.bits();
        int last = hosts > 16 ? 0xffff : (1 << hosts) - 2; // not the broadcast address
        for (int i = 1; i <= last; i++) {
            var candidate = bytes.clone();
            candidate[candidate.length - 1] |= (byte) i;
            candidate[candidate.length - 2] |= (byte) (i >> 8);
            var prefix = host(IpAddress.of(candidate));
            if (!taken.contains(prefix)) {
                return prefix.toString();
            }
        }
        return own.address().family() == IpFamily.V4 ? "10.8.0.2/32" : "fd00:8::2/128";
    }

    /// What `wg set` leaves to do: it adds no route, and only what is in the interface's own networks has one.
    public static String route(InterfaceConfig config, String allowed) {
        var device = " dev " + shell(config.name());
        var prefix = IpPrefix.parse(allowed);
        var own = config.addresses().stream()
                .filter(address -> address.network().contains(prefix.address()))
                .findFirst();
        return own.map(address -> "(it adds no route: what is not in " + address.network()
                        + " also needs  ip route add NETWORK" + device + ")")
                .orElse("ip route add " + allowed + device + "     (wg set adds no route)");
    }

    private static IpPrefix host(IpAddress address) {
        return IpPrefix.parse(address + (address.family() == IpFamily.V4 ? "/32" : "/128"));
    }

    /// A word as a shell takes it.
    public static String shell(String word) {
        return word.matches("[A-Za-z0-9_.@%+:/-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    public static String count(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    /// Whether a word is the name of a file rather than of an interface.
    public static boolean isFile(String word) {
        return word.endsWith(".conf") || word.indexOf('/') >= 0;
    }

    /// What a command line that cannot be is answered with: for `warren FILE.conf` what was meant.
    public static String usage(@Nullable String message, String command, String[] arguments) {
        var file = Stream.of(arguments).filter(Hints::isFile).findFirst();
        if (file.isPresent() && !command.equals("run") && Stream.of(arguments).noneMatch(CommandNames.ALL::contains)) {
            var name = shell(file.get());
            return name + " is a file: warren run " + name + " runs it, warren run --check " + name + " only reads it";
        }
        return String.valueOf(message);
    }
}
