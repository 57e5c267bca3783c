package dev.warren.verticles.router;

import dev.warren.crypto.LocalIdentity;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.crypto.peer.IndexSource;
import dev.warren.verticles.Loop;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerMessage;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.PeerReport;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.TunQueues;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.bus.UdpMessage;
import dev.warren.verticles.peer.PeerLoop;
import dev.warren.verticles.peer.PeerVerticle;
import dev.warren.verticles.router.PeerEntry.State;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The configured peers of a device, and the sleep and waking of their actors. Belongs to the router.
///
/// A peer is asleep until the first packet or initiation for it; then its verticle is deployed, what came meanwhile is
/// handed over, and the TUN learns its door. Going to sleep is the same backwards: the TUN forgets the door, the actor
/// says what must be remembered, the UDP verticle has dealt with all it had for it, and only then is it undeployed, so
/// that no batch is ever lost with an actor.
public final class Roster {
    private static final Logger LOG = LoggerFactory.getLogger(Roster.class);
    private static final int MOST_WAITING = 64;

    private final Loop loop;
    private final String device;
    private final List<PeerLoop> loops;
    private final TunQueues tun;
    private final UdpMailbox udp;
    private final RouterMailbox router;
    private final IndexSource indices;
    private final SecureRandom random;
    private final Map<PublicKey, PeerEntry> peers = new LinkedHashMap<>();

    private final Map<String, Long> retiredDrops = new HashMap<>();
    /// Peers that are waking or retiring, the removed ones too, and when they will have.
    private final Map<PeerEntry, Future<Void>> changing = new HashMap<>();

    private int nextId;
    private @Nullable LocalIdentity identity;
    private boolean up;

    /// @param loop the router's
    public Roster(
            Loop loop,
            String device,
            List<PeerLoop> loops,
            TunQueues tun,
            UdpMailbox udp,
            RouterMailbox router,
            SecureRandom random) {
        this.loop = loop;
        this.device = device;
        this.loops = loops;
        this.tun = tun;
        this.udp = udp;
        this.router = router;
        this.indices = random::nextInt;
        this.random = random;
    }

    /// What actors that are gone had dropped, by name.
    Map<String, Long> retiredDrops() {
        return retiredDrops;
    }

    Collection<PeerEntry> all() {
        return peers.values();
    }

    @Nullable
    PeerEntry find(PublicKey publicKey) {
        return peers.get(publicKey);
    }

    PeerEntry add(PublicKey publicKey) {
        var entry = new PeerEntry(new PeerRef(nextId++, publicKey));
        peers.put(publicKey, entry);
        return entry;
    }

    /// Forgets a peer at once; its actor ends in its own time.
    void remove(PeerEntry entry) {
        peers.remove(entry.ref.publicKey());
        entry.removed = true;
        discard(entry);
        if (entry.state == State.AWAKE) retire(entry);
        if (entry.state == State.ASLEEP) wipe(entry);
    }

    private static void wipe(PeerEntry entry) {
        if (entry.presharedKey != null) entry.presharedKey.close();
        entry.presharedKey = null;
    }

    /// The private key is another now, or gone: without one all peers sleep. Completes when no actor is
    /// waking with the key before.
    Future<Void> identity(@Nullable LocalIdentity changed) {
        identity = changed;
        if (changed == null) return sleepAll();
        for (var entry : peers.values()) tellIfAwake(entry, new PeerMessage.Identity(changed));
        var settled = settled();
        wakeTheInsistent();
        return settled;
    }

    /// The sockets are open, or about to close: while they are closed all peers sleep.
    Future<Void> up(boolean nowUp) {
        up = nowUp;
        if (!nowUp) return sleepAll();
        wakeTheInsistent();
        return Future.succeededFuture();
    }

    /// Peers with a persistent keepalive do not wait for traffic.
    private void wakeTheInsistent() {
        for (var entry : peers.values()) {
            if (entry.wanted()) wake(entry);
            else wakeIfInsistent(entry);
        }
    }

    void wakeIfInsistent(PeerEntry entry) {
        if (entry.persistentKeepalive > 0 && entry.endpoint != null) wake(entry);
    }

    private Future<Void> sleepAll() {
        for (var entry : peers.values()) {
            discard(entry);
            if (entry.state == State.AWAKE) retire(entry);
        }
        return settled();
    }

