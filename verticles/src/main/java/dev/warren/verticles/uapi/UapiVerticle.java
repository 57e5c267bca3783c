package dev.warren.verticles.uapi;

import dev.warren.conf.uapi.CaptureRequest;
import dev.warren.conf.uapi.UapiBudget;
import dev.warren.io.ffm.Libc;
import dev.warren.verticles.control.DeviceControl;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the control socket of one device: the text protocol of `wg`, and `stats=1`, `status=1`, `events=1` and
/// `capture=1` of our own (docs/METRICS.md).
///
/// A client that stalls, never ends or comes in numbers costs the others nothing: requests and replies that make no
/// progress end, the number of clients is bounded, and so is the number of peers in replies that are being written.
/// Idle connections may stay as long as there is room.
public final class UapiVerticle extends VerticleBase {
    /// @param clients connections at a time; one more takes the place of the one that was idle longest
    /// @param stallNanos a request or reply without progress for so long ends its connection
    /// @param peersInReplies further replies wait while so many peers are being written
    public record Limits(int clients, long stallNanos, int peersInReplies) {
        /// 64 clients, 30 seconds, 250 000 peers.
        public static Limits usual() {
            return new Limits(64, TimeUnit.SECONDS.toNanos(30), 250_000);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(UapiVerticle.class);
    private static final long SWEEP_MILLIS = 500;
    /// Where others wait for a reply to end, it is given this long without progress.
    private static final long STALL_WHILE_OTHERS_WAIT = TimeUnit.SECONDS.toNanos(1);

    private final Future<? extends DeviceControl> starting;
    private final UapiSocket socket;
    private final Limits limits;
    private final Promise<Void> removed = Promise.promise();
    private final UapiBudget budget = new UapiBudget(UapiBudget.USUAL);
    private final Set<UapiConnection> clients = new LinkedHashSet<>();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private long captures;
    private int replies;
    private int peersPerReply;
    private @Nullable Channel server;
    private long sweeping;
    private final int user = new Libc().geteuid();

    /// @param device who connects before it is there has to wait
    public UapiVerticle(Future<? extends DeviceControl> device, UapiSocket socket, Limits limits) {
        this.starting = device;
        this.socket = socket;
        this.limits = limits;
    }

    /// Completes when the socket's file has been removed by somebody else: the way to end a router (wg-quick(8)).
    public Future<Void> removed() {
        return removed.future();
    }

    Vertx vertx() {
        return vertx;
    }

    /// Begins a capture for a client.
    UapiCapture capture(Channel channel, CaptureRequest request) {
        return new UapiCapture((ContextInternal) context, starting.result().name(), captures++, channel, request);
    }

    /// What the changes of all clients together may weigh.
    UapiBudget budget() {
        return budget;
    }

    /// Connections at this moment; to be read on the verticle's loop or, roughly, anywhere.
    int clients() {
        return clients.size();
    }

    @Override
    public Future<?> start() {
        var promise = Promise.<Void>promise();
        var inner = (ContextInternal) context;
        new ServerBootstrap()
                .group(inner.nettyEventLoop())
                .channelFactory(() -> new EpollServerDomainSocketChannel(socket.fd(), true))
                .option(ChannelOption.AUTO_READ, false) // until there is a device
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(1024, 4096, 64 * 1024).maxMessagesPerRead(1))
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel channel) {
                        admit(channel);
                    }
                })
                .register()
                .addListener((io.netty.channel.ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        server = done.channel();
                        starting.onSuccess(_ -> done.channel().config().setAutoRead(true));
                        promise.complete();
                    } else {
                        promise.fail(done.cause());
                    }
                });
        sweeping = vertx.setPeriodic(Math.clamp(limits.stallNanos() / 2_000_000, 1, SWEEP_MILLIS), _ -> sweep());
        return promise.future();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(sweeping);
        socket.removeFile();
        if (server != null) {
            var _ = server.close();
        }
        new ArrayList<>(clients).forEach(UapiConnection::end);
        return Future.succeededFuture();
    }

    private void admit(EpollDomainSocketChannel channel) {
        if (!trusted(channel)) {
            var _ = channel.close();
            return;
        }
        if (clients.size() >= limits.clients()) {
            clients.stream()
                    .min(Comparator.comparingLong(UapiConnection::lastProgress))
                    .ifPresent(UapiConnection::end);
        }
        var client = new UapiConnection(this, starting.result(), channel);
        clients.add(client);
        channel.closeFuture().addListener(_ -> clients.remove(client));
        channel.pipeline().addLast(client);
    }

    /// The file's mode keeps others out; this holds for an adopted socket too.
    private boolean trusted(EpollDomainSocketChannel channel) {
        try {
            int uid = channel.peerCredentials().uid();
            return uid == 0 || uid == user;
        } catch (IOException e) {
            return false;
        }
    }

    private void sweep() {
        if (!socket.present()) {
            removed.tryComplete();
        }
        long now = System.nanoTime();
        for (var client : new ArrayList<>(clients)) {
            client.noteProgress(now);
            boolean harms = client.replying() && !waiting.isEmpty();
            long patience = harms ? Math.min(STALL_WHILE_OTHERS_WAIT, limits.stallNanos()) : limits.stallNanos();
            if (client.busy() && now - client.lastProgress() > patience) {
                LOG.debug(
                        "({}) UAPI: a client made no progress and is disconnected",
                        starting.result().name());
                client.end();
            }
        }
    }

    // ---- replies hold a snapshot of all peers: not too many at a time -----------------------------------------------

    /// Runs `begin` now, or when enough other replies have been written.
    void whenRoom(Runnable begin) {
        waiting.add(begin);
        startWaiting();
    }

    /// A reply has its snapshot, of so many peers.
    void snapshotTaken(int peers) {
        peersPerReply = peers;
    }

    /// A reply that began is written or given up.
    void replyEnded() {
        replies--;
        startWaiting();
    }

    private void startWaiting() {
        while (!waiting.isEmpty() && (replies == 0 || (replies + 1L) * peersPerReply <= limits.peersInReplies())) {
            replies++;
            waiting.remove().run();
        }
    }
}
