package dev.warren.cluster.bus;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageProducer;

/// Sends to one node, and drops what it does not take in time. The event bus would queue without a bound: of a node
/// that has stopped, whatever is sent to it.
///
/// Belongs to the event loop that made it. A message is outstanding until the kernel has taken it.
public final class BoundedSender {
    /// Messages outstanding, at most.
    public static final int MAX_MESSAGES = 64;

    /// Bytes outstanding, at most. A longer message is never sent.
    public static final int MAX_BYTES = 4 << 20;

    private final MessageProducer<Buffer> producer;
    private int messages;
    private int bytes;
    private long sent;
    private long dropped;
    private long failed;

    /// @param address of the node, which is the only one that listens there: [BusAddresses#node]
    public BoundedSender(Vertx vertx, String address) {
        producer = vertx.eventBus().sender(address);
    }

    /// @param message given away
    /// @return false when it was dropped: too much is outstanding
    public boolean write(Buffer message) {
        int length = message.length();
        if (messages == MAX_MESSAGES || length > MAX_BYTES - bytes) {
            dropped++;
            return false;
        }
        messages++;
        bytes += length;
        producer.write(message).onComplete(written -> {
            messages--;
            bytes -= length;
            if (written.succeeded()) sent++;
            else failed++;
        });
        return true;
    }

    /// Messages that the kernel has taken.
    public long sent() {
        return sent;
    }

    /// Messages that were dropped, since too much was outstanding.
    public long dropped() {
        return dropped;
    }

    /// Messages that were lost with a connection, or for which there was none.
    public long failed() {
        return failed;
    }
}
