package dev.warren.verticles.launch;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.PeerConfig;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.io.tun.Netlink;
import dev.warren.verticles.DeviceControl;
import dev.warren.verticles.bus.PeerNotice;
import dev.warren.verticles.bus.PeerNotices;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.Security;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the addresses of peers that are configured by name, off the event loops, and then adds their routes and
/// gives them their endpoints. A name that is not found holds up nobody else: it is looked for again after 1, 2, 4 ...
/// 60 seconds. One that was found is looked for again when its peer does not answer, since that may have moved.
final class EndpointResolver {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointResolver.class);
    private static final long FIRST_PAUSE = 1_000;
    private static final long LONGEST_PAUSE = 60_000;

    /// Initiations in a row without an answer, one every five seconds, before a peer may have moved.
    private static final int UNANSWERED = 4;

    /// Milliseconds for which an answer is good enough.
    private static final long FRESH = 15_000;

    private final Vertx vertx;
    /// Where everything here runs that does not block.
    private final Context context;

    private final DeviceControl device;
    private final int index;
    private final Routing routing;
    private final Map<PublicKey, Named> peers = new HashMap<>();
    private final Map<HostAndPort, InetSocketAddress> found = new HashMap<>();
    private int mark;

    /// A peer that is configured by name.
    private static final class Named {
        final String peer;
        final PublicKey key;
        final HostAndPort name;
        /// Initiations since the last session.
        int unanswered;
        /// Being looked for, or just found.
        boolean busy;

        Named(PeerConfig config, HostAndPort name) {
            this.peer = config.name();
            this.key = config.publicKey();
            this.name = name;
        }
    }

    /// The JVM remembers what it was told, and that it was told nothing; neither may outlast our own pauses. To be
    /// called before it looks for any name.
    static void rememberBriefly() {
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /// @param index of the interface
    /// @param routing has added the routes of the other peers; from now on it is called from here only
    /// @param mark that it asked for
    EndpointResolver(Vertx vertx, DeviceControl device, int index, Routing routing, int mark) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.device = device;
        this.index = index;
        this.routing = routing;
        this.mark = mark;
    }

    /// Begins to look for the names.
    void start(InterfaceConfig config) {
        for (var peer : config.peers()) {
            var endpoint = peer.endpoint();
            if (endpoint != null && endpoint.literal() == null) {
                peers.put(peer.publicKey(), new Named(peer, endpoint));
            }
        }
        if (peers.isEmpty()) return;
        context.runOnContext(_ -> {
            PeerNotices.listen(vertx, device.name(), this::onNotice);
            peers.values().forEach(peer -> find(peer, FIRST_PAUSE));
        });
    }

    private void onNotice(PeerNotice notice) {
        var peer = peers.get(notice.peer());
        if (peer == null) return;
        switch (notice.event()) {
            // Not the attempt: that begins anew with whatever is sent.
            case PeerEvent.HandshakeStarted _ -> {
                if (++peer.unanswered >= UNANSWERED && !peer.busy) findAgain(peer);
            }
            case PeerEvent.SessionEstablished _ -> peer.unanswered = 0;
            case PeerEvent.PathInDoubt _, PeerEvent.HandshakeGivenUp _, PeerEvent.KeysZeroed _ -> {}
        }
    }

    private void find(Named peer, long pause) {
        peer.busy = true;
        lookUp(peer)
                .onSuccess(endpoint -> {
                    LOG.info("({}) peer {}: {} is {}", device.name(), peer.peer, peer.name, text(endpoint));
                    restLater(peer);
                })
                .onFailure(cause -> {
                    LOG.warn(
                            "({}) peer {}: {}; it has no endpoint and no routes; trying again in {} s",
                            device.name(),
                            peer.peer,
                            reason(cause),
                            pause / 1000);
                    vertx.setTimer(pause, _ -> find(peer, Math.min(2 * pause, LONGEST_PAUSE)));
                });
    }

    private void findAgain(Named peer) {
        peer.busy = true;
        var before = found.get(peer.name);
        lookUp(peer).onComplete(looked -> {
            if (looked.failed()) {
                LOG.debug("({}) peer {}: {}", device.name(), peer.peer, reason(looked.cause()));
            } else if (!looked.result().equals(before)) {
                var now = text(looked.result());
                LOG.info("({}) peer {}: {} has moved to {}", device.name(), peer.peer, peer.name, now);
            }
            restLater(peer);
        });
    }

    private void restLater(Named peer) {
        vertx.setTimer(FRESH, _ -> peer.busy = false);
    }

    /// Looks for the address, and when it is found gives it to the peer, behind its routes.
    private Future<InetSocketAddress> lookUp(Named peer) {
        return context.executeBlocking(() -> InetAddress.getByName(peer.name.host()), false)
                .compose(address -> {
                    var endpoint = new InetSocketAddress(address, peer.name.port());
                    found.put(peer.name, endpoint);
                    var known = Map.copyOf(found);
                    return context.executeBlocking(() -> route(known), true)
                            .compose(wanted -> device.update(endpointOf(peer.key, endpoint, wanted))
                                    .onSuccess(_ -> mark = wanted))
                            .map(endpoint);
                });
    }

    private static String text(InetSocketAddress endpoint) {
        return new HostAndPort(endpoint.getAddress().getHostAddress(), endpoint.getPort()).toString();
    }

    /// That of an unknown host begins with its name.
    private static String reason(Throwable cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
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

    /// With the mark when routes need one now; somebody may have set another since, which stays otherwise.
    private DeviceUpdate endpointOf(PublicKey key, InetSocketAddress address, int wanted) {
        var peer = new PeerUpdate(key, false, true, null, address, OptionalInt.empty(), false, List.of());
        var changed = wanted == mark ? OptionalInt.empty() : OptionalInt.of(wanted);
        return new DeviceUpdate(null, OptionalInt.empty(), changed, false, List.of(peer));
    }
}
