package dev.warren.cluster.store;

import dev.warren.conf.HostAndPort;
import dev.warren.conf.PeerConfig;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A peer as the directory has it.
///
/// @param interfaceName of the interface that it belongs to
/// @param psk null: none
/// @param persistentKeepalive seconds, 0: off
/// @param endpoint null: unknown until the peer sends a handshake initiation
public record FleetPeer(
        PublicKey publicKey,
        String interfaceName,
        String name,
        @Nullable SealedKey psk,
        List<IpPrefix> allowedIps,
        int persistentKeepalive,
        @Nullable HostAndPort endpoint) {
    /// Bytes of a peer without anything that it need not have.
    static final int LEAST_BYTES = PublicKey.LENGTH + 1 + 1 + 1 + 2 + 2 + 1;

    public FleetPeer {
        allowedIps = List.copyOf(allowedIps);
    }

    /// A peer of a configuration file.
    public static FleetPeer of(String interfaceName, PeerConfig config, FleetKey key) {
        return new FleetPeer(
                config.publicKey(),
                interfaceName,
                config.name(),
                config.psk() == null || config.psk().isZero() ? null : key.seal(config.psk(), config.publicKey()),
                config.allowedIps(),
                config.persistentKeepalive(),
                config.endpoint());
    }

    /// Whether it is the same but for the nonce that the preshared key was sealed with.
    boolean sameAs(FleetPeer other, FleetKey key) {
        if (equals(other)) return true;
        if (psk == null || other.psk == null || !with(other.psk).equals(other)) return false;
        try (var one = key.open(psk, publicKey);
                var two = key.open(other.psk, publicKey)) {
            return one.sameAs(two);
        }
    }

    private FleetPeer with(SealedKey sealed) {
        return new FleetPeer(publicKey, interfaceName, name, sealed, allowedIps, persistentKeepalive, endpoint);
    }

    void encode(RecordOutput out) {
        out.key(publicKey).text(interfaceName).text(name).flag(psk != null);
        if (psk != null) out.bytes(psk.raw());
        out.u16(allowedIps.size());
        for (var prefix : allowedIps) {
            out.prefix(prefix.address(), prefix.bits());
        }
        out.u16(persistentKeepalive).flag(endpoint != null);
        if (endpoint != null) out.text(endpoint.host()).u16(endpoint.port());
    }

    static FleetPeer decode(RecordInput in) {
        var key = in.key();
        var interfaceName = in.text();
        var name = in.text();
        var psk = in.flag() ? new SealedKey(in.bytes(SealedKey.LENGTH)) : null;
        var allowedIps = new ArrayList<IpPrefix>();
        for (int left = in.u16(); left > 0; left--) {
            var address = in.address();
            allowedIps.add(IpPrefix.of(address, in.prefixLength(address)));
        }
        int keepalive = in.u16();
        var endpoint = in.flag() ? new HostAndPort(in.text(), in.u16()) : null;
        if (endpoint != null && endpoint.host().isEmpty()) throw in.broken("an endpoint has no host");
        return new FleetPeer(key, interfaceName, name, psk, allowedIps, keepalive, endpoint);
    }
}
