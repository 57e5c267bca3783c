package dev.warren.verticles.router;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.EventType;
import dev.warren.conf.PeerStatus;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.peer.Peer;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.io.Endpoint;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.routing.allowedips.AllowedIps;
import dev.warren.verticles.bus.HandshakeCommand;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.PeerCommand;
import dev.warren.verticles.bus.PeerNotices;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.SharedState;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.control.DeviceException;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.counters.DeviceCounters;
import dev.warren.verticles.counters.PeerCounter;
import dev.warren.verticles.counters.RouterCounter;
import dev.warren.verticles.events.RouterEvents;
import dev.warren.verticles.loop.Loop;
import dev.warren.verticles.peer.PeerLog;
import dev.warren.verticles.router.ConfiguredPeer.State;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The actor that knows the whole device: owns the allowed-IPs trie and the registry of peers, applies
/// changes and reports the state. It is the control plane: no packet passes here.
public final class RouterVerticle extends VerticleBase {
    private static final int EADDRINUSE = 98;

    private final Loop loop;
    private final String device;
    private final SharedState state;
    private final RouterMailbox mailbox;
    private final HandshakeMailbox handshakes;
    private final PeerRegistry registry;
    private final DeviceKey key;
    private final SocketState sockets;
    private final AllowedIps<PeerRef> allowedIps;
    private final PeerNotices notices;
    private final RouterEvents events;
    private final PeerLog log;
    private final DeviceCounters counters;
    private final DeviceOffloads offloads;
    private final Captures captures;

    private @Nullable MessageConsumer<Object> consumer;
    private Future<Void> lastChange = Future.succeededFuture();

    /// @param allowedIps empty; its snapshot is what the state starts with
    public RouterVerticle(
            Loop loop,
            String device,
            SharedState state,
            RouterMailbox mailbox,
            UdpMailbox udp,
            HandshakeMailbox handshakes,
            PeerRegistry registry,
            AllowedIps<PeerRef> allowedIps,
            PeerNotices notices,
            DeviceCounters counters,
            Captures captures) {
        this.loop = loop;
        this.device = device;
        this.state = state;
        this.mailbox = mailbox;
        this.handshakes = handshakes;
        this.registry = registry;
        this.key = new DeviceKey(loop, handshakes, registry);
        this.sockets = new SocketState(loop, device, udp, registry, this::reconcile, counters.router());
        this.allowedIps = allowedIps;
        this.notices = notices;
        this.events = new RouterEvents(loop.vertx(), device);
        this.log = new PeerLog(device, events);
        this.counters = counters;
        this.offloads = new DeviceOffloads(device, events, loop.clock());
        this.captures = captures;
    }

    @Override
    public Future<?> start() {
        var listening = mailbox.listen(this::onMessage);
        consumer = listening;
        return listening.completion();
    }

    @Override
    public Future<?> stop() {
        return sockets.close().transform(_ -> registry.up(false)).transform(_ -> {
            for (var entry : registry.all()) entry.presharedKey(null);
            key.close();
            return consumer == null ? Future.succeededFuture() : consumer.unregister();
        });
    }

    private void onMessage(RouterCommand message) {
        switch (message) {
            case RouterCommand.Wake wake -> {
                var entry = registry.find(wake.peer().publicKey());
                if (entry == null || entry.ref != wake.peer()) registry.refused(wake.peer());
                else registry.packetsWait(entry);
            }
            case RouterCommand.Initiation arrived -> initiation(arrived);
            case RouterCommand.Session session -> {
                var entry = registry.find(session.peer().publicKey());
                if (entry != null && entry.ref == session.peer()) registry.session(entry, session.established());
            }
            case RouterCommand.Idle idle -> registry.idle(idle.peer());
            case RouterCommand.Link link -> {
                events.publish(
                        link.up() ? EventType.INTERFACE_UP : EventType.INTERFACE_DOWN,
                        loop.clock().now());
                inOrder(() -> sockets.link(link.up()));
            }
            case RouterCommand.Update update ->
                inOrder(() -> apply(update.update(), update.origin())).onComplete(update.reply());
            case RouterCommand.Status status -> status.reply().complete(status());
            case RouterCommand.Snapshot asked -> asked.reply().complete(snapshot(asked.offset(), asked.limit()));
            case RouterCommand.Offloads told -> offloads.told(told.owner(), told.offloads());
            case RouterCommand.Capture asked ->
                captures.begin(asked.request(), asked.to()).onComplete(asked.reply());
            case RouterCommand.CaptureEnds asked -> captures.end(asked.to()).onComplete(asked.reply());
            case RouterCommand.Counters asked -> asked.reply().complete(counters.read());
        }
    }

