package dev.warren.verticles.udp;

import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.verticles.loop.EpollWatch;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Batches on their way out of one pair of sockets. As a rule none waits here. When a send buffer is full, those that
/// come stay, in order, until the kernel has room, and the loop does other work meanwhile.
///
/// The queue needs no bound of its own: all batches come from the pools of their senders, which hold eight large and
/// four small ones for each loop. These run dry, the senders stop reading, and packets wait or are dropped where the
/// kernel would have them wait or be dropped: at the TUN. When the kernel takes nothing for a second, all that waits is
/// dropped.
final class TransmitQueue {
    private static final long TICK_MILLIS = 100;
    /// Ticks without progress after which the kernel is taken to be stuck.
    private static final int STALLED_TICKS = 10;

    private final Vertx vertx;
    private final UdpSocket socket;
    private final @Nullable EpollWatch watch4;
    private final @Nullable EpollWatch watch6;
    private final CounterRow<UdpCounter> counters;
    private final ArrayDeque<PacketBatch> waiting = new ArrayDeque<>();
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
            waiting.add(batch);
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
            await();
        }
    }

    /// The kernel has room. If it takes nothing all the same, the next try is left to the timer.
    void writable() {
        long before = counters.get(UdpCounter.SEND_DATAGRAMS);
        proceed();
        if (counters.get(UdpCounter.SEND_DATAGRAMS) == before) pauseWriting();
    }

    private void proceed() {
        for (var first = waiting.peek(); first != null; first = waiting.peek()) {
            boolean unfinished = false;
            try {
                unfinished = (begun ? socket.proceed() : socket.send(first)) == UdpSocket.UNFINISHED;
            } finally {
                if (!unfinished) removeFirst();
            }
            if (unfinished) {
                begun = true;
                await();
                return;
            }
        }
        pauseWriting();
    }

    /// Watches the socket whose buffer is full, for as long as something waits.
    private void await() {
        boolean six = socket.waitsFor() == socket.fd6();
        var full = six ? watch6 : watch4;
        var other = six ? watch4 : watch6;
        if (other != null) other.pauseWriting();
        if (full != null) full.resumeWriting();
        if (timer >= 0) return;
        sentBefore = counters.get(UdpCounter.SEND_DATAGRAMS);
        idleTicks = 0;
        timer = vertx.setPeriodic(TICK_MILLIS, _ -> tick());
    }

    private void tick() {
        proceed();
        if (waiting.isEmpty()) {
            cancelTimer();
            return;
        }
        long sent = counters.get(UdpCounter.SEND_DATAGRAMS);
        idleTicks = sent == sentBefore ? idleTicks + 1 : 0;
        sentBefore = sent;
        if (idleTicks >= STALLED_TICKS) dropAll();
    }

    private void removeFirst() {
        var first = waiting.remove();
        begun = false;
        idleTicks = 0;
        first.release();
    }

    private void pauseWriting() {
        if (watch4 != null) watch4.pauseWriting();
        if (watch6 != null) watch6.pauseWriting();
    }

    private void cancelTimer() {
        if (timer >= 0) vertx.cancelTimer(timer);
        timer = -1;
    }

    /// Drops what waits and counts it; the sockets are not closed, and what comes then is tried anew.
    void dropAll() {
        cancelTimer();
        pauseWriting();
        if (begun) {
            socket.abandon();
            removeFirst();
        }
        while (!waiting.isEmpty()) {
            var batch = waiting.peek();
            for (int i = 0; i < batch.count(); i++) counters.add(UdpCounter.DROP_BUFFER_FULL, batch.packets(i));
            removeFirst();
        }
    }
}
