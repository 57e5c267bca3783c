package dev.warren.cluster.store;

import static dev.warren.cluster.store.TimestampsTest.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.cluster.TestAuthority;
import dev.warren.cluster.store.ClaimAnswer.Held;
import dev.warren.cluster.store.ClaimAnswer.Unclaimed;
import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.Op;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Each peer has one node, the last that took it, and the node before hears of it.
class ClaimsTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Endpoint HOME = Endpoint.v4(0xc0000201, 51820);
    private static final Endpoint AWAY = Endpoint.v6(0x20010db8_00000000L, 9, 1024, 0);
    private static TestAuthority authority;

    @BeforeAll
    static void start() {
        authority = TestAuthority.start(3);
    }

    @AfterAll
    static void end() {
        VERTX.close().await();
        authority.close();
    }

    /// A node with its claims, and what it heard of them.
    private record Claimant(TestNode node, Claims claims, Map<PublicKey, Long> taken) implements AutoCloseable {
        static Claimant open(String fleet, int slot) {
            return open(authority.server(slot % 3), fleet, slot);
        }

        static Claimant open(String servers, String fleet, int slot) {
            var node = TestNode.open(VERTX, servers, fleet);
            var taken = new ConcurrentHashMap<PublicKey, Long>();
            Claims.Listener listener = (peer, now) -> taken.put(peer, now == null ? 0 : now.epoch());
            return new Claimant(
                    node, node.call(() -> new Claims(node.store, () -> slot, 1000 + slot, listener)), taken);
        }

        Held claim(PublicKey peer, @Nullable Endpoint endpoint) {
            return assertInstanceOf(Held.class, node.await(() -> claims.claim(peer, endpoint)));
        }

        @Override
        public void close() {
            node.close();
        }
    }

    @Test
    void theLastClaimHasTheGreatestEpochAndTheOwnerBeforeHearsOfIt() {
        try (var one = Claimant.open("taken", 1);
                var two = Claimant.open("taken", 2)) {
            var peer = key(1);
            var first = one.claim(peer, HOME);
            assertEquals(new PeerClaim(1, 1001, HOME), first.claim());
            assertEquals(null, first.before());
            var second = two.claim(peer, AWAY);
            assertEquals(first.claim(), second.before());
            assertTrue(second.epoch() > first.epoch());
            one.node.until("the first hears of it", () -> one.taken.containsKey(peer));
            assertEquals(second.epoch(), one.taken.get(peer));
            assertEquals(0, one.node.call(() -> one.claims.epoch(peer)));
            assertEquals(second.epoch(), two.node.call(() -> two.claims.epoch(peer)));

            // And back.
            var third = one.claim(peer, null);
            assertTrue(third.epoch() > second.epoch());
            two.node.until("the second hears of it", () -> two.taken.containsKey(peer));
            assertEquals(third.epoch(), two.taken.get(peer));
        }
    }

    @Test
    void aNodeThatClaimsItsOwnPeerAgainHearsNothing() {
        try (var one = Claimant.open("again", 1)) {
            var peer = key(2);
            var epochs = new ArrayList<Long>();
            for (int i = 0; i < 20; i++) {
                epochs.add(one.claim(peer, i % 2 == 0 ? HOME : AWAY).epoch());
            }
            assertEquals(epochs.stream().sorted().distinct().toList(), epochs);
            one.node.await(() -> one.node.store.znodes().sync("/"));
            var last = one.node.await(() -> one.claims.current(peer));
            assertEquals(epochs.getLast(), assertInstanceOf(Held.class, last).epoch());
            assertEquals(Map.of(), one.taken);
        }
    }

    @Test
    void racingClaimsHaveDifferentEpochsAndOneOwnerInTheEnd() {
        try (var one = Claimant.open("race", 1);
                var two = Claimant.open("race", 2);
                var three = Claimant.open("race", 3)) {
            var all = new Claimant[] {one, two, three};
            for (int round = 0; round < 30; round++) {
                var peer = key(100 + round);
                var answers = new ArrayList<Future<ClaimAnswer>>();
                for (var claimant : all) {
                    var answer = Promise.<ClaimAnswer>promise();
                    claimant.node.context.runOnContext(
                            _ -> claimant.claims.claim(peer, HOME).onComplete(answer));
                    answers.add(answer.future());
                }
                var epochs = new ArrayList<Long>();
                for (var answer : answers) {
                    epochs.add(assertInstanceOf(Held.class, answer.await()).epoch());
                }
                assertEquals(3, Set.copyOf(epochs).size());
                long last = epochs.stream().mapToLong(Long::longValue).max().orElseThrow();
                for (int i = 0; i < 3; i++) {
                    var claimant = all[i];
                    long mine = epochs.get(i);
                    claimant.node.until(
                            "only the last has it", () -> claimant.claims.epoch(peer) == (mine == last ? last : 0));
                }
            }
        }
    }

    @Test
    void aPeerThatWasReleasedIsUnclaimedAndAnothersIsNot() {
        try (var one = Claimant.open("released", 1);
                var two = Claimant.open("released", 2)) {
            var mine = key(3);
            var lost = key(4);
            one.claim(mine, HOME);
            one.claim(lost, HOME);
            two.claim(lost, HOME);
            assertTrue(one.node.await(() -> one.claims.release(mine)));
            assertFalse(one.node.await(() -> one.claims.release(mine)), "it has it no more");
            assertInstanceOf(Unclaimed.class, one.node.await(() -> one.claims.current(mine)));
            assertFalse(one.node.await(() -> one.claims.release(lost)));
            var kept = assertInstanceOf(Held.class, two.node.await(() -> two.claims.current(lost)));
            assertEquals(1002, kept.claim().boot());
        }
    }

    @Test
    void theClaimsOfADeadNodesSlotAreFound() {
        try (var one = Claimant.open("slot", 1);
                var two = Claimant.open("slot", 2)) {
            for (int i = 0; i < 1500; i++) {
                var peer = key(10_000 + i);
                var owner = i % 3 == 0 ? one : two;
                owner.node.context.runOnContext(_ -> owner.claims.claim(peer, HOME));
            }
            one.node.until("all are claimed", () -> one.claims.size() == 500);
            two.node.until("all are claimed", () -> two.claims.size() == 1000);
            one.node.await(() -> one.node.store.znodes().sync("/"));
            var found = one.node.await(() -> one.claims.claimsOf(2));
            assertEquals(1000, found.size());
            found.forEach((_, held) -> assertEquals(new PeerClaim(2, 1002, HOME), held.claim()));
            assertEquals(Map.of(), one.node.await(() -> one.claims.claimsOf(9)));
        }
    }

    /// What was written without an answer is given up when the connection is back: nobody serves that peer.
    @Test
    void aClaimThatWasLostOnTheWayIsNotKept() {
        try (var ensemble = TestAuthority.start(1);
                var node = Claimant.open(ensemble.servers(), "unknown", 1)) {
            var peer = key(5);
            var other = key(6);
            node.claim(other, HOME);
            // The server is silent; the write waits, and the connection ends without an answer.
            ensemble.stop(0);
            var answer = node.node.await(() -> node.claims.claim(peer, HOME));
            assertInstanceOf(ClaimAnswer.Unknown.class, answer);
            ensemble.resume(0);
            TestNode.until(
                    "connected",
                    Duration.ofSeconds(30),
                    () -> node.node.call(node.node.store::state) == SessionState.RECONNECTED);
            node.node.until("all are compared", () -> !node.claims.doubtful());
            assertEquals(0, node.node.call(() -> node.claims.epoch(peer)));
            node.node.await(() -> node.node.store.znodes().sync("/"));
            TestNode.until(
                    "nobody has it",
                    Duration.ofSeconds(20),
                    () -> node.node.await(() -> node.claims.current(peer)) instanceof Unclaimed);
            assertInstanceOf(Held.class, node.node.await(() -> node.claims.current(other)));
        }
    }

    @Test
    void aNodeThatWasAwayHearsWhatWasTakenMeanwhile() throws Exception {
        try (var one = Claimant.open(authority.servers(), "away", 1);
                var two = Claimant.open(authority.servers(), "away", 2)) {
            var kept = key(7);
            var taken = key(8);
            var gone = key(9);
            long epoch = one.claim(kept, HOME).epoch();
            one.claim(taken, HOME);
            one.claim(gone, HOME);
            // The session ends as for a node that was stopped too long: another handle closes it.
            long session = one.node.call(() -> one.node.store.znodes().session());
            one.node.expire(authority.servers());
            two.claim(taken, AWAY);
            two.node.await(() -> two.node.store.znodes().transaction(List.of(Op.delete(path(two, gone), -1))));
            one.node.until(
                    "another session",
                    () -> one.node.store.znodes().session() != session
                            && one.node.store.state() == SessionState.RECONNECTED);
            one.node.until("all are compared", () -> !one.claims.doubtful());
            one.node.until("it hears of both", () -> one.taken.size() == 2);
            assertEquals(0L, one.taken.get(gone));
            assertEquals(epoch, one.node.call(() -> one.claims.epoch(kept)));
            // The watches are there again.
            two.claim(kept, HOME);
            one.node.until("it hears of the third", () -> one.taken.containsKey(kept));
        }
    }

    /// As a newer Warren may write it: the peer is another node's, and all others are found all the same.
    @Test
    void aClaimThatCannotBeReadIsNobodysAndHindersNoOther() {
        try (var one = Claimant.open("format", 1);
                var two = Claimant.open("format", 2)) {
            var peer = key(11);
            var other = key(12);
            one.claim(peer, HOME);
            one.claim(other, HOME);
            two.node.await(() -> two.node.store.znodes().write(path(two, peer), new byte[] {9, 1, 2}, -1));
            one.node.until("it hears of it", () -> one.taken.containsKey(peer));
            assertEquals(0, one.taken.get(peer));
            assertInstanceOf(ClaimAnswer.Unknown.class, one.node.await(() -> one.claims.current(peer)));
            assertEquals(
                    Set.of(other), one.node.await(() -> one.claims.claimsOf(1)).keySet());
            assertEquals(null, two.claim(peer, HOME).before());
        }
    }

    private static String path(Claimant claimant, PublicKey peer) {
        return PeerPath.of(claimant.node.store.path("/claim"), peer);
    }
}
