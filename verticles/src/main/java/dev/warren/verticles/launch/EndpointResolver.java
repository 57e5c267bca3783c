package dev.warren.verticles.launch;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.io.tun.Netlink;
import dev.warren.verticles.DeviceControl;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the addresses of peers that are configured by name, off the event loops, and then adds their routes and
/// gives them their endpoints. A name that is not found holds up nobody else: it is tried again after 1, 2, 4 ... 60
/// seconds.
final class EndpointResolver {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointResolver.class);
    private static final long FIRST_PAUSE = 1_000;
    private static final long LONGEST_PAUSE = 60_000;

    private final Vertx vertx;
    /// Where everything here runs that does not block.
    private final Context context;

    private final DeviceControl device;
    private final int index;
    private final Routing routing;
    private final Map<HostAndPort, InetSocketAddress> found = new HashMap<>();

    /// @param index of the interface
    /// @param routing has added the routes of the other peers; from now on it is called from here only
    EndpointResolver(Vertx vertx, DeviceControl device, int index, Routing routing) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.device = device;
        this.index = index;
        this.routing = routing;
    }

    /// Begins to look for the names.
    void start(InterfaceConfig config) {
        for (var peer : config.peers()) {
            var endpoint = peer.endpoint();
            if (endpoint != null && endpoint.literal() == null) {
                context.runOnContext(_ -> find(peer.name(), peer.publicKey(), endpoint, FIRST_PAUSE));
            }
        }
    }

    private void find(String peer, PublicKey key, HostAndPort name, long pause) {
        context.executeBlocking(() -> InetAddress.getByName(name.host()), false)
                .compose(address -> {
                    var endpoint = new InetSocketAddress(address, name.port());
                    found.put(name, endpoint);
                    var known = Map.copyOf(found);
                    return context.executeBlocking(() -> route(known), true)
                            .compose(mark -> device.update(endpointOf(key, endpoint, mark)))
                            .map(endpoint);
                })
                .onSuccess(endpoint -> LOG.info("({}) peer {}: {} is {}", device.name(), peer, name, endpoint))
                .onFailure(cause -> {
                    LOG.warn(
                            "({}) peer {}: {}: {}; it has no endpoint and no routes; trying again in {} s",
                            device.name(),
                            peer,
                            name,
                            cause.toString(),
                            pause / 1000);
                    vertx.setTimer(pause, _ -> find(peer, key, name, Math.min(2 * pause, LONGEST_PAUSE)));
                });
    }

    private int route(Map<HostAndPort, InetSocketAddress> known) throws Exception {
        try (var netlink = Netlink.open()) {
            return routing.add(netlink, index, endpoint -> address(endpoint, known));
        }
    }

    private static @Nullable InetSocketAddress address(
            HostAndPort endpoint, Map<HostAndPort, InetSocketAddress> known) {
        var literal = endpoint.literal();
        return literal == null ? known.get(endpoint) : literal;
    }

    private static DeviceUpdate endpointOf(PublicKey key, InetSocketAddress address, int mark) {
        var peer = new PeerUpdate(key, false, true, null, address, OptionalInt.empty(), false, List.of());
        return new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.of(mark), false, List.of(peer));
    }
}
