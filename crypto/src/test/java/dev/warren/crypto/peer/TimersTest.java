package dev.warren.crypto.peer;

import static dev.warren.crypto.Protocol.MILLISECOND;
import static dev.warren.crypto.Protocol.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimersTest {
    /// Notes what the timers bring about; an initiation leaves and is never answered.
    private static final class Recorder implements Timers.Actions {
        private final List<Long> initiations = new ArrayList<>();
        private final List<Long> keepalives = new ArrayList<>();
        private long gaveUp = -1;
        private long zeroed = -1;
        private final Timers timers;

        Recorder(long seed) {
            timers = new Timers(this, seed);
            timers.endpointKnown(true);
        }

        @Override
        public void sendKeepalive(long now) {
            keepalives.add(now);
            timers.anyAuthenticatedPacketTraversal(now);
            timers.anyAuthenticatedPacketSent();
        }

        @Override
        public void sendInitiation(long now, long wall, int attempt) {
            initiations.add(now);
            timers.anyAuthenticatedPacketTraversal(now);
            timers.anyAuthenticatedPacketSent();
            timers.handshakeSent(now);
            timers.handshakeInitiated(now);
        }

        @Override
        public void pathInDoubt(long now) {}

        @Override
        public boolean giveUp(long now, int attempts) {
            gaveUp = now;
            return true;
        }

        @Override
        public void zeroKeys(long now) {
            zeroed = now;
        }

        void runUntil(long end) {
            for (long next = timers.nextDeadline(); next <= end; next = timers.nextDeadline()) {
                timers.advance(Math.max(next, 0), 0);
            }
        }
    }

    private final Recorder recorder = new Recorder(1);
    private final Timers timers = recorder.timers;

    @Test
    void unansweredInitiationIsRetransmitted19TimesThenGivenUpAndKeysAreWipedLater() {
        timers.requestHandshake();
        recorder.runUntil(1000 * SECOND);
        assertEquals(20, recorder.initiations.size()); // kernel timers.c: MAX_TIMER_HANDSHAKES = 18, tested with >
        assertTrue(recorder.gaveUp >= 100 * SECOND && recorder.gaveUp < 107 * SECOND, "gave up at " + recorder.gaveUp);
        assertEquals(recorder.gaveUp + 180 * SECOND, recorder.zeroed);
        assertTrue(timers.isQuiet());
    }

    @Test
    void retransmissionsAreSpreadOver5To5333Milliseconds() {
        var buckets = new int[10];
        int offsets = 0;
        for (long seed = 0; seed < 500; seed++) {
            var run = new Recorder(seed * 0x9E3779B97F4A7C15L);
            run.timers.requestHandshake();
            run.runUntil(200 * SECOND);
            for (int i = 1; i < run.initiations.size(); i++) {
                long offset = run.initiations.get(i) - run.initiations.get(i - 1) - 5 * SECOND;
                assertTrue(offset >= 0 && offset < 334 * MILLISECOND, "offset " + offset);
                buckets[(int) (offset * 10 / (334 * MILLISECOND))]++;
                offsets++;
            }
        }
        for (int bucket : buckets) {
            assertTrue(bucket > offsets / 20 && bucket < offsets / 5, bucket + " of " + offsets);
        }
    }

    @Test
    void retransmissionsOfPeersThatLoseTheSameServerAreSpread() {
        int peers = 5000;
        var perSlot = new int[20];
        for (int i = 0; i < peers; i++) {
            var run = new Recorder(new Random(i).nextLong());
            run.timers.dataSent(0);
            run.runUntil(16 * SECOND);
            assertEquals(1, run.initiations.size());
            long at = run.initiations.get(0) - 15 * SECOND;
            assertTrue(at >= 0 && at < 334 * MILLISECOND, "at " + at);
            perSlot[(int) (at * perSlot.length / (334 * MILLISECOND))]++;
        }
        for (int count : perSlot) {
            assertTrue(count <= 2 * peers / perSlot.length, "peak " + count);
        }
    }

    @Test
    void requesting1000HandshakesGivesOneInitiationPer5Seconds() {
        for (long now = 0; now < 60 * SECOND; now += 60 * MILLISECOND) {
            timers.requestHandshake();
            timers.advance(now, 0);
            timers.advance(now, 0);
        }
        for (int i = 1; i < recorder.initiations.size(); i++) {
            assertTrue(recorder.initiations.get(i) - recorder.initiations.get(i - 1) >= 5 * SECOND);
        }
        assertTrue(recorder.initiations.size() >= 11 && recorder.initiations.size() <= 12);
    }

    @Test
    void handshakeRequestsKeepRetransmittingForAsLongAsTheyCome() {
        for (long now = 0; now < 600 * SECOND; now += SECOND) {
            timers.requestHandshake();
            recorder.runUntil(now);
        }
        assertEquals(-1, recorder.gaveUp);
        assertTrue(recorder.initiations.size() >= 110);
    }

    @Test
    void aHandshakeRequestedSoonAfterAResponseWaitsForRekeyTimeout() {
        timers.handshakeSent(10 * SECOND);
        timers.requestHandshake();
        timers.advance(11 * SECOND, 0);
        assertEquals(List.of(), recorder.initiations);
        assertEquals(15 * SECOND, timers.nextDeadline());
        recorder.runUntil(16 * SECOND);
        assertEquals(List.of(15 * SECOND), recorder.initiations);
    }

    @Test
    void withoutAnEndpointARequestedHandshakeWaits() {
        timers.endpointKnown(false);
        timers.requestHandshake();
        assertEquals(TimerTable.NEVER, timers.nextDeadline());
        timers.advance(100 * SECOND, 0);
        assertEquals(List.of(), recorder.initiations);
        timers.endpointKnown(true);
        timers.advance(101 * SECOND, 0);
        assertEquals(List.of(101 * SECOND), recorder.initiations);
    }

    @Test
    void passiveKeepaliveComes10SecondsAfterTheFirstDataReceived() {
        timers.anyAuthenticatedPacketSent();
        timers.dataReceived(100 * SECOND);
        timers.dataReceived(104 * SECOND);
        recorder.runUntil(200 * SECOND);
        assertEquals(List.of(110 * SECOND), recorder.keepalives);
    }

    @Test
    void anythingSentMakesTheKeepaliveNeedless() {
        timers.dataReceived(0);
        timers.anyAuthenticatedPacketSent();
        recorder.runUntil(100 * SECOND);
        assertEquals(List.of(), recorder.keepalives);
    }

    @Test
    void persistentKeepaliveCountsFromTheLastTraffic() {
        timers.persistentInterval(25 * SECOND);
        timers.anyAuthenticatedPacketTraversal(0);
        timers.anyAuthenticatedPacketTraversal(10 * SECOND);
        recorder.runUntil(100 * SECOND);
        assertEquals(List.of(35 * SECOND, 60 * SECOND, 85 * SECOND), recorder.keepalives);
        timers.persistentInterval(0);
        assertTrue(timers.isQuiet());
    }

    @Test
    void strangeTimesAreNoException() {
        var random = new Random(31);
        for (int i = 0; i < 100_000; i++) {
            long now = random.nextInt(4) == 0 ? Math.abs(random.nextLong() / 4) : random.nextLong(1000 * SECOND);
            switch (random.nextInt(9)) {
                case 0 -> timers.dataSent(now);
                case 1 -> timers.dataReceived(now);
                case 2 -> timers.anyAuthenticatedPacketSent();
                case 3 -> timers.anyAuthenticatedPacketReceived();
                case 4 -> timers.anyAuthenticatedPacketTraversal(now);
                case 5 -> timers.requestHandshake();
                case 6 -> timers.handshakeComplete();
                case 7 -> timers.sessionDerived(now);
                default -> timers.advance(now, 0);
            }
            assertTrue(timers.nextDeadline() >= 0);
        }
    }
}
