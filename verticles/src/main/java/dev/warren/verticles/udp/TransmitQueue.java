package dev.warren.verticles.udp;

import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.verticles.EpollWatch;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Batches on their way out of one pair of sockets. As a rule none waits here. When a send buffer is full, those that
/// come stay, in order, until the kernel has room: their pools run dry and their senders stop reading.
final class TransmitQueue {
    /// Most batches that wait, the one that is partly sent included.
    static final int MOST = 8;

    private static final long TICK_MILLIS = 100;
    /// After so many ticks in which nothing was sent the first batch is dropped.
    private static final int STALLED_TICKS = 10;

    private final Vertx vertx;
    private final UdpSocket socket;
    private final @Nullable EpollWatch watch4;
    private final @Nullable EpollWatch watch6;
    private final CounterRow<UdpCounter> counters;
    private final ArrayDeque<PacketBatch> waiting = new ArrayDeque<>(MOST);
    /// Whether the socket is in the middle of the first.
    private boolean begun;

    private long timer = -1;
    private long sentBefore;
    private int idleTicks;

    TransmitQueue(
            Vertx vertx,
            UdpSocket socket,
            @Nullable EpollWatch watch4,
            @Nullable EpollWatch watch6,
            CounterRow<UdpCounter> counters) {
        this.vertx = vertx;
        this.socket = socket;
        this.watch4 = watch4;
        this.watch6 = watch6;
        this.counters = counters;
    }

    /// Takes the batch and releases it when it is sent or dropped.
    void send(PacketBatch batch) {
        if (!waiting.isEmpty()) {
            behind(batch);
            return;
        }
        boolean unfinished = false;
        try {
            unfinished = socket.send(batch) == UdpSocket.UNFINISHED;
        } finally {
            if (!unfinished) batch.release();
        }
        if (unfinished) {
            waiting.add(batch);
            begun = true;
            idleTicks = 0;
            await();
        }
    }

    private void behind(PacketBatch batch) {
        if (waiting.size() < MOST) {
            waiting.add(batch);
        } else {
            drop(batch);
        }
    }

    /// The kernel has room. If it takes nothing all the same, the next try is left to the timer.
    void writable() {
        long before = counters.get(UdpCounter.SEND_DATAGRAMS);
        proceed();
        if (counters.get(UdpCounter.SEND_DATAGRAMS) == before) pauseWriting();
    }

    private void proceed() {
        // What is released may come back at once as the next batch to send, while we are here.
        for (var first = waiting.peek(); first != null; first = waiting.peek()) {
            boolean unfinished = false;
            try {
                unfinished = (begun ? socket.proceed() : socket.send(first)) == UdpSocket.UNFINISHED;
            } finally {
                begun = unfinished;
                if (!unfinished) removeFirst();
            }
            if (unfinished) {
                await();
                return;
            }
        }
        pauseWriting();
    }

    private void await() {
        boolean six = socket.waitsFor() == socket.fd6();
        var full = six ? watch6 : watch4;
        var other = six ? watch4 : watch6;
        if (other != null) other.pauseWriting();
        if (full != null) full.resumeWriting();
        if (timer >= 0) return;
        sentBefore = counters.get(UdpCounter.SEND_DATAGRAMS);
        timer = vertx.setPeriodic(TICK_MILLIS, _ -> tick());
    }

    private void tick() {
        if (waiting.isEmpty()) {
            cancelTimer();
            return;
        }
        long sent = counters.get(UdpCounter.SEND_DATAGRAMS);
        idleTicks = sent == sentBefore ? idleTicks + 1 : 0;
        sentBefore = sent;
        if (idleTicks >= STALLED_TICKS) dropFirst();
        proceed();
    }

    private void removeFirst() {
        var first = waiting.remove();
        begun = false;
        idleTicks = 0;
        first.release();
    }

    private void dropFirst() {
        if (begun) {
            socket.abandon();
            removeFirst();
        } else {
            idleTicks = 0;
            drop(waiting.remove());
        }
    }

    private void drop(PacketBatch batch) {
        for (int i = 0; i < batch.count(); i++) counters.add(UdpCounter.DROP_BUFFER_FULL, batch.packets(i));
        batch.release();
    }

    private void pauseWriting() {
        if (watch4 != null) watch4.pauseWriting();
        if (watch6 != null) watch6.pauseWriting();
    }

    private void cancelTimer() {
        if (timer >= 0) vertx.cancelTimer(timer);
        timer = -1;
    }

    /// Drops what waits; the sockets are not closed.
    void close() {
        cancelTimer();
        pauseWriting();
        while (!waiting.isEmpty()) dropFirst();
    }
}
