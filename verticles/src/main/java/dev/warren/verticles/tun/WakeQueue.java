package dev.warren.verticles.tun;

import dev.warren.crypto.cookie.TokenBucket;
import dev.warren.crypto.peer.StagedPackets;
import dev.warren.crypto.peer.StagedPool;
import dev.warren.io.PacketBatch;
import dev.warren.io.PacketRun;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.TunCounter;
import dev.warren.io.offload.GsoSplitter;
import dev.warren.io.offload.VirtioNetHeader;
import dev.warren.verticles.bus.PeerRef;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The packets for peers that have no actor, and the asking for one. Belongs to the actor of one TUN queue.
///
/// What waits is a copy, bounded per peer and for all of them: the buffers of the TUN are given back at once, so that
/// whatever keeps the router busy does not keep packets of other peers. Peers are woken at a rate, since a packet to
/// each of a hundred thousand addresses takes nobody more than a moment to send; a few wait for their turn, packets of
/// more are dropped. A peer without an endpoint is not woken; its packets wait in case an endpoint is about to be set.
final class WakeQueue implements AutoCloseable {
    /// Waking a peer and its first initiation cost about 200 us of the packet loop: 4 % of it. See docs/decisions/0020.
    private static final int WAKES_PER_SECOND = 200;

    private static final int WAKE_BURST = 64;
    /// Peers that wait to be activated: five seconds' worth.
    private static final int MAX_WAKING = 1024;
    /// Peers without an endpoint whose packets are kept.
    private static final int MAX_WITHOUT_ENDPOINT = 256;
    /// So long packets wait, as long as a handshake is tried.
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(90);

    private static final long PACE_MILLIS = 20;
    private static final long SWEEP_MILLIS = 5000;

    private static final class Waiting {
        final PeerRef peer;
        final StagedPackets packets;
        final long since;

        Waiting(PeerRef peer, StagedPackets packets, long since) {
            this.peer = peer;
            this.packets = packets;
            this.since = since;
        }
    }

    private final Consumer<PeerRef> wake;
    private final CounterRow<TunCounter> counters;
    private final StagedPool pool;
    private final TokenBucket rate;
    private final GsoSplitter splitter = new GsoSplitter();
    private final Map<PeerRef, Waiting> waking = new HashMap<>();
    /// The one that came first comes first.
    private final LinkedHashMap<PeerRef, Waiting> withoutEndpoint = new LinkedHashMap<>();
    /// Of those in [#waking], whose turn has not come.
    private final ArrayDeque<PeerRef> toAsk = new ArrayDeque<>();

    /// @param wake asks the router to wake a peer; called once while packets of it wait here
    /// @param share of the device's bounds, one of so many
    WakeQueue(Consumer<PeerRef> wake, CounterRow<TunCounter> counters, long bytes, int share) {
        this.wake = wake;
        this.counters = counters;
        this.pool = new StagedPool(Math.max(256 << 10, bytes / share));
        this.rate = new TokenBucket(Math.max(1, WAKES_PER_SECOND / share), Math.max(1, WAKE_BURST / share));
    }

    private void dropped(int packets) {
        counters.add(TunCounter.DROP_WAKING, packets);
    }

    /// Copies the packets of a run, asks for its peer to be woken, and gives the run back.
    void stage(PeerRef peer, PacketRun run, long now) {
        try {
            copy(waiting(peer, now), run);
        } finally {
            run.done();
        }
    }

    private void copy(@Nullable Waiting waiting, PacketRun run) {
        for (int entry = run.from(); entry < run.to(); entry++) {
            if (waiting == null) {
                dropped(run.batch().packets(entry));
            } else if (splitter.start(run.batch(), entry) < 0) {
                counters.increment(TunCounter.DROP_BAD_PACKET);
            } else {
                while (splitter.next()) {
                    waiting.packets.add(run.batch().slab(), splitter.offset(), splitter.length());
                }
            }
        }
    }

