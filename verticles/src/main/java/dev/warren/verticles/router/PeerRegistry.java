package dev.warren.verticles.router;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.peer.IndexSource;
import dev.warren.crypto.peer.PeerMemory;
import dev.warren.io.Endpoint;
import dev.warren.verticles.bus.PeerCommand;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.SharedPeerState;
import dev.warren.verticles.bus.TunQueues;
import dev.warren.verticles.bus.UdpCommand;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.counters.DeviceCounters;
import dev.warren.verticles.counters.RouterCounter;
import dev.warren.verticles.loop.ErrorLog;
import dev.warren.verticles.loop.Loop;
import dev.warren.verticles.peer.PeerLoop;
import dev.warren.verticles.peer.PeerVerticle;
import dev.warren.verticles.router.ConfiguredPeer.State;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// The configured peers of a device; activates and retires their actors. Belongs to the router.
///
/// A peer is inactive until the first packet or initiation for it; then its verticle is deployed, what came
/// meanwhile is handed over, and the TUN learns its mailbox. Going to sleep is the same backwards: the TUN
/// forgets the mailbox, the actor says what must be remembered, the UDP verticle has dealt with all it had
/// for it, and only then is it undeployed, so that no batch is ever lost with an actor.
public final class PeerRegistry {
    private static final int MAX_WAITING = 8;
    /// Peers that packets have woken and that have no session, those with a persistent keepalive apart. An
    /// address scan would wake all there are otherwise, each 5 KB and an initiation every five seconds.
    /// They are woken 200 a second at most: each has five seconds before it makes room for another.
    private static final int MAX_WITHOUT_SESSION = 1024;

    private final Loop loop;
    private final String device;
    private final List<PeerLoop> loops;
    private final TunQueues tun;
    private final UdpMailbox udp;
    private final RouterMailbox router;
    private final IndexSource indices;
    private final SecureRandom random;
    private final DeviceCounters counters;
    private final ErrorLog errors = new ErrorLog(LoggerFactory.getLogger(PeerRegistry.class));
    private final Map<PublicKey, ConfiguredPeer> peers = new LinkedHashMap<>();

    /// Peers that are waking or retiring, the removed ones too, and when they will have.
    private final Map<ConfiguredPeer, Future<Void>> changing = new HashMap<>();

    /// Who may have to make room, the one that has been active longest first.
    private final LinkedHashSet<ConfiguredPeer> withoutSession = new LinkedHashSet<>();

    private long nextSerial;
    private int actors;
    private @Nullable StaticIdentity identity;
    private boolean up;

    /// @param loop the router's
    public PeerRegistry(
            Loop loop,
            String device,
            List<PeerLoop> loops,
            TunQueues tun,
            UdpMailbox udp,
            RouterMailbox router,
            SecureRandom random,
            DeviceCounters counters) {
        this.loop = loop;
        this.device = device;
        this.loops = loops;
        this.tun = tun;
        this.udp = udp;
        this.router = router;
        this.indices = random::nextInt;
        this.random = random;
        this.counters = counters;
    }

    Collection<ConfiguredPeer> all() {
        return peers.values();
    }

    @Nullable
    ConfiguredPeer find(PublicKey publicKey) {
        return peers.get(publicKey);
    }

    /// @param name for the log; null: none
    ConfiguredPeer add(PublicKey publicKey, @Nullable String name) {
        var entry = new ConfiguredPeer(new PeerRef(nextSerial++, publicKey, name));
        peers.put(publicKey, entry);
        counters.router().set(RouterCounter.PEERS, peers.size());
        return entry;
    }

    /// Forgets a peer at once; its actor ends in its own time.
    void remove(ConfiguredPeer entry) {
        peers.remove(entry.ref.publicKey());
        counters.router().set(RouterCounter.PEERS, peers.size());
        entry.removed = true;
        discard(entry);
        refuse(entry);
        retire(entry, false);
        if (entry.state == State.INACTIVE) end(entry);
    }

    /// It is removed, and no actor of it is left.
    private void end(ConfiguredPeer entry) {
        entry.presharedKey(null);
        if (entry.shared != null) counters.peers(loopOf(entry)).close(entry.shared.counters());
        entry.shared = null;
    }

    /// Which packet loop is the peer's, for good.
    private int loopOf(ConfiguredPeer entry) {
        return (int) (entry.ref.serial() % loops.size());
    }

    SharedPeerState shared(ConfiguredPeer entry) {
        var known = entry.shared;
        if (known != null) return known;
        var made = new SharedPeerState(counters.peers(loopOf(entry)).open());
        entry.shared = made;
        return made;
    }

    /// Changes the private key, or removes it: without one all peers are inactive. Completes when no actor uses the one
    /// before.
    Future<Void> identity(@Nullable StaticIdentity changed) {
        identity = changed;
        if (changed == null) return deactivateAll();
        // Peers that are being activated or retired get it afterwards.
        var told = new ArrayList<>(changing.values());
        for (var entry : peers.values()) {
            if (entry.state == State.ACTIVE) told.add(tell(Objects.requireNonNull(entry.mailbox), changed));
        }
        activateWanted();
        return Future.join(told).mapEmpty();
    }

