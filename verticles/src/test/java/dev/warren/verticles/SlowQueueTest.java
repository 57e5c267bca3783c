package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// One queue of the TUN is slow. Of four packet loops and two queues the peer is on the last loop and writes to the
/// second queue, whose loop has neither the sockets nor that peer: it can be held up by itself.
class SlowQueueTest extends DeviceLab {
    private static final int SLOW_QUEUE = 1;

    SlowQueueTest() {
        super(4, 2);
    }

    /// Sends so many small packets from `a` to `b` while the loop of b's TUN queue is held up, and says how many came
    /// in the end, in their order. Meanwhile a packet of a third router must arrive.
    private int throughASlowQueue(int count) throws Exception {
        connect();
        var c = side("memC", "192.0.2.3", "10.0.0.3");
        c.knows(b, "10.0.0.2/32");
        b.knows(c, "10.0.0.3/32"); // on the first packet loop
        var first = packet(c.inside, b.inside, 10);
        c.tun.inject(first);
        assertArrayEquals(first, b.next());

        var sent = new AtomicInteger();
        network.tap((_, _, _) -> sent.incrementAndGet() > 0);
        var sockets = busy(b.device.loop(1)); // so that whole batches are received
        for (int i = 0; i < count; i++) a.tun.inject(numbered(i));
        eventually("all is sent", () -> sent.get() >= count);
        var slow = busy(b.device.loop(1 + SLOW_QUEUE));
        sockets.countDown();
        var behind = packet(c.inside, b.inside, 11);
        c.tun.inject(behind);
        assertArrayEquals(behind, b.queues.getFirst().written().poll(10, SECONDS), "others are served");
        idle(b.device.loop(packetLoops)); // the peer's
        slow.countDown();
        int came = 0;
        for (int last = -1; last < count - 1; came++) {
            var packet = b.tun.written().poll(2, SECONDS);
            if (packet == null) break;
            int number = ByteBuffer.wrap(packet).getInt(28);
            assertTrue(number > last, number + " came behind " + last);
            last = number;
        }
        return came;
    }

    private byte[] numbered(int number) throws Exception {
        var packet = packet(a.inside, b.inside, 64);
        ByteBuffer.wrap(packet).putInt(28, number);
        return packet;
    }

    // All TUN buffers are on their way: they hold 2048 packets.
    @Test
    void receivedPacketsWaitForASlowQueue() throws Exception {
        assertEquals(4000, throughASlowQueue(4000));
        assertEquals(0, b.counter("peer.drop.backlog"));
    }

    @Test
    void noMoreWaitsForASlowQueueThanLeavesRoomForOthers() throws Exception {
        int came = throughASlowQueue(8000);
        assertTrue(came >= 4000, came + " came");
        assertEquals(8000 - came, b.counter("peer.drop.backlog"));
        assertTrue(came < 8000, "nothing was too much, so this shows nothing");
    }
}
