package dev.warren.cluster.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.cluster.TestAuthority;
import dev.warren.cluster.store.ClaimAnswer.Held;
import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

/// Three nodes write timestamps and claims of fifty peers while servers of ZooKeeper are killed and stopped, a majority
/// of them too. Whoever reads all answers afterwards finds one order that explains them.
class LinearityTest {
    private static final int PEERS = 50;
    private static final int OPERATIONS = 10_000;
    private static final int NODES = 3;
    private static final int IN_FLIGHT = 8;
    private static final Endpoint ENDPOINT = Endpoint.v4(0xc0000201, 51820);

    private final AtomicLongArray clocks = new AtomicLongArray(PEERS);
    private final AtomicInteger left = new AtomicInteger(OPERATIONS);
    private final AtomicInteger done = new AtomicInteger();

    /// One answer, with the time of the question and of the answer.
    ///
    /// @param value the timestamp that was offered; the epoch of a claim, 0 when unknown
    private record Answer(int peer, long value, Admission admission, long asked, long answered) {}

    /// What one node asked and was told.
    private final class Client {
        final TestNode node;
        final Timestamps timestamps;
        final Claims claims;
        final Random random;
        final List<Answer> admitted = new ArrayList<>();
        final List<Answer> claimed = new ArrayList<>();

        Client(TestNode node, int slot) {
            this.node = node;
            this.timestamps = node.call(() -> new Timestamps(node.store));
            this.claims = node.call(() -> new Claims(node.store, () -> slot, 1000 + slot, (_, _) -> {}));
            this.random = new Random(slot);
        }

        void next() {
            if (left.getAndDecrement() <= 0) return;
            int peer = random.nextInt(PEERS);
            long asked = System.nanoTime();
            if (random.nextInt(3) == 0) {
                claims.claim(TimestampsTest.key(peer), ENDPOINT).onSuccess(answer -> {
                    long epoch = answer instanceof Held held ? held.epoch() : 0;
                    claimed.add(new Answer(peer, epoch, Admission.UNKNOWN, asked, System.nanoTime()));
                    after(epoch == 0);
                });
            } else {
                // Often one that another node offers too, or that is late.
                long time = 100 + clocks.incrementAndGet(peer) / 2 - random.nextInt(3);
                timestamps
                        .admit(TimestampsTest.key(peer), TimestampsTest.at(time))
                        .onSuccess(answer -> {
                            admitted.add(new Answer(peer, time, answer, asked, System.nanoTime()));
                            after(answer == Admission.UNKNOWN);
                        });
            }
        }

        private void after(boolean unknown) {
            done.incrementAndGet();
            // Without a connection answers come at once: as a peer would, it comes back later.
            if (unknown) node.context.owner().setTimer(100, _ -> node.context.runOnContext(_ -> next()));
            else node.context.runOnContext(_ -> next());
        }
    }

    @Test
    void noTimestampGoesBackAndNoEpochHasTwoOwnersWhileServersDie() throws InterruptedException {
        var vertx = Vertx.vertx();
        try (var authority = TestAuthority.start(3)) {
            var clients = new ArrayList<Client>();
            for (int i = 0; i < NODES; i++) {
                clients.add(new Client(TestNode.open(vertx, authority.servers(), "linear"), i));
            }
            for (var client : clients) {
                for (int i = 0; i < IN_FLIGHT; i++) {
                    client.node.context.runOnContext(_ -> client.next());
                }
            }
            int faults = 0;
            for (var fault : List.<Runnable>of(
                    () -> killLeader(authority),
                    () -> silence(authority, 1, false),
                    () -> silence(authority, 1, true),
                    () -> silence(authority, 2, true),
                    () -> killMajority(authority))) {
                int before = done.get();
                fault.run();
                faults++;
                // Some thousand answers belong to each fault, and the last ones to what is whole again.
                int until = Math.min(before + OPERATIONS / 8, OPERATIONS);
                TestNode.until("answers after a fault", Duration.ofSeconds(60), () -> done.get() >= until);
            }
            TestNode.until("all answers", Duration.ofSeconds(60), () -> done.get() >= OPERATIONS);
            check(clients);
            report(clients, faults);
            clients.forEach(client -> client.node.close());
        } finally {
            vertx.close().await();
        }
    }

    private static void killLeader(TestAuthority authority) {
        int leader = authority.leader();
        authority.kill(leader);
        pause(500);
        authority.start1(leader);
    }

    private static void killMajority(TestAuthority authority) {
        int leader = authority.leader();
        int follower = authority.follower();
        authority.kill(leader);
        authority.kill(follower);
        pause(500);
        authority.start1(follower);
        authority.start1(leader);
    }

