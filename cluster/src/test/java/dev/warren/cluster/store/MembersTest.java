package dev.warren.cluster.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.cluster.TestAuthority;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Nodes know of each other, and no two have one slot.
class MembersTest {
    private static final Vertx VERTX = Vertx.vertx();
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

    private static MemberInfo info(long boot, int slot) {
        return new MemberInfo("node" + boot, boot, slot, "127.0.0.1", 15701, "0.1.0", MemberInfo.State.READY);
    }

    @Test
    void membersSeeEachOtherComeChangeAndGo() {
        try (var one = TestNode.open(VERTX, authority.server(0), "members");
                var two = TestNode.open(VERTX, authority.server(1), "members")) {
            var first = one.call(() -> new Members(one.store));
            var second = two.call(() -> new Members(two.store));
            var heard = Collections.synchronizedList(new ArrayList<Map<Long, MemberInfo>>());
            one.call(() -> {
                first.onChange((_, now) -> heard.add(now));
                return 0;
            });
            one.await(() -> first.join(info(1, 0)));
            two.await(() -> second.join(info(2, 1)));
            one.until("the first sees both", () -> first.view().size() == 2);
            two.until("the second sees both", () -> second.view().size() == 2);
            two.await(() -> second.update(info(2, 1).with(MemberInfo.State.DRAINING)));
            one.until("it drains", () -> info(2, 1)
                    .with(MemberInfo.State.DRAINING)
                    .equals(first.view().get(2L)));
            two.await(second::leave);
            one.until("it left", () -> !first.view().containsKey(2L));
            assertEquals(Map.of(1L, info(1, 0)), heard.getLast());

            // Whoever is closed hears nothing more.
            int until = heard.size();
            one.call(() -> {
                first.close();
                return 0;
            });
            two.await(() -> second.join(info(2, 1)));
            two.until("it is back", () -> second.view().size() == 2);
            one.until("the view goes on", () -> first.view().size() == 2);
            assertEquals(until, heard.size());
        }
    }

    /// As after a restart of the machine that ZooKeeper has not noticed: the znode would go with the old session.
    @Test
    void aZnodeOfAnotherSessionIsMadeAnew() {
        try (var dead = TestNode.open(VERTX, authority.servers(), "anew");
                var node = TestNode.open(VERTX, authority.servers(), "anew")) {
            var path = node.store.path("/members/" + MemberInfo.name(5));
            dead.await(() -> dead.store.znodes().create(path, info(5, 0).encode(), CreateMode.EPHEMERAL));
            var members = node.call(() -> new Members(node.store));
            node.await(() -> members.join(info(5, 3)));
            var read = node.await(() -> node.store.znodes().read(path, null));
            assertEquals(node.call(() -> node.store.znodes().session()), read.ephemeralOwner());
            assertEquals(info(5, 3), MemberInfo.decode(read.data()));
            // Somebody deletes it: it is there again within seconds.
            node.await(() -> node.store.znodes().delete(path, -1));
            node.until("it is there again", () -> members.view().containsKey(5L));
        }
    }

    @Test
    void twentyNodesThatStartAtOnceHaveTwentySlots() {
        var nodes = new ArrayList<TestNode>();
        try {
            var taken = new ArrayList<CompletableFuture<Integer>>();
            for (int i = 0; i < 20; i++) {
                nodes.add(TestNode.open(VERTX, authority.servers(), "slots"));
            }
            for (int i = 0; i < nodes.size(); i++) {
                var node = nodes.get(i);
                long boot = 100L + i;
                var slot = new CompletableFuture<Integer>();
                node.context.runOnContext(_ -> slots(node, boot, Slots.REST)
                        .take()
                        .onSuccess(slot::complete)
                        .onFailure(slot::completeExceptionally));
                taken.add(slot);
            }
            var different = new HashSet<Integer>();
            taken.forEach(slot -> different.add(slot.join()));
            assertEquals(20, different.size(), different.toString());
            assertEquals(19, Collections.max(different), different.toString());
        } finally {
            nodes.forEach(TestNode::close);
        }
    }

    private static Slots slots(TestNode node, long boot, Duration rest) {
        return new Slots(node.store, new Members(node.store), boot, () -> {}, rest);
    }

    @Test
    void aSlotRestsAfterItsOwnerWent() {
        var rest = Duration.ofSeconds(4);
        try (var watching = TestNode.open(VERTX, authority.servers(), "rest")) {
            var members = watching.call(() -> new Members(watching.store));
            var observer = watching.call(() -> new Slots(watching.store, members, 1, () -> {}, rest));
            assertEquals(0, watching.await(observer::take));
            watching.await(() -> members.join(info(1, 0)));
            watching.until("it is a member with its slot", observer::confirmed);
            var dead = TestNode.open(VERTX, authority.servers(), "rest");
            var deadMembers = dead.call(() -> new Members(dead.store));
            var deadSlots = dead.call(() -> new Slots(dead.store, deadMembers, 2, () -> {}, rest));
            assertEquals(1, dead.await(deadSlots::take));
            dead.await(() -> deadMembers.join(info(2, 1)));
            watching.until("both are members", () -> members.view().size() == 2);
            dead.close();
            long went = System.nanoTime();
            watching.until("it went", () -> members.view().size() == 1);

            try (var third = TestNode.open(VERTX, authority.servers(), "rest");
                    var fourth = TestNode.open(VERTX, authority.servers(), "rest")) {
                var early = third.call(() -> slots(third, 3, rest));
                assertEquals(2, third.await(early::take), "the slot 1 went free just now");
                watching.until("the slot is marked", () -> System.nanoTime() - went > rest.toNanos() * 2);
                var later = fourth.call(() -> slots(fourth, 4, rest));
                assertEquals(1, fourth.await(later::take));
            }
        }
    }

