package dev.warren.crypto.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.DataMessage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The moves of kernel noise.c, and what a single session enforces.
class KeypairsTest {
    private final Suite suite = Suite.open(Suite.Choice.AUTO);
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment plain = arena.allocate(2048);
    private final MemorySegment sealed = arena.allocate(2048);
    private final MemorySegment opened = arena.allocate(2048);
    private final List<Integer> retired = new ArrayList<>();
    private final Keypairs keypairs = new Keypairs(keypair -> retired.add(keypair.localIndex()));

    @AfterEach
    void close() {
        keypairs.clear();
        arena.close();
        suite.close();
    }

    private Keypair keypair(int index, boolean initiator, long created) {
        var key = new byte[32];
        var aead = suite.aead();
        return new Keypair(
                aead.key(key), aead.key(key), index, index, initiator, created - (initiator ? 5 : 0), created);
    }

    @Test
    void initiatorUsesTheNewKeypairAtOnceAndKeepsThePreviousForReceiving() {
        var one = keypair(1, true, 0);
        var two = keypair(2, true, 10);
        var three = keypair(3, true, 20);
        keypairs.add(one, false);
        keypairs.add(two, false);
        assertSame(two, keypairs.current());
        assertSame(one, keypairs.previous());
        keypairs.add(three, false);
        assertSame(two, keypairs.previous());
        assertEquals(List.of(1), retired);
    }

    @Test
    void responderKeepsTheNextKeypairUntilItsFirstDatagram() {
        var one = keypair(1, false, 0);
        keypairs.add(one, false);
        assertNull(keypairs.current());
        assertSame(one, keypairs.next());
        assertTrue(keypairs.confirm(one, false));
        assertSame(one, keypairs.current());
        assertNull(keypairs.next());
        assertFalse(keypairs.confirm(one, false), "only the first one confirms");

        var two = keypair(2, false, 10);
        keypairs.add(two, false);
        assertSame(one, keypairs.current(), "until it is confirmed the old one is used");
        assertTrue(keypairs.confirm(two, true));
        assertSame(one, keypairs.previous());
        assertSame(two, keypairs.current());
    }

    @Test
    void anUnconfirmedKeypairIsReplacedByTheNext() {
        keypairs.add(keypair(1, false, 0), false);
        var second = keypair(2, false, 5);
        keypairs.add(second, false);
        assertEquals(List.of(1), retired);
        assertNull(keypairs.find(1));
        assertSame(second, keypairs.next());
    }

    @Test
    void ofTwoSimultaneousKeypairsBothSidesPickTheSame() {
        for (boolean oursFirst : new boolean[] {true, false}) {
            var set = new Keypairs(keypair -> {});
            var old = keypair(1, true, 0);
            var theirs = keypair(2, false, 100);
            var ours = keypair(3, true, 101);
            set.add(old, oursFirst);
            set.add(theirs, oursFirst);
            set.add(ours, oursFirst);
            assertSame(ours, set.current());
            assertSame(theirs, set.next(), "still listening on it");
            assertSame(old, set.previous(), "the other side may still send with the old one");
            assertEquals(!oursFirst, set.confirm(theirs, oursFirst));
            assertSame(oursFirst ? ours : theirs, set.current());
            assertSame(oursFirst ? old : ours, set.previous());
            assertSame(theirs, set.find(2), "the other side may have sent with it");
            set.clear();
        }
    }

    @Test
    void aNewerKeypairOfThePeerIsUsedWhoeverComesFirst() {
        keypairs.add(keypair(1, true, 0), false);
        var newer = keypair(2, false, Protocol.SECOND);
        keypairs.add(newer, false);
        assertTrue(keypairs.confirm(newer, true));
        assertSame(newer, keypairs.current());
    }

    @Test
    void everyKeypairIsRetiredOnce() {
        for (int i = 0; i < 30; i++) {
            var fresh = keypair(i, i % 3 == 0, i);
            keypairs.add(fresh, false);
            if (i % 4 == 0) {
                keypairs.confirm(fresh, i % 8 == 0);
            }
        }
        keypairs.clear();
        keypairs.clear();
        assertTrue(keypairs.isEmpty());
        assertEquals(30, retired.size());
        assertEquals(30, retired.stream().distinct().count());
    }

    @Test
    void countersHave64Bits() {
        var pair = keypair(1, true, 0);
        pair.skipTo(0xFFFF_FFFFL);
        for (long expected : new long[] {0xFFFF_FFFFL, 0x1_0000_0000L}) {
            assertEquals(32 + 64, pair.seal(plain, 64, 64, sealed, 64));
            assertEquals(expected, DataMessage.counter(sealed, 64));
        }
        assertThrows(IllegalArgumentException.class, () -> pair.skipTo(5));
        pair.close();
    }

    @Test
    void aKeypairNeitherSendsNorAcceptsFromTheCounterLimitOn() {
        var pair = keypair(1, true, 0);
        pair.skipTo(Protocol.REJECT_AFTER_MESSAGES - 1);
        assertTrue(pair.sendable(Protocol.REJECT_AFTER_TIME, 0));
        assertEquals(96, pair.seal(plain, 64, 64, sealed, 64));
        assertEquals(64, pair.open(sealed, 64, 96, opened, 64, 0));
        assertFalse(pair.sendable(Protocol.REJECT_AFTER_TIME, 0));
        assertEquals(Verdict.COUNTER_LIMIT.code(), pair.seal(plain, 64, 64, sealed, 64));
        for (long forbidden : new long[] {Protocol.REJECT_AFTER_MESSAGES, -1L}) {
            DataMessage.header(sealed, 64, 1, forbidden);
            assertEquals(Verdict.COUNTER_LIMIT.code(), pair.open(sealed, 64, 96, opened, 64, 0));
        }
        pair.close();
    }

    @Test
    void aForgedCounterDoesNotMoveTheReplayWindow() {
        var pair = keypair(1, true, 0);
        pair.seal(plain, 64, 64, sealed, 64);
        var forged = arena.allocate(256);
        DataMessage.header(forged, 64, 1, 1L << 50);
        assertEquals(Verdict.BAD_TAG.code(), pair.open(forged, 64, 96, opened, 64, 0));
        assertEquals(64, pair.open(sealed, 64, 96, opened, 64, 0));
        assertEquals(Verdict.REPLAYED.code(), pair.open(sealed, 64, 96, opened, 64, 0));
        assertEquals(1, pair.received());
        pair.close();
    }

    @Test
    void keypairAgeIsExactAndAClockThatWentBackDoesNoHarm() {
        long created = 1000 * Protocol.SECOND;
        var pair = keypair(1, true, created);
        long limit = created + Protocol.REJECT_AFTER_TIME;
        assertTrue(pair.sendable(Protocol.REJECT_AFTER_TIME, limit - 1));
        assertFalse(pair.sendable(Protocol.REJECT_AFTER_TIME, limit));
        assertTrue(pair.sendable(Protocol.REJECT_AFTER_TIME, created - 5 * Protocol.SECOND));
        pair.seal(plain, 64, 64, sealed, 64);
        assertEquals(Verdict.EXPIRED.code(), pair.open(sealed, 64, 96, opened, 64, limit));
        assertEquals(64, pair.open(sealed, 64, 96, opened, 64, limit - 1));
        pair.close();
    }
}
