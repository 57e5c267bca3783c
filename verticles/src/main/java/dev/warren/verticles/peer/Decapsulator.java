package dev.warren.verticles.peer;

import dev.warren.io.BootClock;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketRun;
import dev.warren.routing.allowedips.AllowedIpsCache;
import dev.warren.routing.ip.Ecn;
import dev.warren.routing.ip.IpHeader;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.SharedState;
import dev.warren.verticles.bus.TunMailbox;
import dev.warren.verticles.counters.PeerCounter;
import io.vertx.core.Handler;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Datagrams in, plaintext packets out: the one loop that runs for every inbound packet. One per event loop, shared by
/// its peers. Packets are opened from the batch they were received in straight into the batch the TUN writes from.
public final class Decapsulator {
    /// At most this many of the batches that the UDP verticle receives in wait here. It has four: while one TUN
    /// queue is slow, the peers of the others are still read for.
    private static final int MAX_BATCHES = 2;

    private final TunMailbox tun;
    private final SharedState state;
    private final BootClock clock;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Handler<Void> resuming = this::resume;
    private final AllowedIpsCache<PeerRef> sources = new AllowedIpsCache<>();
    /// That the waiting runs lie in; those of one batch are neighbours.
    private int batches;

    /// Null while nobody captures.
    @Nullable
    PlainTap tap;

    /// @param entry the first that is not wholly opened
    /// @param skip bytes of it that are
    private record Waiting(LivePeer peer, PacketRun run, int entry, int skip) {}

    public Decapsulator(TunMailbox tun, SharedState state, BootClock clock) {
        this.tun = tun;
        this.state = state;
        this.clock = clock;
    }

    /// Opens a run and gives it back to its batch. Whatever does not authenticate changes nothing but a counter.
    /// While all TUN buffers are on their way the run waits here, and everything behind it: order is kept. What
    /// would be a batch too many is dropped.
    void run(LivePeer from, PacketRun run, long now) {
        var last = waiting.peekLast();
        if (last == null) {
            if (!tryOpen(from, run, run.from(), 0, now)) batches = 1;
            return;
        }
        boolean another = last.run.batch() != run.batch();
        if (another && batches == MAX_BATCHES) {
            for (int entry = run.from(); entry < run.to(); entry++) {
                from.count(PeerCounter.DROP_BACKLOG, run.batch().packets(entry));
            }
            run.done();
            return;
        }
        if (another) batches++;
        waiting.add(new Waiting(from, run, run.from(), 0));
    }

    private void resume(Void room) {
        long now = clock.now();
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            boolean opened = tryOpen(next.peer, next.run, next.entry, next.skip, now);
            next.peer.settle(now);
            if (!opened) return;
            var behind = waiting.peek();
            if (behind == null || behind.run.batch() != next.run.batch()) batches--;
        }
    }

    /// Gives back what waits: there will be no more TUN buffers.
    void close() {
        for (var next = waiting.poll(); next != null; next = waiting.poll()) next.run.done();
        batches = 0;
    }

    /// False when the run has to wait for buffers; otherwise it was given back. An error of ours costs the rest of one
    /// run, not its batch, nor what waits behind it.
    private boolean tryOpen(LivePeer from, PacketRun run, int first, int skip, long now) {
        boolean waits = false;
        try {
            waits = !open(from, run, first, skip, now);
        } catch (Throwable e) {
            from.failed(run, e);
        } finally {
            if (!waits) run.done();
        }
        return !waits;
    }

    /// False when the run has to wait for buffers.
    private boolean open(LivePeer from, PacketRun run, int first, int skip, long now) {
        if (from.retired) return true;
        var peer = from.peer;
        var batch = run.batch();
        var datagrams = batch.slab();
        var allowedIps = state.allowedIps();
        var capturing = tap;
        int data = 0;
        int keepalives = 0;
        int packets = 0;
        long bytes = 0;
        Endpoint heard = null;
        int begin = skip;
        for (int entry = first; entry < run.to(); entry++) {
            int end = batch.offset(entry) + batch.length(entry);
            int congestion = batch.trafficClass(entry) & 3;
            int step = batch.segment(entry) > 0 ? batch.segment(entry) : batch.length(entry);
            for (int at = batch.offset(entry) + begin; at < end; at += step) {
                int length = Math.min(step, end - at);
                var out = tun.reserve(length);
                if (out == null) {
                    received(from, heard, data, keepalives, packets, bytes, now);
                    tun.onRoom(resuming);
                    waiting.addFirst(new Waiting(from, run, entry, at - batch.offset(entry)));
                    return false;
                }
                int to = out.nextOffset();
                int opened = peer.open(datagrams, at, length, out.slab(), to, now);
                if (opened < 0) continue; // counted by the peer
                heard = batch.endpoint(entry);
                if (opened == 0) {
                    keepalives++;
                    bytes += length;
                    continue;
                }
                data++;
                int packet = IpHeader.validate(out.slab(), to, opened);
                if (packet < 0) {
                    from.count(PeerCounter.DROP_BAD_PACKET, 1);
                } else if (congestion != 0 && !Ecn.decapsulate(out.slab(), to, congestion)) {
                    from.count(PeerCounter.DROP_CONGESTION, 1);
                } else if (sources.source(allowedIps, out.slab(), to) != from.ref) {
                    from.count(PeerCounter.DROP_SOURCE_NOT_OWNED, 1); // asked of the whole device's trie
                    if (capturing != null) capturing.refused(from.ref, out.slab(), to, packet);
                } else {
                    if (capturing != null) capturing.received(from.ref, out.slab(), to, packet);
                    out.add(to, packet, 0, null);
                    packets++;
                    bytes += length;
                }
            }
            begin = 0;
        }
        received(from, heard, data, keepalives, packets, bytes, now);
        return true;
    }

    private static void received(
            LivePeer from, @Nullable Endpoint heard, int data, int keepalives, int packets, long bytes, long now) {
        from.heardFrom(heard, now);
        if (packets > 0) from.count(PeerCounter.RX_PACKETS, packets);
        from.peer.received(data, keepalives, bytes, now);
    }
}
