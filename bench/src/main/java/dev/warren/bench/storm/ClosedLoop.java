package dev.warren.bench.storm;

import dev.warren.crypto.Verdict;
import dev.warren.crypto.cookie.CookieGenerator;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.MessageType;
import dev.warren.crypto.wire.ResponseMessage;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Sends initiations, the next when one is answered or given up, so that there are never more unanswered than the
/// window, and counts the answers. Each peer has a port of its own, and a cookie when it was asked for one. One thread.
final class ClosedLoop implements AutoCloseable {
    /// Opens a channel to the responder.
    interface Connector {
        DatagramChannel connect() throws IOException;
    }

    /// Responders refuse a peer's initiations that follow each other by less than 20 ms.
    static final long PEER_INTERVAL = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long NOT_SENT = Long.MAX_VALUE;

    private final Initiations initiations;
    private final int window;
    private final long patience;
    private final Suite suite = Suite.open(Suite.Choice.AUTO);
    private final Selector selector = Selector.open();
    private final DatagramChannel[] channels;
    private final @Nullable CookieGenerator[] signers; // of the peers that have a cookie
    private final ByteBuffer buffer = ByteBuffer.allocate(2048);
    private final long[] sentAt;
    private final BitSet done = new BitSet();
    private final Map<Integer, byte[]> samples = new HashMap<>();
    private int next;
    private int oldest;
    private int outstanding;
    private long answered;
    private long lost;
    private long cookies;
    private long strange;

    /// @param window unanswered initiations at most
    /// @param patience nanoseconds until an initiation is given up
    ClosedLoop(Initiations initiations, Connector responder, int window, long patience) throws IOException {
        this.initiations = initiations;
        this.window = window;
        this.patience = patience;
        sentAt = new long[initiations.count()];
        Arrays.fill(sentAt, NOT_SENT);
        signers = new @Nullable CookieGenerator[initiations.peers()];
        channels = new DatagramChannel[initiations.peers()];
        for (int peer = 0; peer < channels.length; peer++) {
            channels[peer] = responder.connect();
            channels[peer].configureBlocking(false);
            var _ = channels[peer].register(selector, SelectionKey.OP_READ);
        }
    }

    /// Goes on for so many nanoseconds. False when all initiations were sent before that.
    boolean run(long duration) throws IOException {
        long begin = System.nanoTime();
        for (long now = begin; now - begin < duration; now = System.nanoTime()) {
            giveUp(now);
            while (outstanding < window && next < sentAt.length && due(now)) send(now);
            if (next == sentAt.length) return false;
            receive();
        }
        return true;
    }

    /// Sends nothing more and waits until nothing is unanswered.
    void drain() throws IOException {
        while (outstanding > 0) {
            receive();
            giveUp(System.nanoTime());
        }
    }

    private boolean due(long now) {
        int before = next - channels.length;
        return before < 0 || now - sentAt[before] >= PEER_INTERVAL;
    }

    private void send(long now) throws IOException {
        int peer = next % channels.length;
        var message = initiations.message(next);
        var signer = signers[peer];
        if (signer != null) {
            message = message.clone();
            signer.sign(message, 0);
        }
        sentAt[next++] = now;
        outstanding++;
        try {
            channels[peer].write(ByteBuffer.wrap(message));
        } catch (PortUnreachableException _) {
            // Of one before; this one is given up in its time.
        }
    }

    private void giveUp(long now) {
        for (; oldest < next && (done.get(oldest) || now - sentAt[oldest] >= patience); oldest++) {
            if (settled(oldest)) lost++;
        }
    }

    /// Waits a millisecond at most.
    private void receive() throws IOException {
        selector.select(1);
        for (var key : selector.selectedKeys()) receive((DatagramChannel) key.channel());
        selector.selectedKeys().clear();
    }

    private void receive(DatagramChannel channel) throws IOException {
        buffer.clear();
        try {
            if (channel.read(buffer) <= 0) return; // if there is more, we come back
        } catch (PortUnreachableException _) {
            return;
        }
        var message = Arrays.copyOf(buffer.array(), buffer.position());
        switch (MessageType.classify(message)) {
            case MessageType.RESPONSE -> response(message);
            case MessageType.COOKIE_REPLY -> cookie(message);
            default -> strange++;
        }
    }

    private void response(byte[] message) {
        int place = ResponseMessage.receiver(message);
        if (!settled(place)) {
            strange++;
            return;
        }
        answered++;
        if (initiations.sampled(place)) samples.put(place, message);
    }

    private void cookie(byte[] reply) {
        int place = CookieReplyMessage.receiver(reply);
        if (!settled(place)) {
            strange++;
            return;
        }
        cookies++;
        var signer = new CookieGenerator(suite, initiations.responder());
        signer.sign(initiations.message(place).clone(), 0); // what it is to be an answer to
        if (signer.consumeReply(reply, 0) == Verdict.OK) signers[place % channels.length] = signer;
        else strange++;
    }

    /// Whether an initiation was unanswered until now; it is not any more.
    private boolean settled(int place) {
        if (place < 0 || place >= next || done.get(place)) return false;
        done.set(place);
        outstanding--;
        return true;
    }

    int sent() {
        return next;
    }

    /// Responses to initiations that were waiting for one.
    long answered() {
        return answered;
    }

    /// Initiations that nothing came back for in their time.
    long lost() {
        return lost;
    }

    /// Initiations that were answered by a cookie.
    long cookies() {
        return cookies;
    }

    /// What was no answer to anything that waited for one.
    long strange() {
        return strange;
    }

    /// Responses that were kept to be verified, by the place of their initiation.
    Map<Integer, byte[]> samples() {
        return samples;
    }

    @Override
    public void close() throws IOException {
        for (var channel : channels) channel.close();
        selector.close();
        suite.close();
    }
}