    @Test
    void aMemberKeepsItsSlotHoweverLongAndOneThatWasAwayTooLongLearnsIt() {
        var lost = new AtomicInteger();
        try (var node = TestNode.open(VERTX, authority.servers(), "kept");
                var other = TestNode.open(VERTX, authority.servers(), "kept")) {
            var members = node.call(() -> new Members(node.store));
            var slots = node.call(() -> new Slots(node.store, members, 1, lost::incrementAndGet));
            assertEquals(0, node.await(slots::take));
            node.await(() -> members.join(info(1, 0)));
            node.until("it has its slot", slots::confirmed);
            // Others cannot even mark it, and whoever waits for no rest does not take it.
            var others = other.call(() -> slots(other, 2, Duration.ZERO));
            assertEquals(1, other.await(others::take));
            assertEquals(1, other.await(others::take), "whoever has a slot takes the same again");
            assertFalse(marked(node, 0), "the slot of a member is never marked");

            node.await(members::leave);
            var thirds = other.call(() -> slots(other, 3, Slots.REST));
            assertEquals(2, other.await(thirds::take), "marked now");
            assertTrue(marked(node, 0));
            // Back before anybody took it: the mark is gone.
            node.await(() -> members.join(info(1, 0)));
            TestNode.until("the mark is gone", Duration.ofSeconds(20), () -> !marked(node, 0));
            assertEquals(0, lost.get());

            node.await(members::leave);
            var fourths = other.call(() -> slots(other, 4, Slots.REST));
            assertTrue(other.await(fourths::take) > 0, "marked again");
            var fifths = other.call(() -> slots(other, 5, Duration.ZERO));
            assertEquals(0, other.await(fifths::take), "free after its rest");
            node.await(() -> members.join(info(1, 0)));
            node.until("it learns that its slot is another's", () -> lost.get() == 1 && !slots.confirmed());
            int next = node.await(slots::take);
            assertTrue(next > 0, "another one");
            node.await(() -> members.update(info(1, next)));
            node.until("it has a slot again", slots::confirmed);
        }
    }

    private static boolean marked(TestNode node, int slot) {
        var read = node.await(() -> node.store.znodes().sync("/").compose(_ -> node.store
                .znodes()
                .read(node.store.path("/slot/" + slot), null)));
        return SlotRecord.decode(read.data()).gone();
    }

    @Test
    void withoutAFreeSlotANodeIsTold() {
        try (var node = TestNode.open(VERTX, authority.servers(), "full")) {
            var slots = node.call(() -> slots(node, 1, Slots.REST));
            node.await(() -> {
                var all = new ArrayList<Integer>();
                for (int i = 0; i < Slots.COUNT; i++) {
                    all.add(i);
                }
                return InFlight.each(node.context, all, 32, slot -> node.store
                        .znodes()
                        .create(
                                node.store.path("/slot/" + slot),
                                new SlotRecord(1000 + slot, false).encode(),
                                CreateMode.PERSISTENT));
            });
            var refused = assertThrows(StoreException.class, () -> node.await(slots::take));
            assertTrue(String.valueOf(refused.getMessage()).contains("180 s"), refused.getMessage());
        }
    }

    /// As an operator makes it, who lets nodes create below the folders only.
    @Test
    void nodesNeedNotBeAllowedToMakeTheFolders() throws Exception {
        try (var ensemble = TestAuthority.start(1)) {
            TestNode.open(VERTX, ensemble.servers(), "closed").close();
            var connected = new CountDownLatch(1);
            var operator = new ZooKeeper(ensemble.servers(), 6_000, _ -> connected.countDown());
            assertTrue(connected.await(20, TimeUnit.SECONDS));
            for (var path : List.of("/", "/warren", "/warren/closed", "/warren/closed/directory")) {
                operator.setACL(path, ZooDefs.Ids.READ_ACL_UNSAFE, -1);
            }
            operator.close();
            try (var node = TestNode.open(VERTX, ensemble.servers(), "closed")) {
                var members = node.call(() -> new Members(node.store));
                var slots = node.call(() -> new Slots(node.store, members, 1, () -> {}));
                assertEquals(0, node.await(slots::take));
                node.await(() -> members.join(info(1, 0)));
                node.until("it has its slot", slots::confirmed);
                var timestamps = new Timestamps(node.store);
                var peer = TimestampsTest.key(1);
                assertEquals(Admission.ADMITTED, node.await(() -> timestamps.admit(peer, TimestampsTest.at(1))));
                var claims = node.call(() -> new Claims(node.store, slots::slot, 1, (_, _) -> {}));
                node.await(() -> claims.claim(peer, null));
                assertTrue(node.call(() -> claims.epoch(peer)) > 0);
            }
            var refused = assertThrows(StoreException.class, () -> TestNode.open(VERTX, ensemble.servers(), "other"));
            assertTrue(String.valueOf(refused.getMessage()).contains("does not allow it"), refused.getMessage());
        }
    }

    @Test
    void aFleetThatNobodyServesIsASentence() {
        var unused = List.of("127.0.0.1:1");
        var refused = assertThrows(StoreException.class, () -> TestNode.open(VERTX, unused.getFirst(), "nobody"));
        assertTrue(
                String.valueOf(refused.getMessage()).startsWith("No ZooKeeper server of 127.0.0.1:1 answers"),
                refused.getMessage());
    }
}
