package dev.warren.verticles.udp;

import dev.warren.crypto.wire.DataMessage;
import dev.warren.crypto.wire.MessageType;
import dev.warren.io.BatchPool;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.verticles.EpollWatch;
import dev.warren.verticles.Loop;
import dev.warren.verticles.bus.Bulletin;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.HandshakeMessage;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerMessage;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.bus.UdpMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The actor of the UDP sockets: owns their file descriptors, the receiver indices and its batches. Data goes to the
/// peer whose index it names, handshakes to the handshake verticle; nothing here costs more than reading a few bytes
/// before it is authenticated.
public final class UdpVerticle extends VerticleBase {
    private static final int SLAB = 4 * (65536 + 512) + 1024;
    private static final int MAX_TRAINS = 320;
    private static final int BATCHES = 4;
    private static final int MOST_HANDSHAKES = 1024; // queued at the handshake verticle, as wireguard-go's queue

    private final Loop loop;
    private final SocketOpener opener;
    private final Bulletin bulletin;
    private final UdpMailbox door;
    private final HandshakeMailbox handshakes;
    private final BatchPool pool;
    private final IndexTable indices = new IndexTable();
    private final Staircase staircase = new Staircase();

    private @Nullable MessageConsumer<Object> consumer;
    private @Nullable UdpSocket socket;
    private @Nullable EpollWatch watch4;
    private @Nullable EpollWatch watch6;
    private int fwmark;
    private int handshakesQueued;

    private long malformed;
    private long unknownIndex;
    private long handshakeBacklog;
    private long noSocket;

    /// Opens the sockets of a device.
    @FunctionalInterface
    public interface SocketOpener {
        /// @param port 0 for any
        /// @throws dev.warren.io.ffm.ErrnoException when the kernel refuses
        UdpSocket open(int port, int fwmark);
    }

    public UdpVerticle(
            Loop loop, SocketOpener opener, Bulletin bulletin, UdpMailbox door, HandshakeMailbox handshakes) {
        this.loop = loop;
        this.opener = opener;
        this.bulletin = bulletin;
        this.door = door;
        this.handshakes = handshakes;
        this.pool = loop.pool(BATCHES, SLAB, MAX_TRAINS);
    }

    @Override
    public Future<?> start() {
        var listening = door.listen(this::onMessage);
        consumer = listening;
        return listening.completion();
    }

    @Override
    public Future<?> stop() {
        unbind();
        pool.close();
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    private void onMessage(UdpMessage message) {
        switch (message) {
            case UdpMessage.Send send -> send(send.batch());
            case UdpMessage.Transmit single -> transmit(single.datagram(), single.destination());
            case UdpMessage.Claim claim -> {
                if (!indices.claim(claim.index(), claim.owner())) {
                    claim.owner().tell(new PeerMessage.IndexTaken(claim.index()));
                }
            }
            case UdpMessage.Unclaim unclaim -> indices.unclaim(unclaim.index(), unclaim.owner());
            case UdpMessage.HandshakesDone done -> handshakesQueued -= done.count();
            case UdpMessage.Bind bind -> bind(bind);
            case UdpMessage.Mark mark -> mark(mark);
            case UdpMessage.Report report -> report.answer().complete(counters());
        }
    }

    // Receiving

    private void onReadable(int fd, EpollWatch watch) {
        var open = socket;
        if (open == null) return;
        var batch = pool.take();
        if (batch == null) {
            pauseAll();
            return;
        }
        int trains = open.receive(fd, batch);
        if (trains <= 0) {
            batch.release();
            return;
        }
        staircase.walk(batch);
    }

    private void pauseAll() {
        if (watch4 != null) watch4.pause();
        if (watch6 != null) watch6.pause();
        pool.onAvailable(() -> {
            if (watch4 != null) watch4.resume();
            if (watch6 != null) watch6.resume();
        });
    }
}
