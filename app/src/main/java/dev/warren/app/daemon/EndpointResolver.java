package dev.warren.app.daemon;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.PeerConfig;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.host.KernelRoutes;
import dev.warren.io.Endpoint;
import dev.warren.io.netlink.Netlink;
import dev.warren.verticles.bus.PeerNotice;
import dev.warren.verticles.bus.PeerNotices;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.loop.LogLimit;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.Security;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the addresses of peers that are configured by name, off the event loops, and then adds their routes and
/// gives them their endpoints. A name that is not found holds up nobody else: it is looked for again after 1, 2, 4 ...
/// 60 seconds. One that was found is looked for again when its peer does not answer, since that may have moved.
///
/// A name may have several addresses, of both families, and one family may be broken on the way. While no session was
/// made through the one in use, each is tried for a few seconds.
public final class EndpointResolver {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointResolver.class);
    private static final long FIRST_PAUSE = 1_000;
    private static final long LONGEST_PAUSE = 60_000;

    /// Milliseconds for an answer to an initiation, before another address of the name is tried.
    private static final long PATIENCE = 3_000;

    /// Initiations in a row without an answer, one every five seconds, before a peer may have moved.
    private static final int UNANSWERED = 4;

    /// Milliseconds for which an answer is good enough.
    private static final long FRESH = 15_000;

    private final Vertx vertx;
    /// Where everything here runs that does not block.
    private final Context context;

    private final DeviceControl device;
    private final int index;
    private final KernelRoutes routing;
    private final Map<PublicKey, Named> peers = new HashMap<>();
    private final LogLimit lines = new LogLimit(100);
    private volatile Map<HostAndPort, InetSocketAddress> found = Map.of();
    private Runnable changed = () -> {};
    private int mark;

    /// A peer that is configured by name.
    private static final class Named {
        /// As log lines name it.
        final String peer;
        final PublicKey key;
        final HostAndPort name;
        /// All that the name has, those with a route first.
        List<InetSocketAddress> addresses = List.of();
        /// Which of them is the endpoint.
        int current;
        /// Initiations since the last session.
        int unanswered;
        /// Sessions so far; with each the endpoint is the one that answered, wherever that is.
        long sessions;
        /// There was a session since the endpoint was set.
        boolean proven;
        /// Its answer is waited for.
        boolean waiting;
        /// Being looked for, or just found.
        boolean busy;

        Named(PeerConfig config, HostAndPort name) {
            this.peer = PeerRef.describe(config.name(), config.publicKey());
            this.key = config.publicKey();
            this.name = name;
        }
    }

    /// The JVM remembers what it was told, and that it was told nothing; neither may outlast our own pauses. To be
    /// called before it looks for any name.
    public static void rememberBriefly() {
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /// @param context of all that calls the routing from now on
    /// @param index of the interface
    /// @param routing has added the routes of the other peers
    EndpointResolver(Context context, DeviceControl device, int index, KernelRoutes routing) {
        this.vertx = context.owner();
        this.context = context;
        this.device = device;
        this.index = index;
        this.routing = routing;
        this.mark = routing.mark();
    }

    /// Begins to look for the names.
    ///
    /// @param changed called when an endpoint became known
    void start(InterfaceConfig config, Runnable changed) {
        this.changed = changed;
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

    /// Gives the address of an endpoint, null for a name that has not been found. From any thread.
    Function<HostAndPort, @Nullable InetSocketAddress> known() {
        var known = found;
        return endpoint -> {
            var literal = endpoint.literal();
            return literal == null ? known.get(endpoint) : literal;
        };
    }

    private void onNotice(PeerNotice notice) {
        var peer = peers.get(notice.peer());
        if (peer == null) return;
        switch (notice.event()) {
            // Not the attempt: that begins anew with whatever is sent.
            case PeerEvent.HandshakeStarted _ -> {
                peer.unanswered++;
                if (!peer.proven) wait(peer);
                if (peer.unanswered >= UNANSWERED && !peer.busy) findAgain(peer);
            }
            case PeerEvent.SessionEstablished _ -> {
                peer.unanswered = 0;
                peer.sessions++;
                peer.proven = true;
            }
            case PeerEvent.PathInDoubt _,
                    PeerEvent.HandshakeGivenUp _,
                    PeerEvent.TimestampRefused _,
                    PeerEvent.KeysZeroed _ -> {}
        }
    }

    /// Gives the endpoint some time, and then the next one a chance.
    private void wait(Named peer) {
        if (peer.waiting || peer.addresses.size() < 2) return;
        peer.waiting = true;
        vertx.setTimer(PATIENCE, _ -> {
            peer.waiting = false;
            if (peer.proven || peer.addresses.size() < 2) return;
            var before = peer.addresses.get(peer.current % peer.addresses.size());
            int next = (peer.current + 1) % peer.addresses.size();
            var more = lines.admit(System.nanoTime());
            if (more != null) {
                LOG.info(
                        "({}) {}: no answer from {}, trying {} ({}){}",
                        device.name(),
                        peer.peer,
                        text(before),
                        text(peer.addresses.get(next)),
                        peer.name.host(),
                        more);
            }
            use(peer, next, peer.sessions);
        });
    }

    private void find(Named peer, long pause) {
        peer.busy = true;
        lookUp(peer)
                .onSuccess(endpoint -> {
                    var more = lines.admit(System.nanoTime());
                    if (more != null)
                        LOG.info("({}) {}: {} is {}{}", device.name(), peer.peer, peer.name, text(endpoint), more);
                    restLater(peer);
                })
                .onFailure(cause -> {
                    var more = lines.admit(System.nanoTime());
                    if (more != null) {
                        LOG.warn(
                                "({}) {}: {}; it has no endpoint and no routes; trying again in {} s{}",
                                device.name(),
                                peer.peer,
                                reason(cause),
                                pause / 1000,
                                more);
                    }
                    vertx.setTimer(pause, _ -> find(peer, Math.min(2 * pause, LONGEST_PAUSE)));
                });
    }

    private void findAgain(Named peer) {
        peer.busy = true;
        var before = peer.addresses;
        lookUp(peer).onComplete(looked -> {
            if (looked.failed()) {
                LOG.debug("({}) {}: {}", device.name(), peer.peer, reason(looked.cause()));
            } else if (!before.contains(looked.result())) {
                var more = lines.admit(System.nanoTime());
                var now = text(looked.result());
                if (more != null)
                    LOG.info("({}) {}: {} has moved to {}{}", device.name(), peer.peer, peer.name, now, more);
            }
            restLater(peer);
        });
    }

    private void restLater(Named peer) {
        vertx.setTimer(FRESH, _ -> peer.busy = false);
    }

    /// Looks for the addresses, and when they are found gives one to the peer. If they are the same as
    /// before it goes on with those.
    private Future<InetSocketAddress> lookUp(Named peer) {
        long sessions = peer.sessions;
        return context.executeBlocking(() -> addresses(peer.name), false).compose(addresses -> {
            boolean same = !peer.proven && Set.copyOf(peer.addresses).equals(Set.copyOf(addresses));
            if (same && addresses.size() > 1) return Future.succeededFuture(peer.addresses.get(peer.current));
            peer.addresses = addresses;
            return use(peer, 0, sessions);
        });
    }

    /// Gives one of its addresses to the peer, behind its routes. One that has found us meanwhile keeps the
    /// endpoint from which it came.
    private Future<InetSocketAddress> use(Named peer, int which, long sessions) {
        var endpoint = peer.addresses.get(which);
        peer.current = which;
        var known = new HashMap<>(found);
        known.put(peer.name, endpoint);
        found = Map.copyOf(known);
        return context.executeBlocking(this::route, true)
                .compose(wanted -> {
                    boolean fresher = peer.sessions != sessions;
                    if (!fresher) peer.proven = false;
                    return device.update(endpointOf(peer.key, fresher ? null : endpoint, wanted))
                            .onSuccess(_ -> mark = wanted);
                })
                .map(_ -> {
                    changed.run();
                    return endpoint;
                });
    }

    /// All of a name, those first that this host has a route to.
    private static List<InetSocketAddress> addresses(HostAndPort name) throws Exception {
        var all = InetAddress.getAllByName(name.host());
        try (var netlink = Netlink.open()) {
            return Stream.of(all)
                    .sorted(Comparator.comparing(address -> netlink.routeInterface(address) == 0))
                    .map(address -> new InetSocketAddress(address, name.port()))
                    .toList();
        }
    }

    private static String text(InetSocketAddress endpoint) {
        return Endpoint.of(endpoint).toString();
    }

    /// That of an unknown host begins with its name.
    private static String reason(Throwable cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private int route() throws Exception {
        try (var netlink = Netlink.open()) {
            routing.add(netlink, index, known());
            return routing.mark();
        }
    }

    /// With the mark when routes need one now; somebody may have set another since, which stays otherwise.
    private DeviceUpdate endpointOf(PublicKey key, @Nullable InetSocketAddress address, int wanted) {
        var peer = new PeerUpdate(key, false, true, null, address, OptionalInt.empty(), false, List.of());
        var changed = wanted == mark ? OptionalInt.empty() : OptionalInt.of(wanted);
        return new DeviceUpdate(null, OptionalInt.empty(), changed, false, List.of(peer));
    }
}
