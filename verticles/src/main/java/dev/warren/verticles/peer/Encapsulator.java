package dev.warren.verticles.peer;

import dev.warren.crypto.Verdict;
import dev.warren.io.BootClock;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.PacketRun;
import dev.warren.io.offload.GsoSplitter;
import dev.warren.routing.ip.IpFields;
import dev.warren.routing.ip.IpHeader;
import dev.warren.verticles.bus.SharedState;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.counters.PeerCounter;
import io.vertx.core.Handler;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Plaintext frames in, datagrams out: the one loop that runs for every outbound packet. One per event loop, shared by
/// its peers. Packets are sealed from the batch they were read into straight into the batch they are sent from.
public final class Encapsulator {
    private static final int DATAGRAM_OVERHEAD = 16 + 15 + 16; // header, most padding, tag
    private static final int MAX_TRAIN = 64; // UDP_MAX_SEGMENTS, linux/udp.h
    private static final int MAX_TRAIN_BYTES = PacketBatch.MAX_PACKET - IpFields.V4_HEADER - IpFields.UDP_HEADER;
    private static final int COUNTER_LIMIT = Verdict.COUNTER_LIMIT.code();

    private final UdpMailbox udp;
    private final Unreachable unreachable;
    private final SharedState state;
    private final BootClock clock;
    private final GsoSplitter splitter = new GsoSplitter();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Handler<Void> resuming = this::resume;

    /// Null while nobody captures.
    @Nullable
    PlainTap tap;

    private record Waiting(LivePeer peer, PacketRun run, int entry) {}

    public Encapsulator(UdpMailbox udp, Unreachable unreachable, SharedState state, BootClock clock) {
        this.udp = udp;
        this.unreachable = unreachable;
        this.state = state;
        this.clock = clock;
    }

    /// Seals a run and gives it back to its batch. Without a session the packets are staged. While all send buffers are
    /// on their way the run waits here, and everything behind it: order is kept, and the TUN's pool bounds the
    /// queue.
    void run(LivePeer to, PacketRun run, long now) {
        if (waiting.isEmpty()) {
            trySeal(to, run, run.from(), now);
        } else {
            waiting.add(new Waiting(to, run, run.from()));
        }
    }

    private void resume(Void room) {
        long now = clock.now();
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            boolean sealed = trySeal(next.peer, next.run, next.entry, now);
            next.peer.settle(now);
            if (!sealed) return;
        }
    }

    /// Gives back what waits: there will be no more send buffers.
    void close() {
        for (var next = waiting.poll(); next != null; next = waiting.poll()) next.run.done();
    }

    /// False when the run has to wait for buffers; otherwise it was given back. An error of ours costs the rest of one
    /// run, not its batch, nor what waits behind it.
    private boolean trySeal(LivePeer to, PacketRun run, int first, long now) {
        boolean waits = false;
        try {
            waits = !seal(to, run, first, now);
        } catch (Throwable e) {
            to.failed(run, e);
        } finally {
            if (!waits) run.done();
        }
        return !waits;
    }

    /// False when the run has to wait for buffers.
    private boolean seal(LivePeer to, PacketRun run, int first, long now) {
        if (to.retired) return true;
        var endpoint = to.endpoint;
        if (endpoint == null) {
            to.count(PeerCounter.DROP_NO_ENDPOINT, unreachable.reject(run, first, now));
            return true;
        }
        var peer = to.peer;
        peer.mtu(state.mtu());
        boolean ready = peer.ready(now);
        var batch = run.batch();
        var source = batch.slab();
        var capturing = tap;
        int packets = 0;
        long bytes = 0;
        for (int entry = first; entry < run.to(); entry++) {
            if (OwnTraffic.isLoop(source, batch.offset(entry), batch.length(entry), endpoint, peer)) {
                to.count(PeerCounter.DROP_ROUTING_LOOP, 1);
                continue;
            }
            int count = splitter.start(batch, entry);
            int room = count < 0 ? 0 : splitter.total() + count * DATAGRAM_OVERHEAD;
            if (count < 0 || room > UdpMailbox.MOST) {
                to.count(PeerCounter.DROP_BAD_FRAME, 1);
                continue;
            }
            if (!ready) {
                while (splitter.next()) {
                    if (capturing != null) capturing.sent(to.ref, source, splitter.offset(), splitter.length());
                    peer.stage(source, splitter.offset(), splitter.length());
                }
                continue;
            }
            var out = udp.reserve(room);
            if (out == null) {
                if (packets > 0) peer.sent(packets, bytes, now);
                udp.onRoom(resuming);
                waiting.addFirst(new Waiting(to, run, entry));
                return false;
            }
            int start = Math.max(out.used(), PacketBatch.MARGIN);
            int at = start;
            int datagram = 0;
            while (splitter.next()) {
                if (capturing != null) capturing.sent(to.ref, source, splitter.offset(), splitter.length());
                int sealed = peer.seal(source, splitter.offset(), splitter.length(), out.slab(), at);
                if (sealed < 0) { // the peer counts it; at the counter limit the rest waits for the next session
                    if (sealed == COUNTER_LIMIT) peer.stage(source, splitter.offset(), splitter.length());
                    continue;
                }
                if (datagram == 0) datagram = sealed;
                at += sealed;
                packets++;
            }
            bytes += at - start;
            append(out, start, at - start, datagram, endpoint, IpHeader.ecn(source, batch.offset(entry)));
        }
        if (packets > 0) peer.sent(packets, bytes, now);
        return true;
    }

    /// The ECN field of the packet inside goes with the datagrams (RFC 6040), its DSCP does not, as in the kernel.
    /// Equal datagrams to one endpoint join into one train, which leaves as one GSO send.
    private static void append(PacketBatch out, int at, int length, int datagram, Endpoint endpoint, int ecn) {
        if (length == 0) return;
        int last = out.count() - 1;
        if (last >= 0
                && length == datagram
                && out.endpoint(last) == endpoint
                && out.trafficClass(last) == ecn
                && out.offset(last) + out.length(last) == at
                && out.segment(last) == datagram
                && out.length(last) % datagram == 0
                && out.length(last) / datagram < MAX_TRAIN
                && out.length(last) + length <= MAX_TRAIN_BYTES) {
            out.set(last, out.offset(last), out.length(last) + length, datagram, endpoint);
        } else {
            out.add(at, length, datagram, endpoint, ecn);
        }
    }
}
