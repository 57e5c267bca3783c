package dev.warren.verticles.tun;

import dev.warren.io.BatchPool;
import dev.warren.io.PacketBatch;
import dev.warren.io.PacketRun;
import dev.warren.io.TunDevice;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.TunCounter;
import dev.warren.io.ffm.Errno;
import dev.warren.routing.allowedips.AllowedIpsCache;
import dev.warren.routing.ip.IpHeader;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.SharedState;
import dev.warren.verticles.bus.TunCommand;
import dev.warren.verticles.bus.TunMailbox;
import dev.warren.verticles.loop.EpollWatch;
import dev.warren.verticles.loop.Loop;
import dev.warren.verticles.peer.Unreachable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The actor of one queue of the TUN: owns its file descriptor and its batches. What it reads it hands to peers by
/// destination, what it is given it writes.
public final class TunVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(TunVerticle.class);
    /// A frame is 64 KiB at most and the splitter wants its margin; four of them kept the loop busiest, see
    /// docs/BENCHMARKS.md.
    private static final int SLAB = PacketBatch.LARGE_SLAB;

    private static final int MAX_FRAMES = 256;
    private static final int BATCHES = 4;
    /// Datagrams in a batch.
    private static final int BURST = 32;

    /// Reads that fail one after the other before a rest, so that an error that stays costs no CPU.
    private static final int MAX_ERRORS = 100;

    private static final long REST_MILLIS = 1000;

    private static final int UDP = 17;
    private static final long NO_TIMER = -1;
    /// What waits for peers that are not active, of all queues.
    private static final long STAGED_BYTES = 4 << 20;

    private final Loop loop;
    private final TunDevice tun;
    private final SharedState state;
    private final TunMailbox mailbox;
    private final RouterMailbox router;
    private final Unreachable unreachable;
    private final Consumer<String> lost;
    private final BatchPool pool;
    private final CounterRow<TunCounter> counters;
    private final WakeQueue wakeQueue;
    /// Peers that are active, whose packets wait for an empty batch.
    private final ArrayDeque<PeerMailbox> toFlush = new ArrayDeque<>();
    private final @Nullable PeerRef[] owners = new @Nullable PeerRef[MAX_FRAMES];
    private final AllowedIpsCache<PeerRef> destinations = new AllowedIpsCache<>();
    /// Of the peers that are active.
    private final IdentityHashMap<PeerRef, PeerMailbox> mailboxes = new IdentityHashMap<>();

    private @Nullable EpollWatch watch;
    private @Nullable MessageConsumer<Object> consumer;
    private int errorsInARow;
    private long wakeTimer = NO_TIMER;
    private long wakeTimerDue;

    /// @param queues how many there are of the TUN
    /// @param lost called once, with the reason, when the interface was taken away
    /// @param counters of this queue, for the device as well
    public TunVerticle(
            Loop loop,
            TunDevice tun,
            int queues,
            SharedState state,
            TunMailbox mailbox,
            RouterMailbox router,
            Consumer<String> lost,
            CounterRow<TunCounter> counters) {
        this.loop = loop;
        this.tun = tun;
        this.state = state;
        this.mailbox = mailbox;
        this.router = router;
        this.lost = lost;
        tun.onOffloadLost(this::tellOffloads);
        this.counters = counters;
        tun.counters(counters);
        this.unreachable = new Unreachable(mailbox);
        this.pool = loop.pool("tun-read", BATCHES, SLAB, MAX_FRAMES);
        this.wakeQueue = new WakeQueue(router::wake, counters, STAGED_BYTES, queues);
    }

    @Override
    public Future<?> start() {
        var listening = mailbox.listen(this::onMessage);
        consumer = listening;
        return listening
                .completion()
                .compose(_ -> EpollWatch.open(context, tun.fd(), this::onReadable))
                .onSuccess(opened -> {
                    watch = opened;
                    tellOffloads();
                });
    }

    private void tellOffloads() {
        router.tell(new RouterCommand.Offloads(mailbox.address(), tun.offloads()));
    }

    @Override
    public Future<?> stop() {
        endWatch();
        tun.close();
        if (wakeTimer != NO_TIMER) vertx.cancelTimer(wakeTimer);
        wakeQueue.close();
        pool.close();
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    private void lost(String reason) {
        endWatch();
        lost.accept(reason);
    }

    private void endWatch() {
        if (watch != null) watch.cancel();
        watch = null;
    }

    private void onReadable() {
        if (watch == null) return;
        var batch = pool.take();
        if (batch == null) {
            watch.pause();
            pool.onAvailable(this::available);
            return;
        }
        int frames = 0;
        try {
            frames = tun.read(batch);
        } finally {
            if (frames <= 0) batch.release();
        }
        if (frames > 0) {
            errorsInARow = 0;
            route(batch);
        } else if (frames < 0) {
            failed(-frames);
        }
    }

    /// Goes on after an error, which the device has counted, with a rest after many in a row, unless the interface is
    /// gone: the kernel says EINVAL, for one, of a packet that it cannot express, and that packet is gone then.
    private void failed(int errno) {
        if (!tun.attached()) {
            lost("the interface " + tun.name() + " is gone (" + Errno.describe(errno) + ")");
            return;
        }
        if (++errorsInARow < MAX_ERRORS) return;
        errorsInARow = 0;
        LOG.warn("({}) Reading packets fails: {}", tun.name(), Errno.describe(errno));
        var resting = watch;
        if (resting == null) return;
        resting.pause();
        vertx.setTimer(REST_MILLIS, _ -> {
            if (watch == resting) resting.resume();
        });
    }

    /// Sends each peer its run, and releases the rest.
    private void route(PacketBatch batch) {
        int runs = 0;
        try {
            findOwners(batch);
            runs = batch.group(owners);
        } finally {
            if (runs == 0) batch.release();
        }
        if (runs == 0) return;
        batch.retain(runs);
        int given = 0;
        try {
            while (given < runs) give(batch.run(given++));
        } finally {
            while (given < runs) batch.run(given++).done();
        }
    }

    private void give(PacketRun run) {
        var peer = (PeerRef) run.owner();
        var mailbox = mailboxes.get(peer);
        if (mailbox != null) mailbox.outbound(run);
        else stage(peer, run);
    }

    /// One lookup in the trie for each train of one flow.
    private void findOwners(PacketBatch batch) {
        var allowedIps = state.allowedIps();
        var slab = batch.slab();
        for (int i = 0; i < batch.count(); i++) {
            int at = batch.offset(i);
            if (IpHeader.validate(slab, at, batch.length(i)) < 0) {
                counters.increment(TunCounter.DROP_BAD_PACKET);
                owners[i] = null;
                continue;
            }
            var peer = destinations.destination(allowedIps, slab, at);
            if (peer == null) {
                counters.increment(TunCounter.DROP_NO_ROUTE);
                unreachable.reject(batch, i, loop.clock().now());
                owners[i] = null;
                continue;
            }
            owners[i] = peer;
        }
    }

    /// Packets for an inactive peer are copied, and the run is given back.
    private void stage(PeerRef peer, PacketRun run) {
        long now = loop.clock().now();
        if (!peer.hasEndpoint()) {
            counters.add(TunCounter.DROP_NO_ENDPOINT, unreachable.reject(run, run.from(), now));
        }
        wakeQueue.stage(peer, run, now);
        settle(now);
    }

    private void settle(long now) {
        long millis = wakeQueue.settle(now);
        if (millis < 0) return;
        long due = now + TimeUnit.MILLISECONDS.toNanos(millis);
        if (wakeTimer != NO_TIMER) {
            if (wakeTimerDue <= due) return;
            vertx.cancelTimer(wakeTimer);
        }
        wakeTimerDue = due;
        wakeTimer = ((ContextInternal) context).setTimer(millis, _ -> {
            wakeTimer = NO_TIMER;
            settle(loop.clock().now());
        });
    }

    /// A peer is active: first it gets what waited for it, and then what is read.
    private void active(PeerMailbox mailbox) {
        var peer = mailbox.peer();
        if (!wakeQueue.holds(peer)) {
            mailboxes.put(peer, mailbox);
            return;
        }
        var batch = pool.take();
        if (batch == null) {
            toFlush.add(mailbox);
            pool.onAvailable(this::available);
            return;
        }
        mailboxes.put(peer, mailbox);
        wakeQueue.move(peer, batch);
        if (batch.count() == 0) {
            batch.release();
            return;
        }
        Arrays.fill(owners, 0, batch.count(), peer);
        batch.group(owners);
        batch.retain(1);
        mailbox.outbound(batch.run(0));
    }

    private void available() {
        while (!toFlush.isEmpty() && pool.free() > 0) active(toFlush.remove());
        if (watch != null) watch.resume();
    }

    private void onMessage(TunCommand message) {
        switch (message) {
            case TunCommand.Write write -> write(write.batch());
            case TunCommand.Active active -> active(active.peer());
            case TunCommand.EndpointSet set -> {
                long now = loop.clock().now();
                wakeQueue.endpointSet(set.peer(), now);
                settle(now);
            }
            case TunCommand.Refused refused -> wakeQueue.drop(refused.peer());
            case TunCommand.Forget forget -> {
                toFlush.removeIf(mailbox -> mailbox.peer() == forget.peer());
                mailboxes.remove(forget.peer());
                if (wakeQueue.holds(forget.peer())) router.wake(forget.peer());
                forget.reply().complete();
            }
            case TunCommand.Quiet quiet -> {
                endWatch();
                quiet.reply().complete();
            }
        }
    }

    private void write(PacketBatch batch) {
        boolean burst =
                batch.count() >= BURST && IpHeader.protocol(batch.slab(), batch.offset(batch.count() - 1)) == UDP;
        try {
            tun.write(batch);
        } finally {
            batch.release();
        }
        if (burst) giveWay();
    }

    /// A socket holds some hundred datagrams, fewer than we write in a turn of the scheduler: where there are not cores
    /// enough, whoever reads them here has to have a turn first, or most are lost. Measured in docs/BENCHMARKS.md;
    /// where a core is free this costs less than a microsecond. TCP sees to itself.
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it
    private static void giveWay() {
        Thread.yield();
    }
}
