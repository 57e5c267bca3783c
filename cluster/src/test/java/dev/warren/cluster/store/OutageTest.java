package dev.warren.cluster.store;

import static dev.warren.cluster.store.TimestampsTest.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.cluster.TestAuthority;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Servers of ZooKeeper die, fall silent and start again in the wrong order: nothing goes back.
class OutageTest {
    private final Vertx vertx = Vertx.vertx();
    private final TestAuthority authority = TestAuthority.start(3);

    @AfterEach
    void end() {
        vertx.close().await();
        authority.close();
    }

    /// A server that was down while the last timestamps were written starts alone after all had stopped.
    @Test
    void aServerThatMissedTheLastTimestampsServesNobodyAlone() {
        var peer = TimestampsTest.key(1);
        var node = TestNode.open(vertx, authority.servers(), "stale");
        var timestamps = new Timestamps(node.store);
        assertEquals(Admission.ADMITTED, node.await(() -> timestamps.admit(peer, at(10))));
        int stale = authority.follower();
        authority.kill(stale);
        long newest = 10;
        for (int tries = 0; tries < 200 && newest < 60; tries++) {
            long next = newest + 1;
            // An answer that was lost may belong to a write: then the same is not newer, and the next one is.
            if (node.await(() -> timestamps.admit(peer, at(next))) != Admission.UNKNOWN) newest = next;
        }
        assertEquals(60, newest);
        for (int i = 0; i < 3; i++) {
            authority.kill(i);
        }
        node.close();

        authority.start1(stale);
        int other = (stale + 1) % 3;
        TestNode.until("it is up", Duration.ofSeconds(30), () -> authority.listens(stale));
        // Whoever reaches only this server gets no session: it has no majority.
        var opening = CompletableFuture.supplyAsync(() -> TestNode.open(vertx, authority.server(stale), "stale"));
        assertThrows(TimeoutException.class, () -> opening.get(3, TimeUnit.SECONDS));
        authority.start1(other);
        try (var later = opening.join()) {
            var again = new Timestamps(later.store);
            assertEquals(Admission.NOT_NEWER, later.await(() -> again.admit(peer, at(60))));
            assertEquals(Admission.ADMITTED, later.await(() -> again.admit(peer, at(61))));
        }
    }

    @Test
    void whatIsKnownStaysWhileAllServersAreGone() {
        var states = Collections.synchronizedList(new ArrayList<SessionState>());
        try (var node = TestNode.open(vertx, authority.servers(), "outage");
                var other = TestNode.open(vertx, authority.servers(), "outage")) {
            node.call(() -> {
                node.store.onSession(states::add);
                return 0;
            });
            var members = node.call(() -> new Members(node.store));
            var slots = node.call(() -> new Slots(node.store, members, 1, () -> {}));
            var others = other.call(() -> new Members(other.store));
            int slot = node.await(slots::take);
            node.await(() -> members.join(info(1, slot)));
            other.await(() -> others.join(info(2, 200)));
            node.until("both are members", () -> members.view().size() == 2);
            node.until("the slot is its own", slots::confirmed);
            var views = Collections.synchronizedList(new ArrayList<Map<Long, MemberInfo>>());
            node.call(() -> {
                members.onChange((_, now) -> views.add(now));
                return 0;
            });
            var claims = node.call(() -> new Claims(node.store, slots::slot, 1, (_, _) -> {}));
            var peer = TimestampsTest.key(2);
            assertInstanceOf(ClaimAnswer.Held.class, node.await(() -> claims.claim(peer, null)));

            for (int i = 0; i < 3; i++) {
                authority.kill(i);
            }
            node.until("the session is lost", () -> node.store.state() == SessionState.LOST);
            assertTrue(node.call(claims::doubtful));
            assertEquals(2, node.call(members::view).size(), "the last view stays");
            assertEquals(1, views.size(), "and nobody is told anything else");
            var timestamps = new Timestamps(node.store);
            assertEquals(Admission.UNKNOWN, node.await(() -> timestamps.admit(peer, at(1))));
            assertInstanceOf(ClaimAnswer.Unknown.class, node.await(() -> claims.claim(peer, null)));

            for (int i = 0; i < 3; i++) {
                authority.start1(i);
            }
            node.until("connected", () -> node.store.state() == SessionState.RECONNECTED);
            node.until("the claims are compared", () -> !claims.doubtful());
            assertNotEquals(0, node.call(() -> claims.epoch(peer)));
            node.until("the slot is its own again", slots::confirmed);
            node.until("both are members again", () -> members.view().size() == 2);
            assertEquals(Admission.ADMITTED, node.await(() -> timestamps.admit(peer, at(1))));
            assertEquals(
                    List.of(SessionState.SUSPENDED, SessionState.LOST, SessionState.RECONNECTED), states.subList(0, 3));
        }
    }

    /// The server that a node is connected to is killed, or falls silent: its session goes on at another.
    @Test
    void aSessionOutlivesItsServer() {
        for (boolean silent : new boolean[] {false, true}) {
            int server = authority.follower();
            var servers = authority.server(server);
            var rest = authority.servers();
            try (var node = TestNode.open(vertx, rest, "moves" + silent);
                    var bound = TestNode.open(vertx, servers, "moves" + silent)) {
                var members = node.call(() -> new Members(node.store));
                node.await(() -> members.join(info(7, 7)));
                long session = node.call(() -> node.store.znodes().session());
                if (silent) authority.stop(server);
                else authority.kill(server);
                bound.until("who has no other server is told", () -> bound.store.state() != SessionState.CONNECTED);
                var timestamps = new Timestamps(node.store);
                var answers = new ArrayList<Admission>();
                node.until("timestamps are admitted", () -> {
                    timestamps
                            .admit(TimestampsTest.key(9), at(answers.size() + 1L))
                            .onSuccess(answers::add);
                    return answers.contains(Admission.ADMITTED);
                });
                assertEquals(session, node.call(() -> node.store.znodes().session()));
                node.until("it is a member still", () -> members.view().containsKey(7L));
                if (silent) authority.resume(server);
                else authority.start1(server);
                bound.until(
                        "it is back",
                        () -> bound.store.state() == SessionState.RECONNECTED
                                || bound.store.state() == SessionState.CONNECTED);
            }
        }
    }

    private static MemberInfo info(long boot, int slot) {
        return new MemberInfo("node" + boot, boot, slot, "127.0.0.1", 15701, "0.1.0", MemberInfo.State.READY);
    }
}