    private Future<Void> settled() {
        return Future.join(List.copyOf(changing.values())).mapEmpty();
    }

    private Future<Void> change(PeerEntry entry, Future<Void> change) {
        changing.put(entry, change);
        return change.onComplete(_ -> {
            assert loop.onLoop() : "another loop touches the roster";
            changing.remove(entry, change);
        });
    }

    void tellIfAwake(PeerEntry entry, PeerMessage message) {
        if (entry.state == State.AWAKE) Objects.requireNonNull(entry.door).tell(message);
    }

    /// Hands a message to a peer, waking it first if need be. A packet may be read before we have heard that the
    /// link is
    /// up: it waits for that.
    void deliver(PeerEntry entry, PeerMessage message) {
        if (entry.state == State.AWAKE) {
            Objects.requireNonNull(entry.door).tell(message);
        } else if (identity == null || entry.removed || !entry.hold(message, MOST_WAITING)) {
            message.discard();
        } else {
            wake(entry);
        }
    }

    private void wake(PeerEntry entry) {
        var own = identity;
        if (entry.state != State.ASLEEP || own == null || !up) return;
        entry.state = State.WAKING;
        var door = new PeerMailbox(loop.vertx(), device, entry.ref);
        var home = loops.get(entry.ref.id() % loops.size());
        var settings = new PeerVerticle.Settings(
                entry.ref, own, entry.presharedKey, entry.endpoint, entry.persistentKeepalive, entry.memory);
        var deployed = home.loop().deploy(() -> new PeerVerticle(settings, home, door, router, indices, random));
        change(
                entry,
                deployed.transform(done -> done.succeeded()
                        ? awake(entry, door, done.result(), settings)
                        : notAwake(entry, done.cause())));
    }

    private Future<Void> notAwake(PeerEntry entry, Throwable failure) {
        LOG.error("{} - Cannot be started", entry.ref, failure);
        entry.state = State.ASLEEP;
        discard(entry);
        if (entry.removed) wipe(entry);
        return Future.succeededFuture();
    }

    private Future<Void> awake(PeerEntry entry, PeerMailbox door, String deployment, PeerVerticle.Settings settings) {
        entry.state = State.AWAKE;
        entry.door = door;
        entry.deployment = deployment;
        if (entry.removed || identity == null || !up) return retire(entry);
        if (identity != settings.identity()) door.tell(new PeerMessage.Identity(identity));
        door.tell(entry.configuration());
        for (var message : entry.release()) door.tell(message);
        tun.awake(door);
        return Future.succeededFuture();
    }

    /// Lets an actor go to sleep.
    Future<Void> retire(PeerEntry entry) {
        if (entry.state != State.AWAKE) return Future.succeededFuture();
        entry.state = State.RETIRING;
        var door = Objects.requireNonNull(entry.door);
        return change(
                entry,
                tun.forget(entry.ref)
                        .compose(_ -> lastReport(entry, door))
                        .compose(_ -> drained())
                        .compose(_ -> loop.vertx().undeploy(Objects.requireNonNull(entry.deployment)))
                        .onFailure(failure -> LOG.warn("{} - Cannot be stopped", entry.ref, failure))
                        .transform(_ -> asleep(entry)));
    }

    /// What must be remembered; from now on the actor gives back all that it is sent.
    private Future<Void> lastReport(PeerEntry entry, PeerMailbox door) {
        Promise<PeerReport> retired = loop.promise();
        door.tell(new PeerMessage.Retire(retired));
        return retired.future().map(last -> {
            last.addDrops(retiredDrops);
            entry.memory = last.memory();
            entry.endpoint = last.endpoint();
            return null;
        });
    }

    /// Completes when the UDP verticle has sent all that it had for actors that gave their indices back.
    private Future<Void> drained() {
        Promise<Void> drained = loop.promise();
        udp.tell(new UdpMessage.Barrier(drained));
        return drained.future();
    }

    private Future<Void> asleep(PeerEntry entry) {
        assert loop.onLoop() : "another loop touches the roster";
        entry.state = State.ASLEEP;
        entry.door = null;
        entry.deployment = null;
        if (entry.removed) wipe(entry);
        else if (entry.wanted()) wake(entry);
        return Future.succeededFuture();
    }

    private static void discard(PeerEntry entry) {
        for (var message : entry.release()) message.discard();
    }
}
