package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.B4;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Several packet loops, and several queues of the TUN: the peer is on the first loop or on the second.
@Tag("netns")
@OnlyWarren("wireguard-go does not know these settings")
class MoreCoresTest {
    private static final double FLOOR = 5e6;
    private static final int BURSTS = 300;
    private static final int BURST = 30;

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private Pair pair(int queues, int loop) {
        var environment = Map.of("WARREN_LOOPS", "2", "WARREN_TUN_QUEUES", "" + queues);
        var pair = Pair.unconfigured(lab, 1500, environment);
        // Peers go to the loops in turn.
        for (int i = 0; i < loop; i++) pair.warren.wg().set("peer", Keys.random(), "allowed-ips", "10.66.0.1/32");
        pair.introduce(Outer.V4, Role.INITIATOR, null);
        pair.up();
        pair.speakFirst(Role.INITIATOR);
        assertEquals(queues, queues(pair.a));
        return pair;
    }

    private static int queues(Host host) {
        var names = host.run("ls", "/sys/class/net/wg0/queues").out();
        return (int) names.lines().filter(name -> name.startsWith("tx-")).count();
    }

    @ParameterizedTest(name = "{0} queues, peer on loop {1}")
    @CsvSource({"1,1", "2,0", "2,1"})
    void trafficFlowsAndKeepsItsOrder(int queues, int loop) throws Exception {
        var pair = pair(queues, loop);
        Ping.all(pair.a, B4, 20, 56);
        Ping.all(pair.b, A4, 20, 56);
        for (boolean reverse : new boolean[] {false, true}) {
            var tcp = Iperf.tcp(pair.a, pair.b, B4, 2, reverse);
            System.out.println(queues + " queues, loop " + loop + (reverse ? " b->a" : " a->b") + " tcp " + tcp);
            assertTrue(tcp.bitsPerSecond() > FLOOR, () -> "too slow: " + tcp);
            assertTrue(tcp.slowestInterval() > 0, () -> "stalled: " + tcp);
        }
        // With -R the client receives, and says how much was out of order.
        for (boolean forth : new boolean[] {true, false}) {
            var udp = forth
                    ? Iperf.udp(pair.b, pair.a, A4, 2, true, "100M", 1200)
                    : Iperf.udp(pair.a, pair.b, B4, 2, true, "100M", 1200);
            System.out.println(queues + " queues, loop " + loop + (forth ? " a->b" : " b->a") + " udp " + udp + ", "
                    + udp.outOfOrder() + " out of order");
            assertEquals(0, udp.outOfOrder(), () -> "reordered: " + udp + "; " + pair.a.losses());
            assertTrue(udp.packets() > 5000, () -> "sent too little: " + udp);
        }
        for (boolean answered : new boolean[] {false, true}) {
            numberedBurstsKeepTheirOrder(pair.a, pair.b, B4, answered);
            numberedBurstsKeepTheirOrder(pair.b, pair.a, A4, answered);
        }
    }

    /// One flow of datagrams, many at a time: never answered, or answered from the first one on. The first answer
    /// moves the flow to another queue, and what is under way then may be overtaken: so nothing is.
    private static void numberedBurstsKeepTheirOrder(Host from, Host to, String address, boolean answered)
            throws IOException {
        try (var receiver = to.udp(address, 0);
                var sender = from.udp(from.name().equals("a") ? A4 : B4, 0)) {
            receiver.configureBlocking(false);
            sender.configureBlocking(false);
            int port = ((InetSocketAddress) receiver.getLocalAddress()).getPort();
            var target = new InetSocketAddress(address, port);
            int number = 0;
            int last = -1;
            int received = 0;
            var buffer = ByteBuffer.allocate(2000);
            if (answered) {
                sender.send(ByteBuffer.allocate(1000).putInt(0, number++), target);
                receiver.send(ByteBuffer.allocate(8), await(receiver, buffer));
                await(sender, buffer);
            }
            for (int burst = 0; burst < BURSTS; burst++) {
                for (int i = 0; i < BURST; i++) {
                    sender.send(ByteBuffer.allocate(1000).putInt(0, number++), target);
                }
                LockSupport.parkNanos(1_000_000);
                for (var source = take(receiver, buffer); source != null; source = take(receiver, buffer)) {
                    int next = buffer.getInt(0);
                    assertTrue(next > last, "datagram " + next + " came behind " + last);
                    last = next;
                    received++;
                    if (answered && next % BURST == 0) receiver.send(ByteBuffer.allocate(8), source);
                }
            }
            assertTrue(received > number / 2, "of " + number + " datagrams only " + received + " arrived");
        }
    }

    private static InetSocketAddress await(DatagramChannel channel, ByteBuffer buffer) throws IOException {
        long begin = System.nanoTime();
        var source = take(channel, buffer);
        for (; source == null; source = take(channel, buffer)) {
            assertTrue(System.nanoTime() - begin < Host.PATIENCE.toNanos(), "a datagram did not arrive");
            LockSupport.parkNanos(1_000_000);
        }
        return source;
    }

    private static @Nullable InetSocketAddress take(DatagramChannel channel, ByteBuffer buffer) throws IOException {
        return (InetSocketAddress) channel.receive(buffer.clear());
    }

    @Test
    void aSecondRouterDoesNotTakeAQueueOfTheFirst() {
        var pair = pair(2, 0);
        for (var queues : List.of("1", "2")) {
            var program = pair.a.spawn(
                    Map.of("WARREN_LOOPS", "2", "WARREN_TUN_QUEUES", queues), Router.underTest(), "-f", "wg0");
            var second = program.await(Duration.ofSeconds(60));
            assertNotEquals(0, second.code(), second::toString);
            assertTrue(second.err().contains("wg0"), second::toString);
        }
        assertEquals(2, queues(pair.a));
        Ping.all(pair.a, B4, 10, 56);
    }

    @Test
    void aFileAsksForQueues() throws IOException {
        var host = lab.host("a");
        Files.writeString(
                host.file("/run/queues.conf"),
                "warren { loops = 2, tun-queues = auto, interfaces.wg0 { private-key = \"%s\" } }"
                        .formatted(Keys.generate().privateKey()));
        host.run("chmod", "600", "/run/queues.conf");
        var router = host.spawn(Router.underTest(), "run", "--config", "/run/queues.conf");
        Poll.until(() -> "wg0 is up: " + router.errors(), Host.PATIENCE, () -> new Uapi(host, "wg0").answers());
        assertEquals(2, queues(host));
    }

    @Test
    void aWrongNumberIsSaidAndNothingIsMade() {
        var host = lab.host("a");
        var program = host.spawn(Map.of("WARREN_LOOPS", "0"), Router.underTest(), "-f", "wg0");
        var said = program.await(Duration.ofSeconds(60));
        assertEquals(1, said.code(), said::toString);
        assertTrue(said.err().contains("WARREN_LOOPS=0 is neither auto nor 1 to 256"), said::toString);
        assertTrue(!host.hasDevice("wg0"));
    }

    @Test
    void deletingTheInterfaceEndsTheRouterWithAllItsQueues() {
        var host = lab.host("a");
        var environment = Map.of("WARREN_LOOPS", "2", "WARREN_TUN_QUEUES", "auto");
        var router = Router.start(host, Router.Maker.UNDER_TEST, "wg0", environment);
        host.up("wg0");
        host.run("ip", "link", "del", "wg0");
        assertEquals(1, router.program().await(Duration.ofSeconds(5)).code());
        assertTrue(!host.hasDevice("wg0"));
    }
}
