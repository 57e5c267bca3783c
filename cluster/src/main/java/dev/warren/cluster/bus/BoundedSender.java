package dev.warren.cluster.bus;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageProducer;

/// Sends to one node, and drops what it does not take in time. The event bus would queue without a bound:
/// of a node that has stopped, whatever is sent to it.
///
/// After a message has failed it drops all for half a second: the event bus would connect again, and log
/// that it could not, with every single one.
///
/// Belongs to the event loop that uses it. A message is outstanding until the kernel has taken it.
public final class BoundedSender {
    /// Messages outstanding, at most.
    public static final int MAX_MESSAGES = 64;

    /// Bytes outstanding, at most. A longer message is never sent.
    public static final int MAX_BYTES = 4 << 20;

    private static final long PAUSE_MILLIS = 500;

    private final Vertx vertx;
    private final MessageProducer<Buffer> producer;
    private int messages;
    private int bytes;
    private boolean paused;
    private long sent;
    private long dropped;
    private long failed;

    /// @param address of the node, which is the only one that listens there: [BusAddresses#node]
    public BoundedSender(Vertx vertx, String address) {
        this.vertx = vertx;
        producer = vertx.eventBus().sender(address);
    }

    /// @param message given away
    /// @return false when it was dropped: too much is outstanding, or one has just failed
    public boolean write(Buffer message) {
        int length = message.length();
        if (paused || messages == MAX_MESSAGES || length > MAX_BYTES - bytes) {
            dropped++;
            return false;
        }
        messages++;
        bytes += length;
        producer.write(message).onComplete(written -> {
            messages--;
            bytes -= length;
            if (written.succeeded()) sent++;
            else fail();
        });
        return true;
    }

    private void fail() {
        failed++;
        if (paused) return;
        paused = true;
        vertx.setTimer(PAUSE_MILLIS, _ -> paused = false);
    }

    /// Messages that the kernel has taken.
    public long sent() {
        return sent;
    }

    /// Messages that were dropped, since too much was outstanding or one had just failed.
    public long dropped() {
        return dropped;
    }

    /// Messages that were lost with a connection, or for which there was none.
    public long failed() {
        return failed;
    }
}
