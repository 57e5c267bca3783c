package dev.warren.verticles.uapi;

import dev.warren.conf.uapi.CaptureRequest;
import dev.warren.io.BootClock;
import dev.warren.verticles.bus.CaptureMailbox;
import dev.warren.verticles.bus.CapturedPackets;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.capture.PcapngWriter;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One capture: gets packets from the loops that they pass and writes them to a client of the control socket as
/// a pcapng file, until the time is over, the file is as long as it may be, or the client wants no more. The
/// loops wait for nobody: what the client does not take in time they leave out.
///
/// Everything runs on the event loop of the verticle.
final class UapiCapture {
    /// What a client is given to take the rest of the file.
    private static final long LINGER_MILLIS = 30_000;

    private static final int EBUSY = -16;

    private final ContextInternal context;
    private final String device;
    private final Channel channel;
    private final CaptureRequest request;
    private final CaptureMailbox mailbox;
    private final RouterMailbox router;
    private final BootClock clock = new BootClock();
    private @Nullable MessageConsumer<Object> consumer;
    /// Bytes that the file may still have before its end.
    private long left;
    private long received;
    private long dropped;
    private long timer = -1;
    private boolean started;
    private boolean ending;
    private boolean closed;

    /// Begins.
    ///
    /// @param serial of the capture among those of the device
    UapiCapture(ContextInternal context, String device, long serial, Channel channel, CaptureRequest request) {
        this.context = context;
        this.device = device;
        this.channel = channel;
        this.request = request;
        this.mailbox = new CaptureMailbox(context.owner(), device, serial);
        this.router = new RouterMailbox(context.owner(), device);
        context.runOnContext(_ -> begin());
    }

    private void begin() {
        if (closed) return;
        Promise<Void> begun = context.promise();
        consumer = mailbox.listen(this::write);
        router.tell(new RouterCommand.Capture(request, mailbox, begun));
        begun.future().onComplete(this::begun);
    }

    private void begun(AsyncResult<Void> result) {
        if (closed) return;
        if (result.failed()) {
            ending = true;
            var answer = result.cause().getMessage() + "\nerrno=" + EBUSY + "\n\n";
            sendLast(answer.getBytes(StandardCharsets.UTF_8));
            return;
        }
        start();
    }

    /// Tells the client, before the first packet: that may come before the router's answer.
    private void start() {
        if (started) return;
        started = true;
        send("errno=0\n\n".getBytes(StandardCharsets.US_ASCII));
        var what = request.wire()
                ? "outside the tunnel; hop limits, and local addresses that the kernel chose, are not known"
                : "inside the tunnel";
        var header = PcapngWriter.header("Warren", device, what, request.snapLength());
        left = request.bytes() - header.length - PcapngWriter.STATISTICS_BYTES;
        send(header);
        if (!ending) timer = context.setTimer(TimeUnit.SECONDS.toMillis(request.seconds()), _ -> finish());
    }

    private void send(byte[] bytes) {
        var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
    }

    private void sendLast(byte[] bytes) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(bytes)).addListener(ChannelFutureListener.CLOSE);
    }

    /// Writes packets as far as they fit.
    private void write(CapturedPackets some) {
        start();
        var blocks = Unpooled.buffer();
        boolean full = left <= 0;
        if (!full) dropped += some.dropped();
        if (!full) received += some.dropped();
        for (var packet : some.packets()) {
            var block = PcapngWriter.packet(packet);
            full |= block.length > left;
            if (full) break;
            received++;
            left -= block.length;
            blocks.writeBytes(block);
        }
        channel.writeAndFlush(blocks).addListener(_ -> some.written().tryComplete());
        if (full) {
            left = 0;
            finish();
        }
    }

    /// Ends the file and the connection. Idempotent.
    void end() {
        context.runOnContext(_ -> finish()); // and not before it has begun
    }

    private void finish() {
        if (ending || closed) return;
        ending = true;
        // The loops' last packets are written before they say so.
        stop().onComplete(_ -> sendLast(PcapngWriter.statistics(clock.wall(), received, dropped)));
        timer = context.setTimer(LINGER_MILLIS, _ -> {
            var _ = channel.close();
        });
    }

    /// The client has gone. Idempotent.
    void close() {
        if (closed) return;
        closed = true;
        if (ending) context.owner().cancelTimer(timer);
        else stop();
        if (consumer != null) consumer.unregister();
    }

    private Future<Void> stop() {
        if (timer >= 0) context.owner().cancelTimer(timer);
        Promise<Void> ended = context.promise();
        router.tell(new RouterCommand.CaptureEnds(mailbox, ended));
        return ended.future();
    }
}
