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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the kernel drops because the router stands still is in its counters.
@Tag("netns")
@OnlyWarren("it has no counters")
class KernelDropsTest {
    private static final String INTO_THE_INTERFACE = "tun.read.drop.queue-full";
    private static final String INTO_THE_SOCKET = "udp.receive.drop.overflow";

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private Pair pair() {
        var pair = Pair.ready(lab, Outer.V4, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        return pair;
    }

    /// While the router is stopped.
    private static void flood(Pair pair, DatagramChannel from, String to, int port, int datagrams) throws IOException {
        int process = pair.warren.process();
        pair.a.signal("STOP", process);
        try {
            var datagram = ByteBuffer.allocate(100);
            var address = new InetSocketAddress(to, port);
            for (int i = 0; i < datagrams; i++) from.send(datagram.clear(), address);
        } finally {
            pair.a.signal("CONT", process);
        }
    }

    @Test
    void whatFindsTheQueueOfTheInterfaceFull() throws Exception {
        var pair = pair();
        long first = dropped(pair.a.read("/sys/class/net/wg0/statistics/tx_dropped"));
        assertEquals(first, pair.warren.uapi().counter(INTO_THE_INTERFACE));
        try (var from = pair.a.udp(A4, 0)) {
            flood(pair, from, B4, 9, 20_000);
        }
        long second = dropped(pair.a.read("/sys/class/net/wg0/statistics/tx_dropped"));
        assertTrue(second > first + 1000, second + " dropped");
        assertEquals(second, pair.warren.uapi().counter(INTO_THE_INTERFACE));
        // Wherever the interface lives, and from there on.
        pair.a.run("ip", "netns", "add", "one");
        pair.a.run("ip", "link", "set", "wg0", "netns", "one");
        Poll.until(
                "it is counted on in another namespace",
                Duration.ofSeconds(10),
                () -> pair.warren.uapi().counter(INTO_THE_INTERFACE) >= second);
        var inside = pair.a.run("ip", "netns", "exec", "one", "cat", "/sys/class/net/wg0/statistics/tx_dropped");
        assertEquals(dropped(inside.out()), pair.warren.uapi().counter(INTO_THE_INTERFACE));
    }

    private static long dropped(String text) {
        return Long.parseLong(text.strip());
    }

    @Test
    void whatFindsTheReceiveBufferFull() throws Exception {
        var pair = pair();
        assertEquals(0, pair.warren.uapi().counter(INTO_THE_SOCKET));
        try (var from = pair.b.udp(Pair.OUTER_B4, 0)) {
            flood(pair, from, Pair.OUTER_A4, Pair.PORT_A, 60_000);
        }
        assertTrue(pair.a.fullSockets() > 1000, pair.a::losses);
        // The kernel tells with the next datagram that has room.
        Ping.untilAnswered(pair.b, A4, Duration.ofSeconds(10));
        assertEquals(pair.a.fullSockets(), pair.warren.uapi().counter(INTO_THE_SOCKET));
        Ping.once(pair.b, A4);
        assertEquals(pair.a.fullSockets(), pair.warren.uapi().counter(INTO_THE_SOCKET), "counted twice");
    }
}