    private void initiation(RouterCommand.Initiation arrived) {
        var message = arrived.message();
        var key = message.initiation().remoteStatic();
        var entry = registry.find(key);
        if (entry == null) {
            counters.router().increment(RouterCounter.DROP_UNKNOWN_PEER);
            log.unknownPeer(message.source(), key, loop.clock().now());
            wasted(1);
            arrived.discard();
        } else if (entry.state == State.ACTIVE || authentic(entry, message)) {
            registry.deliver(entry, message);
        } else {
            wasted(2);
            arrived.discard();
        }
    }

    /// No peer is activated by an initiation that could be forged with public keys alone; nor by
    /// what the peer has sent before.
    private boolean authentic(ConfiguredPeer entry, PeerCommand.Initiation arrived) {
        var initiation = arrived.initiation();
        if (initiation.identity() != key.identity() || !initiation.authenticate(loop.suite())) {
            counters.router().increment(RouterCounter.DROP_FORGED);
            log.refused(
                    entry.ref,
                    arrived.source(),
                    Verdict.DECRYPT_FAILED,
                    loop.clock().now());
            return false;
        }
        var memory = entry.memory;
        int newer = memory == null ? 1 : initiation.compareTimestamp(memory.lastTimestamp());
        if (newer > 0 || entry.state != State.INACTIVE) return true; // then its actor will see
        registry.shared(entry).counters().increment(PeerCounter.DROP_OLD_TIMESTAMP);
        long now = loop.clock().now();
        log.refused(entry.ref, arrived.source(), Verdict.OLD_TIMESTAMP, now);
        if (newer < 0) {
            log.clockWentBack(entry.ref, now);
            notices.publish(entry.ref.publicKey(), new PeerEvent.TimestampRefused(now));
        }
        return false;
    }

    private void wasted(int diffieHellmans) {
        handshakes.tell(new HandshakeCommand.Wasted(diffieHellmans));
    }

    /// Changes that take time do not overtake each other.
    private Future<Void> inOrder(Change change) {
        var applied = lastChange.transform(_ -> change.apply());
        lastChange = applied.otherwiseEmpty();
        return applied;
    }

    private void reconcile() {
        inOrder(sockets::reconcile);
    }

    private interface Change {
        Future<Void> apply();
    }

    // Changes

    private Future<Void> apply(DeviceUpdate update, Origin origin) {
        var opened = sockets.set(update.listenPort(), update.fwmark());
        return opened.recover(failure -> Future.failedFuture(refused(failure))).compose(_ -> {
            var changed = applyKey(update.privateKey());
            applyPeers(update, origin);
            return changed;
        });
    }

