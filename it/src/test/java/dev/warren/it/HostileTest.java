package dev.warren.it;

import static dev.warren.it.Pair.A4;
import static dev.warren.it.Pair.B4;
import static dev.warren.it.Pair.OUTER_A4;
import static dev.warren.it.Pair.OUTER_A6;
import static dev.warren.it.Pair.OUTER_B4;
import static dev.warren.it.Pair.OUTER_B6;
import static dev.warren.it.Pair.PORT_A;
import static dev.warren.it.Pair.PORT_B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.it.Pair.Outer;
import dev.warren.it.Pair.Role;
import dev.warren.it.Relay.Datagram;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Hand-made datagrams from somebody who has no session: the router stays what and where it is.
@Tag("netns")
class HostileTest {
    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private final long seed = System.nanoTime();
    private final Forgery forgery = new Forgery(seed);

    @ParameterizedTest
    @EnumSource(Outer.class)
    void noiseOfAllSizesChangesNothing(Outer outer) throws IOException {
        var pair = Pair.ready(lab, outer, Role.INITIATOR);
        pair.speakFirst(Role.INITIATOR);
        var before = pair.warren.wg().onlyPeer();
        long memory = memory(pair);
        var target = target(outer);
        try (var attacker = pair.b.udp(outer == Outer.V4 ? OUTER_B4 : OUTER_B6, 0)) {
            for (int size = 0; size <= 300; size++) {
                Forgery.send(attacker, target, forgery.noise(size));
                for (int type = 0; type <= 5; type++) Forgery.send(attacker, target, forgery.typed(type, size));
            }
            for (int size = 301; size <= 65507; size += size < 5000 ? 97 : 1999) {
                Forgery.send(attacker, target, forgery.typed(4, size));
                Forgery.send(attacker, target, forgery.typed(1, size));
            }
            Forgery.send(attacker, target, forgery.typed(4, 65507));
            Ping.all(pair.a, B4, 3, 1000);
            // And in the midst of traffic, where they may arrive in one read with what is real.
            var stop = new AtomicBoolean();
            var noise = Thread.ofPlatform().daemon().start(() -> {
                var mine = new Forgery(seed + 1);
                // About 5000 a second: not so many that real ones are lost in a full socket.
                for (int i = 0; !stop.get(); i++) {
                    Forgery.send(attacker, target, mine.typed(i % 6, i % 2000));
                    if (i % 5 == 0) java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                }
            });
            Ping.all(pair.a, B4, 20, 1000);
            Ping.all(pair.b, A4, 20, 1000);
            stop.set(true);
            join(noise);
        }
        var after = pair.warren.wg().onlyPeer();
        assertEquals(before.endpoint(), after.endpoint(), "the endpoint moved");
        assertEquals(before.latestHandshake(), after.latestHandshake(), "the session was lost");
        assertTrue(memory(pair) - memory < 100_000, () -> "memory grew by kB: " + (memory(pair) - memory));
    }

    @Test
    void replayedMessagesAreDeadLetters() throws IOException {
        var pair = Pair.unconfigured(lab);
        Pair.introduceTo(pair.warren, pair.keyB, B4, Pair.B6, null, null);
        try (var relay = new Relay(pair.a, OUTER_A4, new InetSocketAddress(OUTER_A4, PORT_A))) {
            var front = OUTER_A4 + ":" + relay.address().getPort();
            Pair.introduceTo(pair.other, pair.keyA, A4, Pair.A6, front, null);
            pair.up();
            Ping.all(pair.b, A4, 5, 100);
            var before = pair.warren.wg().onlyPeer();
            assertEquals(OUTER_A4 + ":" + relay.clientAddress().getPort(), before.endpoint());
            long received = pair.a.received("wg0");
            try (var elsewhere = pair.b.udp(OUTER_B4, 0)) {
                elsewhere.configureBlocking(false);
                for (int round = 0; round < 20; round++) {
                    for (var datagram : relay.seen()) {
                        if (datagram.fromClient()) {
                            Forgery.send(elsewhere, target(Outer.V4), datagram.bytes());
                            // The same with one bit changed in the middle.
                            var bytes = datagram.bytes();
                            bytes[bytes.length / 2] ^= 4;
                            Forgery.send(elsewhere, target(Outer.V4), bytes);
                        }
                    }
                }
                Ping.once(pair.b, A4);
                assertEquals(0, answers(elsewhere), "a replay was answered");
            }
            var after = pair.warren.wg().onlyPeer();
            assertEquals(before.endpoint(), after.endpoint(), "the endpoint moved");
            assertEquals(before.latestHandshake(), after.latestHandshake());
            // What came out of the tunnel since: one ping of ours, 84 bytes, and perhaps a word of the kernel's own.
            long delivered = pair.a.received("wg0") - received;
            assertTrue(delivered < 400, () -> "replayed packets were delivered: " + delivered + " bytes");
            Ping.once(pair.a, B4);
        }
    }

