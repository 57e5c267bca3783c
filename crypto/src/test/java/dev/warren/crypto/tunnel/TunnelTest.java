package dev.warren.crypto.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.suite.Suite;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TunnelTest {
    private static final long WALL = 1_800_000_000L * Protocol.SECOND;
    private static final InetSocketAddress A = new InetSocketAddress("192.0.2.1", 1000);
    private static final InetSocketAddress B = new InetSocketAddress("2001:db8::2", 2000);

    private final SecureRandom random = new SecureRandom();
    private final Suite suite = Suite.open(Suite.Choice.AUTO);
    private final PrivateKey keyA = PrivateKey.generate(random);
    private final PrivateKey keyB = PrivateKey.generate(random);
    private final Tunnel a = Tunnel.builder(keyA, keyB.publicKey(suite.x25519()))
            .suite(suite)
            .endpoint(B)
            .create();
    private final Tunnel b =
            Tunnel.builder(keyB, keyA.publicKey(suite.x25519())).suite(suite).create();
    private long now;

    @AfterEach
    void close() {
        a.close();
        b.close();
        b.close();
        keyA.close();
        keyB.close();
        suite.close();
    }

    private static ByteBuffer packet4(int length) {
        return ByteBuffer.allocate(length).put(0, (byte) 0x45).putShort(2, (short) length);
    }

    private static ByteBuffer packet6(int length) {
        return ByteBuffer.allocate(length).put(0, (byte) 0x60).putShort(4, (short) (length - 40));
    }

    private ByteBuffer only(TunnelResult result) {
        assertEquals(1, result.datagrams().size(), result.toString());
        return result.datagrams().getFirst();
    }

    private void connect() {
        a.forceHandshake(now);
        var initiation = only(a.advance(now, WALL + now));
        var response = only(b.decapsulate(initiation, A, now, WALL + now));
        var keepalive = only(a.decapsulate(response, B, now, WALL + now));
        assertInstanceOf(TunnelResult.Nothing.class, b.decapsulate(keepalive, A, now, WALL + now));
    }

    @Test
    void decapsulatedPacketsAreTrimmedOfPadding() {
        connect();
        for (int length = 40; length < 200; length++) {
            for (var packet : new ByteBuffer[] {packet4(length), packet6(length)}) {
                var datagram = only(a.encapsulate(packet, now, WALL));
                assertEquals(0, datagram.remaining() % 16);
                var delivered = assertInstanceOf(TunnelResult.Deliver.class, b.decapsulate(datagram, A, now, WALL));
                assertEquals(packet, delivered.packet());
            }
        }
    }

    @Test
    void theFirstPacketIsStagedUntilTheSession() {
        var initiation = only(a.encapsulate(packet4(100), now, WALL));
        assertEquals(148, initiation.remaining());
        assertInstanceOf(TunnelResult.Nothing.class, a.encapsulate(packet4(101), now, WALL));
        assertEquals(2, a.statistics().stagedPackets());
        var response = only(b.decapsulate(initiation, A, now, WALL));
        var result = a.decapsulate(response, B, now, WALL);
        assertEquals(2, result.datagrams().size());
        assertInstanceOf(
                TunnelResult.Deliver.class, b.decapsulate(result.datagrams().get(0), A, now, WALL));
        assertEquals(now, b.statistics().lastHandshake());
    }

    @Test
    void theEndpointRoamsWithAuthenticatedDatagramsOnly() {
        assertNull(b.endpoint());
        connect();
        assertEquals(A, b.endpoint());
        var moved = new InetSocketAddress("198.51.100.7", 7);
        var datagram = only(a.encapsulate(packet4(100), now, WALL));
        var forged = copy(datagram).put(20, (byte) (datagram.get(20) ^ 1));
        assertInstanceOf(TunnelResult.Dropped.class, b.decapsulate(forged, moved, now, WALL));
        assertEquals(A, b.endpoint());
        b.decapsulate(datagram, moved, now, WALL);
        assertEquals(moved, b.endpoint());
    }

    @Test
    void malformedDatagramsAreDroppedWithAVerdictAndNeverThrow() {
        connect();
        var noise = new Random(1);
        for (int length = 0; length < 400; length++) {
            for (byte type = 0; type < 6; type++) {
                var bytes = new byte[length];
                noise.nextBytes(bytes);
                if (length >= 4) {
                    ByteBuffer.wrap(bytes).put(type).put((byte) 0).putShort((short) 0);
                }
                var result = b.decapsulate(ByteBuffer.wrap(bytes), A, now, WALL);
                assertInstanceOf(TunnelResult.Dropped.class, result, "type " + type + " length " + length);
            }
        }
        assertEquals(Verdict.MALFORMED, reason(b.encapsulate(ByteBuffer.allocate(0), now, WALL)));
        assertEquals(Verdict.TOO_LONG, reason(b.encapsulate(ByteBuffer.allocate(65_536), now, WALL)));
        assertEquals(Verdict.MALFORMED, reason(b.decapsulate(MemorySegment.NULL, A, now, WALL)));
        assertTrue(b.dropped(Verdict.MALFORMED, Verdict.TOO_LONG) > 100);
    }

    @Test
    void whatIsNoIpPacketIsDroppedAfterItAuthenticated() {
        connect();
        for (var packet : new ByteBuffer[] {
            packet4(60).put(0, (byte) 0x55),
            packet4(60).putShort(2, (short) 900),
            packet4(60).putShort(2, (short) 19)
        }) {
            assertEquals(
                    Verdict.MALFORMED, reason(b.decapsulate(only(a.encapsulate(packet, now, WALL)), A, now, WALL)));
        }
    }

    @Test
    void buffersThatArePassedInStayAsTheyAre() {
        connect();
        var packet = packet4(77);
        var slice = ByteBuffer.allocateDirect(300)
                .position(100)
                .put(packet.duplicate())
                .flip()
                .position(100);
        var datagram = only(a.encapsulate(slice.asReadOnlyBuffer(), now, WALL));
        assertEquals(100, slice.position());
        assertEquals(177, slice.limit());
        var copy = datagram.duplicate();
        assertInstanceOf(TunnelResult.Deliver.class, b.decapsulate(datagram.asReadOnlyBuffer(), A, now, WALL));
        assertEquals(copy, datagram);
    }

    @Test
    void aFloodOfInitiationsIsAnsweredWithCookiesAndTheTunnelGoesOn() {
        int cookies = 0;
        for (int i = 0; i < 3000; i++) {
            a.forceHandshake(now);
            for (var datagram : a.advance(now, WALL + now).datagrams()) {
                for (int copy = 0; copy < 400; copy++) {
                    var result = b.decapsulate(datagram, A, now, WALL + now);
                    cookies += result instanceof TunnelResult.Dropped dropped && dropped.reason() == Verdict.COOKIE_SENT
                            ? 1
                            : 0;
                }
            }
            now += Protocol.SECOND / 100;
        }
        assertTrue(cookies > 0, "no cookie in the flood");
        assertEquals(cookies, b.dropped(Verdict.COOKIE_SENT));
    }

    @Test
    void wrongSettingsAreRefusedWithASentence() {
        var builder = Tunnel.builder(keyA, keyB.publicKey(suite.x25519())).suite(suite);
        assertThrows(IllegalArgumentException.class, () -> builder.persistentKeepalive(70_000)
                .create());
    }

    private static ByteBuffer copy(ByteBuffer buffer) {
        return ByteBuffer.allocate(buffer.remaining()).put(buffer.duplicate()).flip();
    }

    private static Verdict reason(TunnelResult result) {
        return assertInstanceOf(TunnelResult.Dropped.class, result).reason();
    }

    // What only the caller can do wrong is told at once, in a sentence, and changes nothing.
    @Test
    @SuppressWarnings("NullAway") // what null does
    void wrongArgumentsAreExceptionsAtOnce() {
        var packet = MemorySegment.ofArray(new byte[20]);
        var here = new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 51820);
        var nameless = java.net.InetSocketAddress.createUnresolved("vpn.example.org", 51820);
        for (long now : new long[] {-1, Long.MIN_VALUE}) {
            told(IllegalArgumentException.class, "never negative", () -> a.encapsulate(packet, now, 0));
            told(IllegalArgumentException.class, "never negative", () -> a.decapsulate(packet, here, now, 0));
            told(IllegalArgumentException.class, "never negative", () -> a.advance(now, 0));
            told(IllegalArgumentException.class, "never negative", () -> a.forceHandshake(now));
        }
        told(IllegalArgumentException.class, "not resolved", () -> a.endpoint(nameless));
        told(IllegalArgumentException.class, "not resolved", () -> a.decapsulate(packet, nameless, 0, 0));
        var unresolved = Tunnel.builder(keyA, a.publicKey()).suite(suite).endpoint(nameless);
        told(IllegalArgumentException.class, "not resolved", unresolved::create);
        told(NullPointerException.class, "packet", () -> a.encapsulate((MemorySegment) null, 0, 0));
        told(NullPointerException.class, "packet", () -> a.encapsulate((java.nio.ByteBuffer) null, 0, 0));
        told(NullPointerException.class, "datagram", () -> a.decapsulate((MemorySegment) null, here, 0, 0));
        told(NullPointerException.class, "source", () -> a.decapsulate(packet, null, 0, 0));
        told(NullPointerException.class, "privateKey", () -> Tunnel.builder(null, a.publicKey()));
        told(NullPointerException.class, "peer", () -> Tunnel.builder(keyA, null));
    }

    @Test
    void anotherThreadIsRefused() throws Exception {
        var packet = MemorySegment.ofArray(new byte[20]);
        java.util.concurrent.CompletableFuture.runAsync(() -> {
                    told(WrongThreadException.class, "belongs to the thread", () -> a.encapsulate(packet, 0, 0));
                    told(WrongThreadException.class, "belongs to the thread", () -> a.advance(0, 0));
                    told(WrongThreadException.class, "belongs to the thread", a::nextDeadline);
                    told(WrongThreadException.class, "belongs to the thread", a::close);
                })
                .get();
        assertEquals(Long.MAX_VALUE, a.nextDeadline());
    }

    @Test
    void aClosedTunnelRefusesEveryCall() {
        var packet = MemorySegment.ofArray(new byte[20]);
        var here = new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 51820);
        var tunnel = Tunnel.builder(keyA, b.publicKey()).suite(suite).create();
        tunnel.close();
        tunnel.close();
        told(IllegalStateException.class, "was closed", () -> tunnel.encapsulate(packet, 0, 0));
        told(IllegalStateException.class, "was closed", () -> tunnel.decapsulate(packet, here, 0, 0));
        told(IllegalStateException.class, "was closed", () -> tunnel.advance(0, 0));
        told(IllegalStateException.class, "was closed", () -> tunnel.endpoint(here));
        told(IllegalStateException.class, "was closed", () -> tunnel.presharedKey(null));
        told(IllegalStateException.class, "was closed", tunnel::statistics);
        told(IllegalStateException.class, "was closed", tunnel::nextDeadline);
    }

    private static void told(
            Class<? extends RuntimeException> type, String part, org.junit.jupiter.api.function.Executable call) {
        var thrown = org.junit.jupiter.api.Assertions.assertThrows(type, call);
        org.junit.jupiter.api.Assertions.assertTrue(
                String.valueOf(thrown.getMessage()).contains(part), thrown.toString());
    }
}