    /// Some servers hear and say nothing for longer than it takes to elect another leader.
    private static void silence(TestAuthority authority, int count, boolean leader) {
        var silent = new ArrayList<Integer>();
        int first = leader ? authority.leader() : authority.follower();
        silent.add(first);
        if (count > 1) silent.add((first + 1) % 3);
        silent.forEach(authority::stop);
        pause(3_000);
        silent.forEach(authority::resume);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void check(List<Client> clients) {
        var byPeer = new HashMap<Integer, List<Answer>>();
        var epochs = new HashSet<Long>();
        var claimsByPeer = new HashMap<Integer, List<Answer>>();
        var unknownClaims = new HashSet<Integer>();
        for (var client : clients) {
            for (var answer : client.admitted) {
                byPeer.computeIfAbsent(answer.peer, _ -> new ArrayList<>()).add(answer);
            }
            for (var answer : client.claimed) {
                if (answer.value == 0) {
                    unknownClaims.add(answer.peer);
                    continue;
                }
                assertTrue(epochs.add(answer.value), "two claims have the epoch " + answer.value);
                claimsByPeer
                        .computeIfAbsent(answer.peer, _ -> new ArrayList<>())
                        .add(answer);
            }
        }
        byPeer.forEach(LinearityTest::checkTimestamps);
        claimsByPeer.forEach((_, answers) -> inOrder(answers));
        var first = clients.getFirst();
        var store = first.node.store;
        first.node.await(() -> store.znodes().sync("/"));
        for (var peer : byPeer.entrySet()) {
            var path = PeerPath.of(store.path("/timestamp"), TimestampsTest.key(peer.getKey()));
            var last = ByteBuffer.wrap(first.node
                            .await(() -> store.znodes().read(path, null))
                            .data())
                    .getLong();
            long greatest = values(peer.getValue(), Admission.ADMITTED).stream()
                    .mapToLong(Long::longValue)
                    .max()
                    .orElse(0);
            assertTrue(last >= greatest, "peer " + peer.getKey() + " is at " + last + " after " + greatest);
            var unknown = values(peer.getValue(), Admission.UNKNOWN);
            assertTrue(last == greatest || unknown.contains(last), "nobody offered " + last);
        }
        for (var peer : claimsByPeer.entrySet()) {
            var key = TimestampsTest.key(peer.getKey());
            long greatest =
                    peer.getValue().stream().mapToLong(Answer::value).max().orElseThrow();
            // A claim whose answer was lost may have been the last: it is there still, or was given up.
            var now = first.node.await(() -> first.claims.current(key));
            if (now instanceof Held held) {
                assertTrue(held.epoch() >= greatest, "the claim of peer " + peer.getKey() + " went back");
            } else {
                assertTrue(unknownClaims.contains(peer.getKey()), "the claim of peer " + peer.getKey() + " is gone");
            }
            TestNode.until("one owner in the end", Duration.ofSeconds(30), () -> owners(clients, key) <= 1);
        }
    }

    private static int owners(List<Client> clients, PublicKey peer) {
        int owners = 0;
        for (var client : clients) {
            if (client.node.call(() -> client.claims.epoch(peer)) != 0) owners++;
        }
        return owners;
    }

    private static void checkTimestamps(int peer, List<Answer> answers) {
        var admitted = answers.stream()
                .filter(answer -> answer.admission == Admission.ADMITTED)
                .toList();
        assertEquals(
                admitted.size(),
                admitted.stream().map(Answer::value).distinct().count(),
                "a timestamp of peer " + peer + " was admitted twice");
        inOrder(admitted);
        // What is refused is no newer than something that was offered before its answer.
        for (var answer : answers) {
            if (answer.admission != Admission.NOT_NEWER) continue;
            assertTrue(
                    answers.stream()
                            .anyMatch(other -> other.admission != Admission.NOT_NEWER
                                    && other.value >= answer.value
                                    && other.asked < answer.answered),
                    () -> "refused for nothing: " + answer);
        }
    }

    /// Of two writes of which one was answered before the other was asked for, the other has the greater value.
    private static void inOrder(List<Answer> answers) {
        for (var one : answers) {
            for (var other : answers) {
                if (one.answered < other.asked) assertTrue(one.value < other.value, () -> one + " before " + other);
            }
        }
    }

    private static List<Long> values(List<Answer> answers, Admission admission) {
        return answers.stream()
                .filter(answer -> answer.admission == admission)
                .map(Answer::value)
                .toList();
    }

    private void report(List<Client> clients, int faults) {
        var counts = new HashMap<String, Integer>();
        for (var client : clients) {
            client.admitted.forEach(answer -> counts.merge(answer.admission.toString(), 1, Integer::sum));
            client.claimed.forEach(
                    answer -> counts.merge(answer.value == 0 ? "claim unknown" : "claimed", 1, Integer::sum));
        }
        System.out.println(faults + " faults, " + done + " answers: " + Map.copyOf(counts));
        // Faults that nobody noticed would prove nothing, nor would a fleet that only refuses.
        assertTrue(counts.getOrDefault("UNKNOWN", 0) + counts.getOrDefault("claim unknown", 0) > 0, counts::toString);
        assertTrue(counts.getOrDefault("ADMITTED", 0) > OPERATIONS / 10, counts::toString);
        assertTrue(counts.getOrDefault("claimed", 0) > OPERATIONS / 10, counts::toString);
    }
}