    @Test
    void aThousandForgedResponsesDoNotSpoilTheGenuineOne() throws IOException {
        var pair = Pair.unconfigured(lab);
        Pair.introduceTo(pair.other, pair.keyA, A4, Pair.A6, null, null);
        try (var relay = new Relay(pair.b, OUTER_B4, new InetSocketAddress(OUTER_B4, PORT_B))) {
            var front = OUTER_B4 + ":" + relay.address().getPort();
            Pair.introduceTo(pair.warren, pair.keyB, B4, Pair.B6, front, null);
            // Before the genuine response is passed, from the right address, for the right handshake: forged ones.
            relay.drop(d -> {
                if (d.response()) {
                    int sender = d.content().order(ByteOrder.LITTLE_ENDIAN).getInt(8);
                    for (int i = 0; i < 1000; i++) {
                        var forged = i % 2 == 0 ? d.bytes() : forgery.typed(2, Forgery.RESPONSE, sender);
                        forged[12 + i % 48] ^= 1;
                        // Most are told by their MAC1; some few only by their contents.
                        if (i % 20 == 0) Forgery.withMac1(forged, pair.keyA.publicKey());
                        relay.sendToClient(new InetSocketAddress(OUTER_A4, PORT_A), forged);
                        relay.sendToClient(
                                new InetSocketAddress(OUTER_A4, PORT_A),
                                forgery.typed(3, Forgery.COOKIE_REPLY, sender));
                        // Not all at once: a burst puts a device under load, and then only a cookie helps.
                        java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                    }
                }
                return false;
            });
            pair.quietUp();
            // On a slow machine a cookie may be asked for all the same, which costs one more try after 5 s.
            var took = Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(9));
            long tries = relay.count(Datagram::initiation);
            System.out.println("answered after " + took + " and " + tries + " initiations");
            assertTrue(tries <= 2, () -> tries + " initiations, seed " + seed);
            assertEquals(front, pair.warren.wg().onlyPeer().endpoint());
            Ping.once(pair.b, A4);
        }
    }

    @Test
    void aFloodWithoutMac1StopsNobody() throws Exception {
        var pair = Pair.unconfigured(lab);
        pair.introduce(Outer.V4, Role.RESPONDER, null);
        pair.up();
        var sent = new AtomicLong();
        try (var _ = flood(pair, () -> forgery.typed(1, Forgery.INITIATION), sent, null)) {
            Poll.until("the flood runs", Duration.ofSeconds(3), () -> sent.get() > 5000);
            Ping.untilAnswered(pair.b, A4, Duration.ofSeconds(6));
            Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(2));
        }
        Ping.all(pair.b, A4, 5, 56);
        System.out.println("flood of " + sent + " initiations without MAC1");
    }

    @Test
    void aFloodOfInitiationsBringsCookiesAndTheRealPeerStillConnects() throws Exception {
        var pair = Pair.unconfigured(lab);
        pair.introduce(Outer.V4, Role.RESPONDER, null);
        pair.up();
        long memory = memory(pair);
        var sent = new AtomicLong();
        var cookies = new AtomicLong();
        // Made beforehand: the flood is to be fast.
        var forged = new byte[4096][];
        for (int i = 0; i < forged.length; i++) forged[i] = forgery.initiationWithMac1(pair.keyA.publicKey());
        try (var _ = flood(pair, () -> forged[(int) (sent.get() % forged.length)], sent, cookies)) {
            Poll.until("cookies come", Duration.ofSeconds(5), () -> cookies.get() > 0);
            var took = Ping.untilAnswered(pair.b, A4, Duration.ofSeconds(12));
            System.out.println(
                    "connected under " + sent + " initiations with MAC1 in " + took + "; " + cookies + " cookies");
            Ping.untilAnswered(pair.a, B4, Duration.ofSeconds(3));
        }
        Ping.all(pair.b, A4, 5, 56);
        assertTrue(memory(pair) - memory < 100_000, () -> "memory grew by kB: " + (memory(pair) - memory));
        // After the flood a handshake needs no cookie any more.
        pair.other.wg().set("peer", pair.keyA.publicKey(), "remove");
        Pair.introduceTo(pair.other, pair.keyA, A4, Pair.A6, Pair.endpointA(Outer.V4), null);
        Ping.untilAnswered(pair.b, A4, Duration.ofSeconds(7));
    }

    // ---- tools

    private static InetSocketAddress target(Outer outer) {
        return new InetSocketAddress(outer == Outer.V4 ? OUTER_A4 : OUTER_A6, PORT_A);
    }

    /// Sends from a socket in host b, about 20 000 a second, until closed. Counts what comes back.
    private static AutoCloseable flood(
            Pair pair,
            java.util.function.Supplier<byte[]> next,
            AtomicLong sent,
            @org.jspecify.annotations.Nullable AtomicLong cookies)
            throws IOException {
        var channel = pair.b.udp(OUTER_B4, 0);
        channel.configureBlocking(false);
        var stop = new AtomicBoolean();
        var thread = Thread.ofPlatform().daemon().start(() -> {
            while (!stop.get()) {
                for (int i = 0; i < 40; i++) {
                    Forgery.send(channel, target(Outer.V4), next.get());
                    sent.incrementAndGet();
                }
                int back = answers(channel);
                if (cookies != null) cookies.addAndGet(back);
                java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
            }
        });
        return () -> {
            stop.set(true);
            join(thread);
            channel.close();
        };
    }

    private static int answers(DatagramChannel channel) {
        var buffer = ByteBuffer.allocate(2000);
        try {
            int count = 0;
            while (channel.receive(buffer.clear()) != null) count++;
            return count;
        } catch (IOException e) {
            return 0;
        }
    }

    private static long memory(Pair pair) {
        return pair.a.residentKilobytes(pair.warren.process());
    }

    private static void join(Thread thread) {
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