    private Future<Void> tell(PeerMailbox mailbox, StaticIdentity changed) {
        Promise<Void> reply = loop.promise();
        mailbox.tell(new PeerCommand.Identity(changed, reply));
        return reply.future();
    }

    /// Completes when no loop of a peer keeps anything of this key.
    Future<Void> forget(PrivateKey key) {
        return Future.join(loops.stream().map(peers -> peers.forget(key)).toList())
                .mapEmpty();
    }

    /// The sockets are open, or about to close: while they are closed all peers are inactive.
    Future<Void> up(boolean nowUp) {
        up = nowUp;
        if (!nowUp) {
            for (var entry : peers.values()) refuse(entry);
            return deactivateAll();
        }
        activateWanted();
        return Future.succeededFuture();
    }

    private void activateWanted() {
        for (var entry : peers.values()) activateIfWanted(entry);
    }

    /// Wakes a peer for which something waits, or whose keepalive does not wait for traffic.
    void activateIfWanted(ConfiguredPeer entry) {
        if (entry.wanted()) wake(entry);
    }

    /// Sets the configured endpoint of a peer.
    void endpointSet(ConfiguredPeer entry, Endpoint endpoint) {
        boolean first = entry.endpoint() == null;
        entry.endpoint(endpoint);
        if (first && entry.state != State.ACTIVE) tun.endpointSet(entry.ref);
    }

    private Future<Void> deactivateAll() {
        for (var entry : peers.values()) {
            discard(entry);
            retire(entry, false);
        }
        return settled();
    }

    private Future<Void> settled() {
        return Future.join(List.copyOf(changing.values())).mapEmpty();
    }

    private Future<Void> change(ConfiguredPeer entry, Future<Void> change) {
        changing.put(entry, change);
        return change.onComplete(_ -> {
            assert loop.onLoop() : "another loop touches the registry";
            changing.remove(entry, change);
        });
    }

    void tellIfActive(ConfiguredPeer entry, PeerCommand message) {
        if (entry.state == State.ACTIVE) Objects.requireNonNull(entry.mailbox).tell(message);
    }

    /// The settings of a peer have changed.
    ///
    /// @param moved null: it stays where it is
    void configured(ConfiguredPeer entry, @Nullable Endpoint moved) {
        if (entry.state == State.ACTIVE) Objects.requireNonNull(entry.mailbox).tell(entry.configuration(moved));
        activateIfWanted(entry);
    }

    /// Packets wait for a peer at the TUN. They may have been read before there is a key, or before we have heard that
    /// the link is up: the peer is activated when there is all it needs.
    void packetsWait(ConfiguredPeer entry) {
        if (entry.state == State.ACTIVE) return; // the queue that says so has been told meanwhile
        entry.packetsWait = true;
        activateIfWanted(entry);
    }

    /// Packets wait for a peer that is not configured any more.
    void refused(PeerRef gone) {
        tun.refused(gone);
    }

    /// Drops what waits at the TUN.
    private void refuse(ConfiguredPeer entry) {
        if (entry.packetsWait) tun.refused(entry.ref);
        entry.packetsWait = false;
    }

    /// A peer has a session, or has none any more. While it has one it is not evicted.
    void session(ConfiguredPeer entry, boolean established) {
        entry.established = established;
        if (established) makesRoom(entry, false);
        else noSession(entry);
    }

    private void noSession(ConfiguredPeer entry) {
        boolean may = !entry.established && !entry.initiated && entry.persistentKeepalive == 0;
        if (entry.state == State.ACTIVE && may) makesRoom(entry, true);
    }

    private void makesRoom(ConfiguredPeer entry, boolean may) {
        if (may) withoutSession.add(entry);
        else withoutSession.remove(entry);
        counters.router().set(RouterCounter.WITHOUT_SESSION, withoutSession.size());
    }

    /// Hands an initiation to a peer, waking it first if need be: then it has authenticated, only the peer
    /// can have made it, so it neither is evicted nor evicts another peer.
    void deliver(ConfiguredPeer entry, PeerCommand message) {
        if (entry.state == State.ACTIVE) {
            Objects.requireNonNull(entry.mailbox).tell(message);
        } else if (identity == null || entry.removed || !entry.hold(message, MAX_WAITING)) {
            message.discard();
        } else {
            entry.initiated = true;
            wake(entry);
        }
    }

