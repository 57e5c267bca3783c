package dev.warren.verticles.udp;

import dev.warren.io.BatchPool;
import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.verticles.bus.HandshakeCommand;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.PeerCommand;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.UdpCommand;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.loop.EpollWatch;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The actor of the UDP sockets: owns their file descriptors, the receiver indices and its batches. Data goes to the
/// peer whose index it names, handshakes to the handshake verticle; nothing here costs more than reading a few bytes
/// before it is authenticated.
public final class UdpVerticle extends VerticleBase {
    private static final int SLAB = PacketBatch.LARGE_SLAB;
    private static final int MAX_TRAINS = 320;
    private static final int BATCHES = 4;
    private static final int MAX_HANDSHAKES = 1024; // queued at the handshake verticle, as wireguard-go's queue

    private final SocketOpener opener;
    private final UdpMailbox mailbox;
    private final HandshakeMailbox handshakes;
    private final RouterMailbox router;
    private final BatchPool pool;
    private final IndexTable indices = new IndexTable();
    private final CounterRow<UdpCounter> counters;
    private final Demultiplexer demultiplexer;

    private @Nullable MessageConsumer<Object> consumer;
    private @Nullable UdpSocket socket;
    private @Nullable EpollWatch watch4;
    private @Nullable EpollWatch watch6;
    private @Nullable TransmitQueue queue;
    /// Of the open sockets.
    private int fwmark;
    private int handshakesQueued;
    /// Null while nobody captures.
    private @Nullable WireTap tap;

    public UdpVerticle(
            Loop loop,
            SocketOpener opener,
            UdpMailbox mailbox,
            HandshakeMailbox handshakes,
            RouterMailbox router,
            CounterRow<UdpCounter> counters) {
        this.opener = opener;
        this.mailbox = mailbox;
        this.handshakes = handshakes;
        this.router = router;
        this.counters = counters;
        this.demultiplexer = new Demultiplexer(MAX_TRAINS, counters);
        this.pool = loop.pool("udp-receive", BATCHES, SLAB, MAX_TRAINS);
    }

    @Override
    public Future<?> start() {
        var listening = mailbox.listen(this::onMessage);
        consumer = listening;
        return listening.completion();
    }

