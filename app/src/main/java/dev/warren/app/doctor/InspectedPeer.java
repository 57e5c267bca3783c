package dev.warren.app.doctor;

import dev.warren.conf.HostAndPort;
import dev.warren.conf.PeerConfig;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A peer as it is configured, as a running router tells of it, or both.
///
/// @param name as the file calls it, else its public key
/// @param allowedIps prefixes
/// @param comes whether it begins: no endpoint of it is configured, or this side never began a handshake
/// @param endpoint the address it is known at; null when that is not known
/// @param status what the router tells; null when it does not run, or does not have the peer
record InspectedPeer(
        String name,
        List<IpPrefix> allowedIps,
        boolean comes,
        @Nullable InetAddress endpoint,
        @Nullable JsonObject status) {
    static InspectedPeer of(PeerConfig config, @Nullable JsonObject status) {
        var literal = config.endpoint() == null ? null : literal(config.endpoint());
        var known = status == null ? null : endpoint(status);
        return new InspectedPeer(
                config.name(), config.allowedIps(), config.endpoint() == null, known == null ? literal : known, status);
    }

    static InspectedPeer of(JsonObject status) {
        var allowed = new ArrayList<IpPrefix>();
        for (var each : status.getJsonArray("allowedIps")) allowed.add(IpPrefix.parse((String) each));
        return new InspectedPeer(
                status.getString("name", status.getString("publicKey")),
                allowed,
                !status.containsKey("endpoint") || status.getLong("initiations") == 0,
                endpoint(status),
                status);
    }

    private static @Nullable InetAddress literal(HostAndPort endpoint) {
        var literal = endpoint.literal();
        return literal == null ? null : literal.getAddress();
    }

    private static @Nullable InetAddress endpoint(JsonObject status) {
        var text = status.getString("endpoint");
        if (text == null) return null;
        var host = text.substring(0, Math.max(0, text.lastIndexOf(':')))
                .replace("[", "")
                .replace("]", "");
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null; // with the zone of a device that is gone
        }
    }

    boolean has(IpFamily family) {
        return allowedIps.stream().anyMatch(prefix -> prefix.family() == family);
    }

    /// Whether all of a family is routed to it, or half.
    boolean everything(IpFamily family) {
        return allowedIps.stream().anyMatch(prefix -> prefix.family() == family && prefix.bits() <= 1);
    }
}