    private @Nullable Waiting waiting(PeerRef peer, long now) {
        if (!peer.hasEndpoint()) return withoutEndpoint(peer, now);
        var known = waking.get(peer);
        if (known != null) return known;
        if (waking.size() >= MAX_WAKING) return null;
        var packets = withoutEndpoint.remove(peer);
        var fresh = packets == null ? fresh(peer, now) : packets;
        ask(fresh, now);
        return fresh;
    }

    private Waiting withoutEndpoint(PeerRef peer, long now) {
        var known = withoutEndpoint.get(peer);
        if (known != null) return known;
        if (withoutEndpoint.size() >= MAX_WITHOUT_ENDPOINT) {
            withoutEndpoint.pollFirstEntry().getValue().packets.clear();
        }
        var fresh = fresh(peer, now);
        withoutEndpoint.put(peer, fresh);
        return fresh;
    }

    private Waiting fresh(PeerRef peer, long now) {
        return new Waiting(peer, new StagedPackets(pool, () -> dropped(1)), now);
    }

    private void ask(Waiting waiting, long now) {
        waking.put(waiting.peer, waiting);
        if (toAsk.isEmpty() && rate.take(now)) wake.accept(waiting.peer);
        else toAsk.add(waiting.peer);
    }

    /// This peer has an endpoint now: packets that wait for it activate it.
    void endpointSet(PeerRef peer, long now) {
        if (waking.size() >= MAX_WAKING) return;
        var waiting = withoutEndpoint.remove(peer);
        if (waiting != null) ask(waiting, now);
    }

    /// Whether packets wait for this peer.
    boolean holds(PeerRef peer) {
        return waking.containsKey(peer) || withoutEndpoint.containsKey(peer);
    }

    /// Moves what waits for a peer into an empty batch, as frames of the TUN.
    void move(PeerRef peer, PacketBatch batch) {
        var waiting = remove(peer);
        if (waiting == null) return;
        var packets = waiting.packets;
        while (!packets.isEmpty() && !batch.full() && packets.firstLength() <= batch.room()) {
            int at = batch.append(packets.firstLength(), 0, null);
            packets.copyFirst(batch.slab(), at);
            VirtioNetHeader.clear(batch.slab(), at - VirtioNetHeader.LENGTH);
            packets.removeFirst();
        }
        dropped(packets.clear());
    }

    /// Nobody will come for these.
    void drop(PeerRef peer) {
        var waiting = remove(peer);
        if (waiting != null) dropped(waiting.packets.clear());
    }

    private @Nullable Waiting remove(PeerRef peer) {
        var waiting = waking.remove(peer);
        return waiting == null ? withoutEndpoint.remove(peer) : waiting;
    }

    /// Asks for those whose turn has come and drops what has waited too long. Returns the milliseconds until it has to
    /// be called again, or -1.
    long settle(long now) {
        while (!toAsk.isEmpty()) {
            if (!waking.containsKey(toAsk.peek())) {
                toAsk.remove();
            } else if (rate.take(now)) {
                wake.accept(toAsk.remove());
            } else {
                return PACE_MILLIS;
            }
        }
        expire(waking, now);
        expire(withoutEndpoint, now);
        return waking.isEmpty() && withoutEndpoint.isEmpty() ? -1 : SWEEP_MILLIS;
    }

    private void expire(Map<PeerRef, Waiting> those, long now) {
        var each = those.values().iterator();
        while (each.hasNext()) {
            var waiting = each.next();
            if (now - waiting.since < PATIENCE) continue;
            dropped(waiting.packets.clear());
            each.remove();
        }
    }

    @Override
    public void close() {
        waking.values().forEach(waiting -> waiting.packets.clear());
        withoutEndpoint.values().forEach(waiting -> waiting.packets.clear());
        waking.clear();
        withoutEndpoint.clear();
        toAsk.clear();
        pool.close();
    }
}
