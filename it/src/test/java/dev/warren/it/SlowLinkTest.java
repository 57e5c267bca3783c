package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.B4;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// An uplink that takes far less than the interface is given, with so long a queue that the send buffer fills.
@Tag("netns")
class SlowLinkTest {
    /// An idle loop needs less than a millisecond; one that waits for the send buffer, 10 ms for each batch.
    private static final long MAX_MILLIS = 20;

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @Test
    @OnlyWarren("it is about its event loop")
    void aFullSendBufferHoldsUpNothingThatIsReceived() throws Exception {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        pair.a.run(
                "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "10mbit", "burst", "64k", "limit", "64m");
        var stop = new AtomicBoolean();
        try (var flooding = pair.a.udp(A4, 0);
                var sender = pair.b.udp(B4, 0);
                var receiver = pair.a.udp(A4, 7777)) {
            var flood = CompletableFuture.runAsync(() -> flood(flooding, stop));
            try {
                // The way from the full send buffer back to the one who sends too much.
                long atFirst = dropped(pair.a);
                Poll.until(
                        "packets are dropped where they enter",
                        Duration.ofSeconds(60),
                        () -> dropped(pair.a) > atFirst + 2000);
                long before = pair.b.received("wg0");
                long median = medianLagMillis(sender, receiver);
                assertTrue(median < MAX_MILLIS, "received after " + median + " ms");
                Poll.until(
                        "the rest is sent meanwhile", Host.PATIENCE, () -> pair.b.received("wg0") > before + 1_000_000);
            } finally {
                stop.set(true);
                flood.get(10, TimeUnit.SECONDS);
            }
        }
        pair.a.run("tc", "qdisc", "del", "dev", "eth0", "root");
        Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(10));
        assertEquals(0, pair.warren.uapi().counter("udp.send.drop.buffer-full"), "dropped though the link was moving");
    }

    private static long dropped(Host host) {
        return Long.parseLong(
                host.read("/sys/class/net/wg0/statistics/tx_dropped").strip());
    }

    /// Ten times what the link takes, for a minute and a half at most.
    private static void flood(DatagramChannel from, AtomicBoolean stop) {
        var datagram = ByteBuffer.allocate(1300);
        var to = new InetSocketAddress(B4, 9);
        for (int round = 0; round < 18_000 && !stop.get(); round++) {
            try {
                for (int i = 0; i < 50; i++) from.send(datagram.clear(), to);
            } catch (IOException _) {
                // Told by ICMP that nobody listens.
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    /// Of what comes the other way through the tunnel. The same clock at both ends.
    private static long medianLagMillis(DatagramChannel sender, DatagramChannel receiver) throws IOException {
        var lags = new ArrayList<Long>();
        var datagram = ByteBuffer.allocate(100);
        var to = new InetSocketAddress(A4, 7777);
        for (int i = 0; i < 101; i++) {
            sender.send(datagram.clear().putLong(0, System.nanoTime()), to);
            receiver.receive(datagram.clear());
            lags.add(System.nanoTime() - datagram.getLong(0));
            LockSupport.parkNanos(10_000_000);
        }
        Collections.sort(lags);
        return TimeUnit.NANOSECONDS.toMillis(lags.get(50));
    }
}
