package dev.warren.verticles.router;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerStatus;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.LocalIdentity;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.noise.PrivateKey;
import dev.warren.crypto.peer.Peer;
import dev.warren.crypto.peer.PeerMemory;
import dev.warren.io.Endpoint;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.routing.AllowedIps;
import dev.warren.verticles.DeviceException;
import dev.warren.verticles.Loop;
import dev.warren.verticles.bus.Bulletin;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.HandshakeMessage;
import dev.warren.verticles.bus.PeerMessage;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.PeerReport;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.RouterMessage;
import dev.warren.verticles.bus.TunQueues;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.bus.UdpMessage;
import dev.warren.verticles.router.PeerEntry.State;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The actor that knows the whole device: owns the allowed-IPs trie and the roster of peers, applies changes and tells
/// the state. No packet passes here but those that wake a peer.
public final class RouterVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(RouterVerticle.class);
    private static final int EADDRINUSE = 98;

    private final Loop loop;
    private final Bulletin bulletin;
    private final RouterMailbox door;
    private final TunQueues tun;
    private final UdpMailbox udp;
    private final HandshakeMailbox handshakes;
    private final Roster roster;
    private final DeviceKey key;
    private final SocketState sockets;
    private final AllowedIps<PeerRef> allowedIps;

    private @Nullable MessageConsumer<Object> consumer;
    private long unknownPeer;
    private final long[] departedDrops = new long[Verdict.values().length];
    private Future<Void> lastChange = Future.succeededFuture();

    /// @param allowedIps empty; its snapshot is what the bulletin starts with
    public RouterVerticle(
            Loop loop,
            String device,
            Bulletin bulletin,
            RouterMailbox door,
            TunQueues tun,
            UdpMailbox udp,
            HandshakeMailbox handshakes,
            Roster roster,
            AllowedIps<PeerRef> allowedIps) {
        this.loop = loop;
        this.bulletin = bulletin;
        this.door = door;
        this.tun = tun;
        this.udp = udp;
        this.handshakes = handshakes;
        this.roster = roster;
        this.key = new DeviceKey(loop, handshakes, roster);
        this.sockets = new SocketState(loop, device, udp, roster, this::reconcile);
        this.allowedIps = allowedIps;
    }

    @Override
    public Future<?> start() {
        var listening = door.listen(this::onMessage);
        consumer = listening;
        return listening.completion();
    }

    @Override
    public Future<?> stop() {
        return sockets.close().transform(_ -> roster.up(false)).transform(_ -> {
            for (var entry : roster.all()) entry.presharedKey(null);
            key.close();
            return consumer == null ? Future.succeededFuture() : consumer.unregister();
        });
    }

    private void onMessage(RouterMessage message) {
        switch (message) {
            case RouterMessage.Wake wake -> {
                var entry = roster.find(wake.peer().publicKey());
                if (entry == null || entry.ref != wake.peer()) wake.run().done();
                else roster.deliver(entry, new PeerMessage.Outbound(wake.run()));
            }
            case RouterMessage.Initiation arrived -> {
                var entry = roster.find(arrived.message().initiation().remoteStatic());
                if (entry == null) {
                    unknownPeer++;
                    arrived.discard();
                } else {
                    roster.deliver(entry, arrived.message());
                }
            }
            case RouterMessage.Sleepy sleepy -> roster.sleepy(sleepy.peer());
            case RouterMessage.Link link -> inOrder(() -> sockets.link(link.up()));
            case RouterMessage.Update update ->
                inOrder(() -> apply(update.update())).onComplete(update.answer());
            case RouterMessage.Status status -> status().onComplete(status.answer());
            case RouterMessage.Counters counters -> counters().onComplete(counters.answer());
        }
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

    private Future<Void> apply(DeviceUpdate update) {
        var opened = sockets.set(update.listenPort(), update.fwmark());
        return opened.recover(failure -> Future.failedFuture(refused(failure))).compose(_ -> {
            var changed = applyKey(update.privateKey());
            applyPeers(update);
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
        var changed = new LocalIdentity(wanted.copy(), loop.suite());
        var self = roster.find(changed.publicKey());
        if (self != null) remove(self);
        return key.change(changed);
    }

    private void applyPeers(DeviceUpdate update) {
        if (update.replacePeers()) {
            for (var entry : List.copyOf(roster.all())) remove(entry);
        }
        for (var peer : update.peers()) apply(peer);
        bulletin.routes(allowedIps.snapshot());
    }

    private void apply(PeerUpdate update) {
        var own = key.identity();
        if (own != null && own.publicKey().equals(update.publicKey())) return;
        var entry = roster.find(update.publicKey());
        if (update.remove()) {
            if (entry != null) remove(entry);
            return;
        }
        if (entry == null) {
            if (update.updateOnly()) return;
            entry = roster.add(update.publicKey());
        }
        var psk = update.presharedKey();
        if (psk != null) entry.presharedKey(psk);
        Endpoint moved = update.endpoint() == null ? null : Endpoint.of(update.endpoint());
        if (moved != null) entry.endpoint(moved);
        if (update.persistentKeepalive().isPresent()) {
            entry.persistentKeepalive = update.persistentKeepalive().getAsInt();
        }
        if (update.replaceAllowedIps()) allowedIps.removeAll(entry.ref);
        for (var change : update.allowedIps()) {
            if (change.remove()) allowedIps.remove(change.prefix(), entry.ref);
            else allowedIps.insert(change.prefix(), entry.ref);
        }
        roster.configured(entry, moved);
    }

    private void remove(PeerEntry entry) {
        allowedIps.removeAll(entry.ref);
        if (entry.memory != null) addDrops(departedDrops, entry.memory);
        roster.remove(entry);
        bulletin.routes(allowedIps.snapshot());
    }

    // State

    private Future<DeviceStatus> status() {
        return reports().map(reports -> {
            long now = loop.clock().now();
            long wall = loop.clock().wall();
            var peers = new ArrayList<PeerStatus>(reports.size());
            for (var entry : roster.all()) peers.add(status(entry, reports.get(entry.ref), now, wall));
            var own = key.identity();
            return new DeviceStatus(
                    own == null ? null : own.privateKey().copy(), sockets.port(), sockets.fwmark(), peers);
        });
    }

    private PeerStatus status(PeerEntry entry, @Nullable PeerReport report, long now, long wall) {
        var memory = report == null ? entry.memory : report.memory();
        var endpoint = report == null ? entry.endpoint : report.endpoint();
        long handshake = memory == null ? Peer.NEVER : memory.lastHandshake();
        long shaken = handshake == Peer.NEVER ? 0 : wall - (now - handshake); // a time, not an age
        return new PeerStatus(
                entry.ref.publicKey(),
                entry.presharedKey == null ? null : entry.presharedKey.copy(),
                endpoint == null ? null : endpoint.toSocketAddress(),
                shaken / TimeUnit.SECONDS.toNanos(1),
                (int) (shaken % TimeUnit.SECONDS.toNanos(1)),
                memory == null ? 0 : memory.rxBytes(),
                memory == null ? 0 : memory.txBytes(),
                entry.persistentKeepalive,
                allowedIps.of(entry.ref));
    }

    /// What all awake peers say of themselves, by peer.
    private Future<Map<PeerRef, PeerReport>> reports() {
        var answers = new HashMap<PeerRef, Future<PeerReport>>();
        for (var entry : roster.all()) {
            if (entry.state != State.AWAKE) continue;
            Promise<PeerReport> answer = loop.promise();
            roster.tellIfAwake(entry, new PeerMessage.Report(answer));
            answers.put(entry.ref, answer.future());
        }
        return Future.join(List.copyOf(answers.values())).transform(_ -> {
            var reports = new HashMap<PeerRef, PeerReport>();
            answers.forEach((ref, answer) -> {
                if (answer.succeeded()) reports.put(ref, answer.result());
            });
            return Future.succeededFuture(reports);
        });
    }

    private Future<Map<String, Long>> counters() {
        var fromTun = tun.counters();
        Promise<Map<String, Long>> fromUdp = loop.promise();
        Promise<Map<String, Long>> fromHandshakes = loop.promise();
        udp.tell(new UdpMessage.Report(fromUdp));
        handshakes.tell(new HandshakeMessage.Report(fromHandshakes)).onFailure(fromHandshakes::tryFail);
        return Future.all(fromTun, fromUdp.future(), fromHandshakes.future())
                .compose(_ -> reports())
                .map(reports -> {
                    var all = new TreeMap<String, Long>();
                    all.putAll(fromTun.result());
                    all.putAll(fromUdp.future().result());
                    all.putAll(fromHandshakes.future().result());
                    sum(all, reports);
                    return all;
                });
    }

    private void sum(Map<String, Long> all, Map<PeerRef, PeerReport> reports) {
        var drops = departedDrops.clone();
        long awake = 0;
        for (var entry : roster.all()) {
            var report = reports.get(entry.ref);
            var memory = report == null ? entry.memory : report.memory();
            if (memory != null) addDrops(drops, memory);
            if (entry.state == State.AWAKE) awake++;
        }
        for (var verdict : Verdict.values()) {
            long count = drops[verdict.ordinal()];
            if (count > 0) {
                all.put("peer.drop." + verdict.name().toLowerCase(Locale.ROOT).replace('_', '-'), count);
            }
        }
        roster.retiredDrops().forEach((name, count) -> all.merge(name, count, Long::sum));
        for (var report : reports.values()) report.addDrops(all);
        all.put("handshake.drop.unknown-peer", unknownPeer);
        sockets.counters(all);
        all.put("router.peers", (long) roster.all().size());
        all.put("router.peers-awake", awake);
        all.put("router.prefixes", (long) allowedIps.size());
    }

    private static void addDrops(long[] sums, PeerMemory memory) {
        var drops = memory.drops();
        for (int i = 0; i < drops.length; i++) sums[i] += drops[i];
    }
}