    private static DeviceException refused(Throwable failure) {
        int errno = failure instanceof ErrnoException system ? system.errno() : EADDRINUSE;
        return new DeviceException(-errno, Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
    }

    /// Takes effect at once; completes when nothing is left of the key before.
    private Future<Void> applyKey(@Nullable PrivateKey wanted) {
        if (wanted == null || key.is(wanted)) return Future.succeededFuture(); // nothing changes
        if (wanted.isZero()) return key.change(null);
        var changed = new StaticIdentity(wanted.copy(), loop.suite());
        var self = registry.find(changed.publicKey());
        if (self != null) remove(self, Origin.PROGRAM);
        return key.change(changed);
    }

    private void applyPeers(DeviceUpdate update, Origin origin) {
        if (update.replacePeers()) {
            for (var entry : List.copyOf(registry.all())) remove(entry, origin);
        }
        for (var peer : update.peers()) apply(peer, origin);
        publishAllowedIps();
    }

    private void apply(PeerUpdate update, Origin origin) {
        var own = key.identity();
        if (own != null && own.publicKey().equals(update.publicKey())) return;
        var entry = registry.find(update.publicKey());
        if (update.remove()) {
            if (entry != null) remove(entry, origin);
            return;
        }
        if (entry == null) {
            if (update.updateOnly()) return;
            entry = registry.add(update.publicKey(), update.name());
            peerEvent(EventType.PEER_ADDED, entry, origin);
        } else {
            peerEvent(EventType.PEER_CHANGED, entry, origin);
        }
        var psk = update.presharedKey();
        if (psk != null) entry.presharedKey(psk);
        Endpoint moved = update.endpoint() == null ? null : Endpoint.of(update.endpoint());
        if (moved != null) registry.endpointSet(entry, moved);
        if (update.persistentKeepalive().isPresent()) {
            entry.persistentKeepalive = update.persistentKeepalive().getAsInt();
        }
        if (update.resetTimestamp()) {
            if (entry.memory != null) entry.memory = entry.memory.withoutTimestamp();
            registry.tellIfActive(entry, new PeerCommand.ResetTimestamp());
        }
        if (update.replaceAllowedIps()) allowedIps.removeAll(entry.ref);
        for (var change : update.allowedIps()) {
            if (change.remove()) allowedIps.remove(change.prefix(), entry.ref);
            else allowedIps.insert(change.prefix(), entry.ref);
        }
        registry.configured(entry, moved);
    }

    private void peerEvent(EventType type, ConfiguredPeer entry, Origin origin) {
        events.publish(type, entry.ref, loop.clock().now(), "by", origin);
    }

    private void remove(ConfiguredPeer entry, Origin origin) {
        peerEvent(EventType.PEER_REMOVED, entry, origin);
        allowedIps.removeAll(entry.ref);
        registry.remove(entry);
        publishAllowedIps();
    }

    // State

    /// What the actors of the peers publish: none of them is asked.
    private DeviceStatus status() {
        long now = loop.clock().now();
        long wall = loop.clock().wall();
        var peers = new ArrayList<PeerStatus>(registry.all().size());
        for (var entry : registry.all()) peers.add(status(entry, now, wall));
        var own = key.identity();
        return new DeviceStatus(own == null ? null : own.privateKey().copy(), sockets.port(), sockets.fwmark(), peers);
    }

    private PeerStatus status(ConfiguredPeer entry, long now, long wall) {
        var published = entry.shared;
        var endpoint = entry.endpoint();
        long handshake = published == null ? Peer.NEVER : published.lastHandshake();
        long shaken = handshake == Peer.NEVER ? 0 : wall - (now - handshake); // a time, not an age
        return new PeerStatus(
                entry.ref.publicKey(),
                entry.copyOfPresharedKey(),
                endpoint == null ? null : endpoint.toSocketAddress(),
                shaken / TimeUnit.SECONDS.toNanos(1),
                (int) (shaken % TimeUnit.SECONDS.toNanos(1)),
                published == null ? 0 : published.counters().get(PeerCounter.RX_BYTES),
                published == null ? 0 : published.counters().get(PeerCounter.TX_BYTES),
                entry.persistentKeepalive,
                allowedIps.of(entry.ref));
    }

    private DeviceSnapshot snapshot(int offset, int limit) {
        long now = loop.clock().now();
        long wall = loop.clock().wall();
        var peers = new ArrayList<PeerSnapshot>(Math.min(limit, registry.all().size()));
        registry.all().stream().skip(offset).limit(limit).forEach(entry -> peers.add(snapshot(entry, now, wall)));
        var own = key.identity();
        return new DeviceSnapshot(
                device,
                counters.router().get(RouterCounter.LINK_UP) == 1,
                own == null ? null : own.publicKey(),
                sockets.port(),
                sockets.fwmark(),
                state.mtu(),
                List.of(),
                offloads.all(),
                List.of(),
                counters.read(),
                registry.all().size(),
                peers);
    }

    @SuppressWarnings("EnumOrdinal")
    private PeerSnapshot snapshot(ConfiguredPeer entry, long now, long wall) {
        var published = entry.shared;
        long handshake = published == null ? Peer.NEVER : published.lastHandshake();
        var counts = PeerSnapshot.Counts.NONE;
        if (published != null) {
            var values = new long[PeerCounter.values().length];
            for (var counter : PeerCounter.values())
                values[counter.ordinal()] = published.counters().get(counter);
            counts = new PeerSnapshot.Counts(values);
        }
        return new PeerSnapshot(
                entry.ref.name(),
                entry.ref.publicKey(),
                entry.endpoint(),
                allowedIps.of(entry.ref),
                entry.state == ConfiguredPeer.State.ACTIVE,
                handshake != Peer.NEVER && now - handshake < Protocol.REJECT_AFTER_TIME,
                handshake == Peer.NEVER ? 0 : TimeUnit.NANOSECONDS.toMillis(wall - (now - handshake)),
                published == null ? -1 : published.rtt(),
                published == null ? -1 : published.smoothedRtt(),
                published == null ? 0 : published.staged(),
                entry.persistentKeepalive,
                counts);
    }

    private void publishAllowedIps() {
        state.allowedIps(allowedIps.snapshot());
        counters.router().set(RouterCounter.PREFIXES, allowedIps.size());
    }
}