    @Override
    public Future<?> stop() {
        unbind();
        pool.close();
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    private void onMessage(UdpCommand message) {
        switch (message) {
            case UdpCommand.Send send -> send(send.batch());
            case UdpCommand.Claim claim -> {
                if (!indices.claim(claim.index(), claim.owner())) {
                    claim.owner().tell(new PeerCommand.IndexTaken(claim.index()));
                }
                counters.set(UdpCounter.INDICES, indices.size());
            }
            case UdpCommand.Unclaim unclaim -> {
                indices.unclaim(unclaim.index(), unclaim.owner());
                counters.set(UdpCounter.INDICES, indices.size());
            }
            case UdpCommand.HandshakesDone done -> handshakesQueued -= done.count();
            case UdpCommand.Barrier barrier -> barrier.reply().complete();
            case UdpCommand.AddressGone gone -> {
                if (socket != null) socket.addressGone(gone.hi(), gone.lo());
            }
            case UdpCommand.HeardLately asked ->
                asked.reply().complete(new UdpCommand.Heard(socket == null ? List.of() : socket.heardLately(), fwmark));
            case UdpCommand.Rerouted rerouted -> {
                if (socket != null) socket.rerouted(rerouted.endpoints());
            }
            case UdpCommand.Capture capture -> {
                tap = new WireTap(capture.buffer(), capture.only());
                capture.reply().complete();
            }
            case UdpCommand.CaptureEnds end -> {
                var ended = tap;
                tap = null;
                if (ended == null) end.reply().complete();
                else ended.end().onComplete(end.reply());
            }
            case UdpCommand.Bind bind -> bind(bind);
        }
    }

    // Receiving

    private void onReadable(UdpSocket from, int fd) {
        var batch = pool.take();
        if (batch == null) {
            pauseAll();
            return;
        }
        int runs = 0;
        try {
            if (from.receive(fd, batch) > 0) {
                if (tap != null) tap.received(batch, indices, from.port());
                runs = sort(batch);
            }
        } finally {
            if (runs == 0) batch.release();
        }
        if (runs > 0) deliver(batch, runs);
    }

    /// Finds out whose everything is.
    ///
    /// @return the number of runs
    private int sort(PacketBatch batch) {
        demultiplexer.split(batch, indices, handshakeRoom());
        var received = demultiplexer.handshakes();
        if (!received.isEmpty()) queue(received);
        return batch.group(demultiplexer.owners());
    }

    /// Gives each peer its run.
    private void deliver(PacketBatch batch, int runs) {
        batch.retain(runs);
        int given = 0;
        try {
            while (given < runs) {
                var run = batch.run(given++);
                ((PeerMailbox) run.owner()).inbound(run);
            }
        } finally {
            while (given < runs) batch.run(given++).done();
        }
    }

    private void queue(List<HandshakeCommand.Datagram> received) {
        handshakesQueued += received.size();
        handshakes.tell(new HandshakeCommand.Received(received)).onFailure(_ -> handshakesQueued -= received.size());
    }

    private int handshakeRoom() {
        return MAX_HANDSHAKES - handshakesQueued;
    }

    private void pauseAll() {
        if (watch4 != null) watch4.pause();
        if (watch6 != null) watch6.pause();
        pool.onAvailable(this::resumeAll);
    }

    private void resumeAll() {
        if (watch4 != null) watch4.resume();
        if (watch6 != null) watch6.resume();
    }

    // Sending

    private void send(PacketBatch batch) {
        var open = queue;
        if (open != null) {
            try {
                if (tap != null && socket != null) tap.sent(batch, indices, socket.port());
            } finally {
                open.send(batch);
            }
            return;
        }
        for (int i = 0; i < batch.count(); i++) counters.add(UdpCounter.DROP_NO_SOCKET, batch.packets(i));
        batch.release();
    }

    private void onWritable(UdpSocket from) {
        if (queue != null && socket == from) queue.writable();
    }

    // Sockets

    private void bind(UdpCommand.Bind bind) {
        if (!bind.open()) {
            unbind();
            bind.reply().complete(0);
            return;
        }
        var old = socket;
        try {
            if (old != null && old.port() == bind.port()) {
                mark(old, bind.fwmark());
                bind.reply().complete(old.port());
            } else {
                replace(opener.open(bind.port(), bind.fwmark()), bind.fwmark()).onComplete(bind.reply());
            }
        } catch (ErrnoException refused) {
            bind.reply().fail(refused);
        }
    }

    /// The sockets before receive and send until these are watched.
    private Future<Integer> replace(UdpSocket fresh, int mark) {
        fresh.counters(counters);
        var fresh4 = watch(fresh, fresh.fd4());
        var fresh6 = watch(fresh, fresh.fd6());
        return Future.join(fresh4, fresh6)
                .onFailure(_ -> {
                    if (fresh4.result() != null) fresh4.result().cancel();
                    if (fresh6.result() != null) fresh6.result().cancel();
                    fresh.close();
                })
                .map(_ -> {
                    unbind();
                    socket = fresh;
                    fwmark = mark;
                    watch4 = fresh4.result();
                    watch6 = fresh6.result();
                    queue = new TransmitQueue(vertx, fresh, watch4, watch6, counters);
                    fresh.onOffloadLost(this::tellOffloads);
                    tellOffloads();
                    return fresh.port();
                });
    }

    private void tellOffloads() {
        var open = socket;
        if (open != null) router.tell(new RouterCommand.Offloads(mailbox.address(), open.offloads()));
    }

    private Future<@Nullable EpollWatch> watch(UdpSocket from, int fd) {
        if (fd < 0) return Future.succeededFuture();
        return EpollWatch.open(context, fd, () -> onReadable(from, fd), () -> onWritable(from))
                .map(watch -> watch);
    }

    private void unbind() {
        var ends = queue;
        queue = null;
        if (ends != null) ends.dropAll();
        if (watch4 != null) watch4.cancel();
        if (watch6 != null) watch6.cancel();
        watch4 = null;
        watch6 = null;
        if (socket != null) socket.close();
        socket = null;
        fwmark = 0;
    }

    /// On both sockets or on neither.
    private void mark(UdpSocket open, int changed) throws ErrnoException {
        if (changed == fwmark) return;
        int refused = open.mark(changed);
        if (refused < 0) {
            open.mark(fwmark); // one of them may have taken it
            throw new ErrnoException("SO_MARK", -refused);
        }
        fwmark = changed;
    }
}