    private void wake(ConfiguredPeer entry) {
        var own = identity;
        if (entry.state != State.INACTIVE || own == null || !up) return;
        if (!entry.initiated && withoutSession.size() >= MAX_WITHOUT_SESSION) {
            counters.router().increment(RouterCounter.EVICTED);
            retire(withoutSession.getFirst(), false);
        }
        entry.state = State.ACTIVATING;
        var mailbox = new PeerMailbox(loop.vertx(), device, entry.ref);
        var peers = loops.get(loopOf(entry));
        var psk = entry.copyOfPresharedKey();
        int revision = entry.revision();
        var settings = new PeerVerticle.Settings(
                entry.ref,
                own,
                psk,
                entry.endpoint(),
                revision,
                entry.persistentKeepalive,
                shared(entry),
                entry.memory);
        var deployed =
                here(peers.loop().deploy(() -> new PeerVerticle(settings, peers, mailbox, router, indices, random)));
        change(entry, deployed.transform(done -> {
            if (psk != null) psk.close();
            if (done.failed()) return notActive(entry, done.cause());
            entry.mailbox = mailbox;
            entry.deployment = done.result();
            counters.router().set(RouterCounter.PEERS_ACTIVE, ++actors);
            return active(entry, mailbox, own, revision);
        }));
    }

    private Future<Void> notActive(ConfiguredPeer entry, Throwable failure) {
        errors.caught("(" + device + ") " + entry.ref + ": Could not be started", failure);
        entry.state = State.INACTIVE;
        discard(entry);
        refuse(entry);
        if (entry.removed) end(entry);
        return Future.succeededFuture();
    }

    /// An actor is there, or goes on: it gets the changes that it has missed.
    ///
    /// @param known the key that it has
    /// @param revision of the endpoint that the actor knows
    private Future<Void> active(
            ConfiguredPeer entry, PeerMailbox mailbox, @Nullable StaticIdentity known, int revision) {
        entry.state = State.ACTIVE;
        var own = identity;
        if (entry.removed || own == null || !up) return retire(entry, false);
        Future<Void> told = own == known ? Future.succeededFuture() : tell(mailbox, own);
        mailbox.tell(entry.configuration(entry.revision() == revision ? null : entry.endpoint()));
        for (var message : entry.release()) mailbox.tell(message);
        entry.packetsWait = false;
        noSession(entry);
        tun.active(mailbox);
        return told;
    }

    /// An actor is idle. The command may be late, from an earlier actor of the peer.
    void idle(PeerMailbox mailbox) {
        var entry = find(mailbox.peer().publicKey());
        if (entry != null && entry.mailbox == mailbox) retire(entry, true);
    }

    /// Retires an actor, if there is one.
    ///
    /// @param ifIdle it goes on when something has come for it meanwhile
    private Future<Void> retire(ConfiguredPeer entry, boolean ifIdle) {
        if (entry.state != State.ACTIVE) return Future.succeededFuture();
        entry.state = State.RETIRING;
        entry.initiated = false;
        makesRoom(entry, false);
        var mailbox = Objects.requireNonNull(entry.mailbox);
        var known = identity;
        int revision = entry.revision();
        Promise<@Nullable PeerMemory> retired = loop.promise();
        return change(
                entry,
                tun.forget(entry.ref)
                        .compose(_ -> {
                            mailbox.tell(new PeerCommand.Retire(ifIdle, retired));
                            return retired.future();
                        })
                        .transform(last -> last.succeeded() && last.result() == null
                                ? active(entry, mailbox, known, revision)
                                : undeploy(entry, last.result())));
    }

    /// The actor has replied with the state to keep; from now on it gives back all that it is sent.
    private Future<Void> undeploy(ConfiguredPeer entry, @Nullable PeerMemory last) {
        if (last != null) entry.memory = last;
        entry.ref.hasEndpoint(entry.endpoint() != null);
        return drained()
                .compose(_ -> here(loop.vertx().undeploy(Objects.requireNonNull(entry.deployment))))
                .onFailure(
                        failure -> errors.caught("(" + device + ") " + entry.ref + ": Could not be stopped", failure))
                .transform(_ -> inactive(entry));
    }

    /// Vert.x completes what it does where it was asked, and what follows another future may have been asked in no
    /// context at all, so on any loop: what comes behind this one runs on ours.
    private <T> Future<T> here(Future<T> anywhere) {
        Promise<T> here = loop.promise();
        anywhere.onComplete(here);
        return here.future();
    }

    /// Completes when the UDP verticle has delivered all that it received for actors that gave their indices back.
    private Future<Void> drained() {
        Promise<Void> drained = loop.promise();
        udp.tell(new UdpCommand.Barrier(drained));
        return drained.future();
    }

    private Future<Void> inactive(ConfiguredPeer entry) {
        assert loop.onLoop() : "another loop touches the registry";
        entry.state = State.INACTIVE;
        counters.router().set(RouterCounter.PEERS_ACTIVE, --actors);
        entry.mailbox = null;
        entry.deployment = null;
        entry.established = false;
        if (entry.removed) end(entry);
        else activateIfWanted(entry);
        return Future.succeededFuture();
    }

    private static void discard(ConfiguredPeer entry) {
        for (var message : entry.release()) message.discard();
    }
}
