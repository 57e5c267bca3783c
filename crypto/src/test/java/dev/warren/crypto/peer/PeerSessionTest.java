package dev.warren.crypto.peer;

import static dev.warren.crypto.peer.TwoPeers.packet;
import static dev.warren.crypto.peer.TwoPeers.seconds;
import static dev.warren.crypto.peer.Wire.Kind.DATA;
import static dev.warren.crypto.peer.Wire.Kind.INITIATION;
import static dev.warren.crypto.peer.Wire.Kind.RESPONSE;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.session.Keypair;
import dev.warren.crypto.wire.DataMessage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerSessionTest {
    private static Keypair current(PeerNode node) {
        var keypair = node.peer.keypairs().current();
        assertNotNull(keypair);
        return keypair;
    }

    @Test
    void countersGoOnBeyond32Bits() {
        try (var net = TwoPeers.connected(1)) {
            current(net.a()).skipTo(0xFFFF_FFFFL);
            net.a().send(packet(1), packet(2));
            net.advance(seconds(1));
            assertEquals(3, net.b().delivered.size());
            byte[] last = net.wire().last(DATA).bytes();
            assertEquals(1L << 32, DataMessage.counter(MemorySegment.ofArray(last), 0));
        }
    }

    @Test
    void senderAtTheCounterLimitRefusesAndRekeys() {
        try (var net = TwoPeers.connected(2)) {
            net.advance(seconds(10));
            current(net.a()).skipTo(Protocol.REJECT_AFTER_MESSAGES - 1);
            net.a().send(packet(1), packet(2));
            assertEquals(1, net.a().dropped(Verdict.COUNTER_LIMIT));
            net.a().send(packet(3));
            assertEquals(1, net.a().peer.stagedPackets());
            net.advance(seconds(1));
            assertEquals(2, net.wire().count(INITIATION));
            assertEquals(3, net.b().delivered.size());
            assertEquals(3, TwoPeers.idOf(net.b().delivered.getLast()));
        }
    }

    @Test
    void bothRolesRekeyAfter2To60Messages() {
        for (boolean initiator : new boolean[] {true, false}) {
            try (var net = TwoPeers.connected(3)) {
                net.advance(seconds(10));
                var from = initiator ? net.a() : net.b();
                int before = net.other(from).delivered.size();
                current(from).skipTo(Protocol.REKEY_AFTER_MESSAGES - 1);
                from.send(packet(1));
                net.advance(seconds(0.1));
                assertEquals(1, net.wire().count(INITIATION));
                from.send(packet(2));
                net.advance(seconds(0.1));
                assertEquals(2, net.wire().count(INITIATION));
                assertEquals(before + 2, net.other(from).delivered.size());
            }
        }
    }

    @Test
    void forgedDatagramsDoNotMoveTheReplayWindow() {
        try (var net = TwoPeers.connected(4)) {
            net.a().send(packet(1));
            byte[] genuine = net.wire().last(DATA).bytes();
            byte[] forged = genuine.clone();
            forged[DataMessage.COUNTER + 6] = 1;
            net.inject(net.b(), forged, 99);
            assertEquals(Verdict.BAD_TAG, net.b().lastVerdict);
            assertEquals(51820, net.b().endpointPort);
            net.advance(seconds(1));
            assertEquals(2, net.b().delivered.size());
            net.inject(net.b(), genuine, 99);
            assertEquals(Verdict.REPLAYED, net.b().lastVerdict);
            assertEquals(51820, net.b().endpointPort);
        }
    }

    @Test
    void reorderingByThousandsLosesNothing() {
        try (var net = TwoPeers.connected(7)) {
            net.link().delay(0, seconds(1));
            var packets = new byte[4000][];
            for (int i = 0; i < packets.length; i++) {
                packets[i] = packet(i);
            }
            net.a().send(packets);
            net.advance(seconds(2));
            assertEquals(4001, net.b().delivered.size());
            assertEquals(0, net.b().dropped(Verdict.REPLAYED));
        }
    }

    @Test
    void everySizeIsPaddedTo16AndComesBack() {
        try (var net = TwoPeers.connected(15)) {
            for (int length = 1; length <= 1420; length += length < 100 ? 1 : 13) {
                var packet = new byte[length];
                new Random(length).nextBytes(packet);
                net.a().send(packet);
                int padded = Math.min((length + 15) / 16 * 16, 1420);
                assertEquals(32 + padded, net.wire().last(DATA).bytes().length);
                net.advance(seconds(0.01));
                byte[] delivered = net.b().delivered.getLast();
                assertEquals(padded, delivered.length);
                assertArrayEquals(packet, java.util.Arrays.copyOf(delivered, length));
                for (int i = length; i < padded; i++) {
                    assertEquals(0, delivered[i]);
                }
            }
        }
    }

    @Test
    void noMtuBreaksThePadding() {
        try (var net = TwoPeers.connected(42)) {
            for (int mtu : new int[] {0, 1, 68, 1420, 65535}) {
                net.a().peer.mtu(mtu);
                for (int length : new int[] {1, 20, 67, 68, 69, 1000, 1419, 1420, 1421, 9000}) {
                    net.a().send(new byte[length]);
                    int padded = net.wire().last(DATA).bytes().length - 32;
                    assertEquals(length + Padding.of(length, mtu), padded);
                    net.advance(seconds(0.01));
                    assertEquals(padded, net.b().delivered.getLast().length);
                }
            }
        }
    }

    @Test
    void sealingRestoresWhatLiesBehindThePacket() {
        try (var net = TwoPeers.connected(15);
                var arena = Arena.ofConfined()) {
            var src = arena.allocate(2048);
            var dst = arena.allocate(2048);
            for (int length = 1; length < 200; length++) {
                src.fill((byte) 0x5A);
                assertTrue(net.a().peer.ready(net.now()));
                assertTrue(net.a().peer.seal(src, 64, length, dst, 64) > 0);
                for (long i = 64; i < 2048; i++) {
                    assertEquals(0x5A, src.get(ValueLayout.JAVA_BYTE, i), "byte " + i + " at length " + length);
                }
                for (long i = 0; i < 64; i++) {
                    assertEquals(0, dst.get(ValueLayout.JAVA_BYTE, i));
                }
            }
        }
    }

    @Test
    void sealingAndOpeningAllocateNothing() {
        try (var net = TwoPeers.connected(104);
                var arena = Arena.ofConfined()) {
            assumeTrue(net.suite().describe().startsWith("OpenSSL"), "the JDK's cipher makes objects of its own");
            var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            var src = arena.allocate(2048);
            var sealed = arena.allocate(2048);
            var dst = arena.allocate(2048);
            long least = Long.MAX_VALUE; // until the compiler got to it, which takes as long as the machine lets it
            int rounds = 10_000;
            for (int window = 0; window < 30 && least >= rounds; window++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < rounds; i++) {
                    int length = net.a().peer.seal(src, 64, 100, sealed, 64);
                    if (net.b().peer.open(sealed, 64, length, dst, 64, net.now()) != 112) {
                        throw new AssertionError("round " + i);
                    }
                    if (i % 50 == 0) {
                        net.a().peer.sent(50, 50L * length, net.now());
                        net.b().peer.received(50, 0, 50L * length, net.now());
                    }
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least < rounds, least + " bytes for " + rounds + " packets");
        }
    }

    @Test
    void packetsThatFitInNoDatagramAreRefused() {
        try (var net = TwoPeers.connected(16);
                var arena = Arena.ofConfined()) {
            var src = arena.allocate(70_000);
            var dst = arena.allocate(70_000);
            assertEquals(Verdict.TOO_LONG.code(), net.a().peer.seal(src, 64, 65_500, dst, 64));
            assertEquals(65_440 + Padding.of(65_440, 1420) + 32, net.a().peer.seal(src, 64, 65_440, dst, 64));
        }
    }

    @Test
    void packetsThatFitInNoDatagramAreNotStaged() {
        try (var net = TwoPeers.seeded(16)) {
            var peer = net.a().peer;
            peer.stage(MemorySegment.ofArray(new byte[65_500]), 0, 65_500);
            assertEquals(0, peer.stagedPackets());
            assertEquals(1, net.a().dropped(Verdict.TOO_LONG));
            peer.stage(MemorySegment.ofArray(new byte[65_440]), 0, 65_440);
            assertEquals(1, peer.stagedPackets());
            assertEquals(1, net.a().dropped(Verdict.TOO_LONG));
        }
    }

    @Test
    void datagramsOfThisPeerAreRecognisedByTheirIndex() {
        try (var net = TwoPeers.seeded(18)) {
            net.a().send(packet(0));
            byte[] first = net.wire().last(INITIATION).bytes();
            assertTrue(isOurs(net.a(), first), "an initiation under way");
            assertFalse(isOurs(net.b(), first));
            net.advance(seconds(1));
            assertFalse(isOurs(net.a(), first), "that handshake is done");
            assertTrue(isOurs(net.b(), net.wire().last(RESPONSE).bytes()));
            assertFalse(isOurs(net.a(), net.wire().last(RESPONSE).bytes()));
            byte[] data = net.wire().last(DATA).bytes();
            assertTrue(isOurs(net.a(), data));
            assertFalse(isOurs(net.b(), data));
            for (int i = 0; i < 8; i++) {
                byte[] other = data.clone();
                other[i] ^= 1;
                assertFalse(isOurs(net.a(), other), "byte " + i);
            }
            for (int length = 0; length < 32; length++) {
                assertFalse(net.a().peer.isOurs(MemorySegment.ofArray(data), 0, length));
            }
        }
    }

    private static boolean isOurs(PeerNode node, byte[] datagram) {
        return node.peer.isOurs(MemorySegment.ofArray(datagram), 0, datagram.length);
    }

    @Test
    void droppedDatagramsAreCountedByVerdict() {
        try (var net = TwoPeers.connected(17)) {
            net.a().send(packet(1));
            byte[] genuine = net.wire().last(DATA).bytes();
            var wrongIndex = genuine.clone();
            wrongIndex[5] ^= 1;
            net.inject(net.b(), wrongIndex, 9);
            assertEquals(Verdict.UNKNOWN_INDEX, net.b().lastVerdict);
            var damaged = genuine.clone();
            damaged[damaged.length - 1] ^= 1;
            net.inject(net.b(), damaged, 9);
            assertEquals(Verdict.BAD_TAG, net.b().lastVerdict);
            net.jump(seconds(181));
            net.inject(net.b(), genuine, 9);
            assertEquals(Verdict.EXPIRED, net.b().lastVerdict);
            for (var reason : new Verdict[] {Verdict.UNKNOWN_INDEX, Verdict.BAD_TAG, Verdict.EXPIRED}) {
                assertEquals(1, net.b().dropped(reason));
            }
            assertEquals(51820, net.b().endpointPort);
        }
    }

    @Test
    void indicesAreAnnouncedExactlyAsLongAsTheyListen() {
        for (long seed = 0; seed < 8; seed++) {
            var random = new Random(seed);
            try (var net = TwoPeers.seeded(seed)) {
                net.link().loss(0.3).delay(1, seconds(0.2));
                for (int i = 0; i < 60; i++) {
                    var node = random.nextBoolean() ? net.a() : net.b();
                    switch (random.nextInt(3)) {
                        case 0 -> node.peer.forceHandshake(net.now());
                        case 1 -> node.send(packet(i));
                        default -> {}
                    }
                    net.advance(random.nextLong(seconds(30)));
                    for (var each : new PeerNode[] {net.a(), net.b()}) {
                        var keypairs = each.peer.keypairs();
                        int live = 0;
                        for (int index : each.indices) {
                            live += keypairs.find(index) != null ? 1 : 0;
                        }
                        int inFlight = each.indices.size() - live;
                        assertTrue(inFlight == 0 || inFlight == 1, "seed " + seed);
                        assertTrue(live <= 3, "seed " + seed);
                    }
                }
                net.advance(seconds(800));
                assertEquals(0, net.a().indices.size() + net.b().indices.size(), "seed " + seed);
            }
        }
    }

    @Test
    void bytesAreWholeDatagramsOfEverythingAuthenticated() {
        try (var net = TwoPeers.connected(18)) {
            net.stream(net.a(), seconds(1), seconds(300), id -> packet(id, 1000));
            net.advance(seconds(320));
            assertEquals(net.a().counted.txBytes(), net.b().counted.rxBytes());
            assertEquals(net.b().counted.txBytes(), net.a().counted.rxBytes());
            assertTrue(net.a().counted.txBytes() > 300_000 && net.b().counted.txBytes() < 5_000);
            long seen = net.wire().all(s -> s.from().equals("a")).stream()
                    .mapToLong(s -> s.bytes().length)
                    .sum();
            assertEquals(seen, net.a().counted.txBytes());
        }
    }

    @Test
    void withoutAnEndpointNothingIsSentUntilItIsKnown() {
        try (var net = TwoPeers.seeded(19)) {
            net.a().peer.endpointKnown(false);
            net.a().send(packet(1));
            net.advance(seconds(100));
            assertEquals(0, net.wire().count(INITIATION));
            assertEquals(Long.MAX_VALUE, net.a().peer.nextDeadline());
            net.a().peer.endpointKnown(true);
            net.advance(seconds(1));
            assertEquals(1, net.b().delivered.size());
        }
    }

    @Test
    void anInitiationMakesTheEndpointKnown() {
        try (var net = TwoPeers.seeded(20)) {
            net.a().peer.endpointKnown(false);
            net.a().peer.stage(MemorySegment.ofArray(packet(1)), 0, 64);
            net.b().send(packet(2));
            net.advance(seconds(1));
            assertEquals(1, net.a().delivered.size());
            assertEquals(1, net.b().delivered.size(), "what was staged leaves when the session is confirmed");
        }
    }

    @Test
    void aNewPrivateKeyEndsAllSessions() {
        try (var net = TwoPeers.connected(21)) {
            net.advance(seconds(1));
            var changed = new StaticIdentity(PrivateKey.generate(new SeededRandom(99)), net.suite());
            var old = net.a().identity;
            net.a().peer.identity(changed);
            net.a().identity = changed;
            net.a().gate.identity(changed);
            old.close();
            assertTrue(net.a().peer.keypairs().isEmpty());
            assertEquals(0, net.a().indices.size());
            net.a().send(packet(1));
            net.advance(seconds(1));
            assertEquals(2, net.wire().count(INITIATION));
            assertEquals(1, net.b().delivered.size(), "b does not know the new key");
            net.b().meet(changed.publicKey());
            net.advance(seconds(6));
            assertEquals(2, net.b().delivered.size());
        }
    }

    @Test
    void anIdlePeerKeepsTimestampsAndStatistics() {
        try (var net = TwoPeers.connected(22)) {
            byte[] initiation = net.wire().last(INITIATION).bytes();
            net.link().loss(0.2);
            net.stream(net.a(), seconds(0.1), seconds(100), TwoPeers::packet);
            net.advance(seconds(101));
            var memory = net.b().peer.memory();
            double loss = net.b().peer.lossEstimate();
            assertTrue(loss > 0.1 && loss < 0.3, "loss " + loss);
            net.b().restart();
            net.b().peer.restore(memory);
            assertEquals(loss, net.b().peer.lossEstimate(), 0.001);
            assertEquals(memory.lastHandshake(), net.b().peer.lastHandshake());
            net.inject(net.b(), initiation, 7);
            assertEquals(Verdict.OLD_TIMESTAMP, net.b().lastVerdict);
        }
    }

    @Test
    void whatTheCountersShowOfLossAndReorderingIsCounted() {
        try (var net = TwoPeers.connected(28)) {
            long before = net.b().counted.arrived();
            net.link().delay(seconds(0.005), seconds(0.05)).loss(0.1);
            net.stream(net.a(), seconds(0.01), seconds(300), TwoPeers::packet); // over rekeys
            net.advance(seconds(301));
            net.link().delay(seconds(0.005), 0).loss(0);
            net.a().send(packet(1)); // shows what was lost last
            net.advance(seconds(1));
            long sent = net.b().counted.peerSent();
            long arrived = net.b().counted.arrived();
            assertTrue(arrived - before >= net.b().delivered.size(), "keepalives count as well");
            assertEquals(0.1, (double) (sent - arrived) / sent, 0.02);
            assertTrue(net.b().counted.late() > arrived / 10, net.b().counted.late() + " late of " + arrived);
        }
    }

    @Test
    void inOrderAndWithoutLossNothingIsMissing() {
        try (var net = TwoPeers.connected(29)) {
            net.stream(net.a(), seconds(0.1), seconds(300), TwoPeers::packet);
            net.advance(seconds(301));
            assertEquals(net.b().counted.peerSent(), net.b().counted.arrived());
            assertEquals(0, net.b().counted.late());
        }
    }

    @Test
    void aPeerThatSkipsCountersMakesNoCounterOverflow() {
        try (var net = TwoPeers.connected(30)) {
            var keypair = requireNonNull(net.a().peer.keypairs().current());
            for (long counter = 1L << 62; counter > 0; counter += 1L << 60) {
                keypair.skipTo(counter);
                net.a().send(packet(1));
                net.advance(seconds(0.1));
            }
            assertTrue(net.b().counted.peerSent() > 0);
            assertTrue(
                    net.b().counted.peerSent() <= 8L << 24, "" + net.b().counted.peerSent());
        }
    }

    @Test
    void aClosedPeerHasNoDeadlineAndDropsEverything() {
        try (var net = TwoPeers.connected(23)) {
            net.a().send(packet(1));
            byte[] data = net.wire().last(DATA).bytes();
            net.b().peer.persistentKeepalive(5, net.now());
            net.b().peer.close();
            net.b().peer.close();
            assertEquals(0, net.b().indices.size());
            net.inject(net.b(), data, 7);
            assertEquals(Verdict.UNKNOWN_INDEX, net.b().lastVerdict);
            net.b().send(packet(1));
            net.b().peer.forceHandshake(net.now());
            assertEquals(0, net.b().peer.stagedPackets());
            assertEquals(Long.MAX_VALUE, net.b().peer.nextDeadline());
            assertFalse(net.b().peer.ready(net.now()));
        }
    }

    @Test
    void keepaliveIntervalIsChecked() {
        try (var net = TwoPeers.seeded(24)) {
            assertThrows(IllegalArgumentException.class, () -> net.a().peer.persistentKeepalive(65536, 0));
            assertThrows(IllegalArgumentException.class, () -> net.a().peer.persistentKeepalive(-1, 0));
        }
    }
}
