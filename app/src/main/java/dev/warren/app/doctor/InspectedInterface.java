package dev.warren.app.doctor;

import dev.warren.conf.InterfaceAddress;
import dev.warren.conf.InterfaceConfig;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import io.vertx.core.json.JsonObject;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An interface as it is configured, as its running router tells of it, or both.
///
/// @param networks of its configured addresses
/// @param configured whether a file describes it
/// @param port UDP port; 0: chosen at the start
/// @param mtu bytes; empty: chosen at the start
/// @param mark SO_MARK of what is sent to endpoints, 0: none
/// @param routes whether Warren adds the routes
/// @param status what the router tells; null when none answers
record InspectedInterface(
        String name,
        boolean configured,
        List<IpPrefix> networks,
        int port,
        OptionalInt mtu,
        int mark,
        boolean routes,
        List<InspectedPeer> peers,
        @Nullable JsonObject status) {
    /// @param status null when no router answers
    static InspectedInterface of(InterfaceConfig config, @Nullable JsonObject status) {
        var known = new HashMap<String, JsonObject>();
        if (status != null) peers(status).forEach(peer -> known.put(peer.getString("publicKey"), peer));
        var peers = config.peers().stream()
                .map(peer -> InspectedPeer.of(peer, known.get(peer.publicKey().toBase64())))
                .toList();
        return new InspectedInterface(
                config.name(),
                true,
                config.addresses().stream().map(InterfaceAddress::network).toList(),
                status == null ? config.listenPort() : status.getInteger("listenPort"),
                status == null ? config.mtu() : OptionalInt.of(status.getInteger("mtu")),
                status == null ? config.fwmark() : mark(status),
                config.routes(),
                peers,
                status);
    }

    static InspectedInterface of(JsonObject status) {
        return new InspectedInterface(
                status.getString("interface"),
                false,
                List.of(),
                status.getInteger("listenPort"),
                OptionalInt.of(status.getInteger("mtu")),
                mark(status),
                false,
                peers(status).stream().map(InspectedPeer::of).toList(),
                status);
    }

    /// Unsigned 32 bits.
    private static int mark(JsonObject status) {
        return (int) (long) status.getLong("fwmark");
    }

    private static List<JsonObject> peers(JsonObject status) {
        var peers = new ArrayList<JsonObject>();
        for (var each : status.getJsonArray("peers")) peers.add((JsonObject) each);
        return peers;
    }

    /// Whether the router runs and its link is up.
    boolean up() {
        return status != null && status.getBoolean("up");
    }

    /// A counter of the running router; 0 without one.
    long counter(String label) {
        return status == null ? 0 : status.getJsonObject("counters").getLong(label, 0L);
    }

    /// How many peers have addresses of a family.
    int peers(IpFamily family) {
        return (int) peers.stream().filter(peer -> peer.has(family)).count();
    }

    /// Whether packets of a family have to go from one peer to another, or on from here: there are several,
    /// and not all are found by an endpoint, as the members of a mesh are.
    boolean hub(IpFamily family) {
        return peers(family) > 1 && peers.stream().anyMatch(peer -> peer.comes() && peer.has(family));
    }

    /// Whether everything of a family is routed into it.
    boolean everything(IpFamily family) {
        return peers.stream().anyMatch(peer -> peer.everything(family));
    }

    /// Whether any peer has to find us.
    boolean serves() {
        return peers.isEmpty() || peers.stream().anyMatch(InspectedPeer::comes);
    }

    /// Whether there is any IPv6 in it, inside or outside.
    boolean v6() {
        return Stream.concat(networks.stream(), peers.stream().flatMap(peer -> peer.allowedIps().stream()))
                        .anyMatch(prefix -> prefix.family() == IpFamily.V6)
                || peers.stream().anyMatch(peer -> peer.endpoint() instanceof Inet6Address);
    }
}
