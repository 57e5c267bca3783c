package dev.warren.verticles.uapi;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.uapi.UapiParser;
import dev.warren.conf.uapi.UapiWriter;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceException;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.metrics.MetricsVerticle;
import dev.warren.verticles.metrics.SnapshotJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection to the control socket. Requests are answered one at a time, in order; while one is being answered
/// nothing more is read. What passes here holds keys: buffers are wiped, and nothing of them is logged.
///
/// Everything runs on the event loop of the verticle.
final class UapiConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(UapiConnection.class);
    private static final int EIO = -5;

    /// What gets a piece of a reply into a chunk; 0 ends the reply.
    private interface Source {
        int write(byte[] chunk);
    }

    private final UapiVerticle owner;
    private final DeviceControl device;
    private final Channel channel;
    private final UapiParser parser;
    private final ArrayDeque<ByteBuf> received = new ArrayDeque<>();
    /// The parser has eaten a part of the current request.
    private boolean midway;
    /// A request is being answered.
    private boolean answering;
    /// The client will send no more.
    private boolean inputEnded;
    private boolean ended;
    /// Streams to the client, which asked for them last.
    private @Nullable UapiEvents events;

    private @Nullable UapiCapture capture;
    /// The chunk on its way out.
    private @Nullable ByteBuf outgoing;
    private int outgoingLeft;
    private @Nullable DeviceStatus snapshot;
    private boolean hasRoom;
    private long lastProgress = System.nanoTime();

    UapiConnection(UapiVerticle owner, DeviceControl device, Channel channel) {
        this.owner = owner;
        this.device = device;
        this.channel = channel;
        this.parser = new UapiParser(owner.budget());
    }

    /// True while a request has begun and its answer is not yet gone.
    boolean busy() {
        return midway || answering;
    }

    /// True while a snapshot is held for a reply.
    boolean replying() {
        return snapshot != null;
    }

    long lastProgress() {
        return lastProgress;
    }

    /// Called now and then: bytes that left since the last time are progress.
    void noteProgress(long now) {
        if ((answering && outgoing == null) || capture != null) {
            lastProgress = now; // the device is at work, not the client; a capture has an end of its own
        } else if (outgoing != null && outgoing.readableBytes() != outgoingLeft) {
            outgoingLeft = outgoing.readableBytes();
            lastProgress = now;
        }
    }

    /// Disconnects. Idempotent.
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        received.forEach(UapiConnection::wipeAndRelease);
        received.clear();
        parser.close();
        releaseSnapshot();
        if (events != null) events.close();
        if (capture != null) capture.close();
        var _ = channel.close();
    }

    // ---- input
    // --------------------------------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        lastProgress = System.nanoTime();
        received.add((ByteBuf) message);
        proceed();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            proceed();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("({}) UAPI: {}", device.name(), cause.toString());
        end();
    }

    /// Takes requests from what was received, until one has to be waited for.
    private void proceed() {
        while (!answering && !ended) {
            var buffer = received.peek();
            if (buffer == null) {
                if (inputEnded) {
                    endOfInput();
                }
                return;
            }
            if (!buffer.isReadable()) {
                wipeAndRelease(received.remove());
                continue;
            }
            if (events != null || capture != null) { // nothing is asked after them
                wipeAndRelease(received.remove());
                continue;
            }
            var bytes = buffer.nioBuffer();
            int before = bytes.remaining();
            var request = parser.next(bytes);
            buffer.skipBytes(before - bytes.remaining());
            midway = parser.midway();
            handle(request);
        }
    }

    private void endOfInput() {
        if (capture != null) {
            capture.end();
            return;
        }
        var request = parser.end();
        if (request == null) {
            end();
        } else {
            handle(request);
        }
    }

    private void handle(UapiParser.@Nullable Request request) {
        if (request == null) {
            return;
        }
        switch (request) {
            case UapiParser.Get _ -> reply(() -> owner.whenRoom(this::get));
            case UapiParser.Set set -> reply(() -> set(set.update(), 0));
            case UapiParser.Stats _ -> reply(this::stats);
            case UapiParser.Status status -> reply(() -> status(status.offset(), status.limit()));
            case UapiParser.Events _ -> events = new UapiEvents(owner.vertx(), device.name(), channel);
            case UapiParser.Capture asked -> capture = owner.capture(channel, asked.request());
            case UapiParser.Bad bad -> {
                LOG.debug("({}) UAPI: {}", device.name(), bad.reason());
                reply(() -> set(bad.before(), bad.errno()));
            }
            case UapiParser.Hangup hangup -> {
                LOG.debug("({}) UAPI: {}", device.name(), hangup.reason());
                end();
            }
        }
    }

    // ---- answers
    // ------------------------------------------------------------------------------------------------------

    private void reply(Runnable begin) {
        answering = true;
        channel.config().setAutoRead(false);
        begin.run();
    }

    private void get() {
        if (ended) {
            owner.replyEnded();
            return;
        }
        hasRoom = true;
        onLoop(device.status(), result -> {
            if (result.failed()) {
                failed("get", result.cause());
                reply(UapiWriter.status(EIO));
            } else if (ended) {
                result.result().close();
            } else {
                snapshot = result.result();
                owner.snapshotTaken(result.result().peers().size());
                reply(new UapiWriter(result.result())::write);
            }
        });
    }

    /// @param errno what to answer when applying succeeds
    private void set(DeviceUpdate update, int errno) {
        if (update.isEmpty()) {
            applied(update);
            reply(UapiWriter.status(errno));
            return;
        }
        onLoop(device.update(update, Origin.UAPI), result -> {
            applied(update);
            int code = errno;
            if (result.failed()) {
                failed("set", result.cause());
                code = result.cause() instanceof DeviceException e && e.errno() != 0 ? -Math.abs(e.errno()) : EIO;
            }
            reply(UapiWriter.status(code));
        });
    }

    private void applied(DeviceUpdate update) {
        update.close();
        parser.answered();
    }

    private void stats() {
        onLoop(device.counters(), result -> {
            if (result.failed()) {
                failed("stats", result.cause());
                reply(UapiWriter.status(EIO));
            } else {
                reply(text(result.result()));
            }
        });
    }

    private void status(int offset, int limit) {
        onLoop(device.snapshot(offset, Math.min(limit, MetricsVerticle.MAX_LIMIT)), result -> {
            if (result.failed()) {
                failed("status", result.cause());
                reply(UapiWriter.status(EIO));
            } else {
                var json = SnapshotJson.status(result.result()).encode();
                reply((json + "\nerrno=0\n\n").getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private static byte[] text(Map<String, Long> counters) {
        var text = new StringBuilder();
        new TreeMap<>(counters)
                .forEach((name, value) ->
                        text.append(name).append('=').append(value.longValue()).append('\n'));
        return text.append("errno=0\n\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private void failed(String what, Throwable cause) {
        LOG.error("({}) UAPI {}: {}", device.name(), what, cause.getMessage() == null ? cause : cause.getMessage());
    }

    private void reply(byte[] bytes) {
        var pending = ByteBuffer.wrap(bytes);
        reply(chunk -> {
            int length = Math.min(chunk.length, pending.remaining());
            pending.get(chunk, 0, length);
            return length;
        });
    }

    /// Writes a reply, one chunk at a time: the next when the one before has left.
    private void reply(Source source) {
        if (ended) {
            return;
        }
        lastProgress = System.nanoTime();
        pump(source, new byte[UapiWriter.CHUNK], Unpooled.directBuffer(UapiWriter.CHUNK, UapiWriter.CHUNK));
    }

    private void pump(Source source, byte[] chunk, ByteBuf buffer) {
        int length = ended ? 0 : source.write(chunk);
        if (length == 0) {
            Arrays.fill(chunk, (byte) 0);
            buffer.release();
            answered();
            return;
        }
        buffer.clear().writeBytes(chunk, 0, length);
        outgoing = buffer;
        outgoingLeft = length;
        channel.writeAndFlush(buffer.retain()).addListener(written -> {
            buffer.setZero(0, length);
            outgoing = null;
            lastProgress = System.nanoTime();
            if (!written.isSuccess()) {
                end();
            }
            pump(source, chunk, buffer);
        });
    }

    private void answered() {
        releaseSnapshot();
        answering = false;
        if (!ended) {
            proceed();
            if (!answering && !ended) {
                channel.config().setAutoRead(true);
            }
        }
    }

    private void releaseSnapshot() {
        if (snapshot != null) {
            snapshot.close();
            snapshot = null;
        }
        if (hasRoom) {
            hasRoom = false;
            owner.replyEnded();
        }
    }

    private <T> void onLoop(Future<T> future, Consumer<AsyncResult<T>> handler) {
        future.onComplete(result -> {
            if (channel.eventLoop().inEventLoop()) {
                handler.accept(result);
            } else {
                channel.eventLoop().execute(() -> handler.accept(result));
            }
        });
    }

    private static void wipeAndRelease(ByteBuf buffer) {
        if (!buffer.isReadOnly()) {
            buffer.setZero(0, buffer.capacity());
        }
        buffer.release();
    }
}
