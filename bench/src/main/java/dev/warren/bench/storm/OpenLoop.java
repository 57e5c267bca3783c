package dev.warren.bench.storm;

import dev.warren.crypto.cookie.CookieGenerator;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.MessageType;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Sends initiations with a valid MAC1 at a fixed rate, whatever becomes of them: a flood. Half come from peers that
/// the responder knows, half from strangers. Those of peers are fresh once each, and replayed afterwards; those of
/// strangers are no worse the second time. Repeated ones get a new sender index and so a new MAC1, which no Diffie-
/// Hellman covers. One thread.
final class OpenLoop implements AutoCloseable {
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

    /// When we were kept from the processor for longer than this, what was missed is not made up for.
    private static final long LATE = TimeUnit.MILLISECONDS.toNanos(20);

    private final Initiations peers;
    private final Initiations strangers;
    private final DatagramChannel channel;
    private final Suite suite = Suite.open(Suite.Choice.AUTO);
    private final CookieGenerator cookieGenerator;
    private final ByteBuffer buffer = ByteBuffer.allocate(2048);
    private long sent;
    private long responses;
    private long cookies;

    /// @param channel connected; the loop's from now on
    OpenLoop(Initiations peers, Initiations strangers, DatagramChannel channel) throws IOException {
        this.peers = peers;
        this.strangers = strangers;
        this.channel = channel;
        cookieGenerator = new CookieGenerator(suite, peers.responder());
        channel.configureBlocking(false);
    }

    /// @param rate initiations per second
    /// @param duration nanoseconds
    void run(int rate, long duration) throws IOException {
        long begin = System.nanoTime();
        long interval = TimeUnit.SECONDS.toNanos(1) / rate;
        long due = 0;
        for (long now = 0; now < duration; now = System.nanoTime() - begin) {
            due = Math.max(due, now - LATE);
            for (; due <= now; due += interval) send();
            receive();
            LockSupport.parkNanos(TICK);
        }
    }

    private void send() throws IOException {
        try {
            channel.write(ByteBuffer.wrap(next()));
        } catch (PortUnreachableException _) {
            // Of one before.
        }
        sent++;
    }

    private byte[] next() {
        var source = sent % 2 == 0 ? peers : strangers;
        long turn = sent / 2;
        var message = source.message((int) (turn % source.count()));
        if (turn < source.count()) return message;
        var again = message.clone();
        ByteBuffer.wrap(again).order(ByteOrder.LITTLE_ENDIAN).putInt(InitiationMessage.SENDER, (int) sent);
        cookieGenerator.sign(again, 0);
        return again;
    }

    private void receive() throws IOException {
        while (true) {
            buffer.clear();
            try {
                if (channel.read(buffer) <= 0) return;
            } catch (PortUnreachableException _) {
                continue;
            }
            if (buffer.get(0) == MessageType.RESPONSE) responses++;
            if (buffer.get(0) == MessageType.COOKIE_REPLY) cookies++;
        }
    }

    long sent() {
        return sent;
    }

    long responses() {
        return responses;
    }

    long cookies() {
        return cookies;
    }

    @Override
    public void close() throws IOException {
        cookieGenerator.close();
        suite.close();
        channel.close();
    }
}
