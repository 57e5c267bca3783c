package dev.warren.verticles.launch;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.HostAndPort;
import dev.warren.conf.PeerConfig;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.verticles.DeviceControl;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the addresses of peers that are configured by name, off the event loops. A name that is not found holds up
/// nobody: it is tried again after 1, 2, 4 ... 60 seconds.
final class EndpointResolver {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointResolver.class);
    private static final long FIRST_PAUSE = 1_000;
    private static final long LONGEST_PAUSE = 60_000;

    private final Vertx vertx;
    private final DeviceControl device;

    EndpointResolver(Vertx vertx, DeviceControl device) {
        this.vertx = vertx;
        this.device = device;
    }

    /// The same update with this mark.
    DeviceUpdate withMark(DeviceUpdate update, int mark) {
        return new DeviceUpdate(
                update.privateKey(), update.listenPort(), OptionalInt.of(mark), update.replacePeers(), update.peers());
    }

    /// Gives the peer its endpoint, now or later, if that is a name.
    void follow(PeerConfig peer) {
        var endpoint = peer.endpoint();
        if (endpoint != null && endpoint.literal() == null) {
            resolve(peer.name(), peer.publicKey(), endpoint, FIRST_PAUSE);
        }
    }

    private void resolve(String peer, PublicKey key, HostAndPort endpoint, long pause) {
        vertx.<InetAddress>executeBlocking(() -> InetAddress.getByName(endpoint.host()), false)
                .compose(address -> device.update(endpointOf(key, new InetSocketAddress(address, endpoint.port()))))
                .onSuccess(_ -> LOG.info("({}) peer {}: endpoint {} found", device.name(), peer, endpoint))
                .onFailure(cause -> {
                    LOG.warn(
                            "({}) peer {}: endpoint {}: {}; trying again in {} s",
                            device.name(),
                            peer,
                            endpoint,
                            cause.toString(),
                            pause / 1000);
                    vertx.setTimer(pause, _ -> resolve(peer, key, endpoint, Math.min(2 * pause, LONGEST_PAUSE)));
                });
    }

    private static DeviceUpdate endpointOf(PublicKey key, InetSocketAddress address) {
        var peer = new PeerUpdate(key, false, true, null, address, OptionalInt.empty(), false, List.of());
        return new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, List.of(peer));
    }
}
