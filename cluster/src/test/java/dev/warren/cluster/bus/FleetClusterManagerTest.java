package dev.warren.cluster.bus;

import static dev.warren.cluster.bus.BusLab.ask;
import static dev.warren.cluster.bus.BusLab.eventually;
import static dev.warren.cluster.bus.BusLab.finds;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FleetClusterManagerTest {
    private static BusCertificates certificates;

    private BusLab lab;

    @BeforeAll
    static void certificates(@TempDir Path directory) throws Exception {
        certificates = BusCertificates.make(directory, "fleet");
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        lab = new BusLab(directory, certificates);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @Test
    void publishSendAndRequestReachTheNodesThatListen() throws Exception {
        var nodes = lab.nodes(3);
        var a = nodes.get(0);
        var b = nodes.get(1);
        var c = nodes.get(2);

        // One node listens for itself: both others find it, with a request and its reply.
        c.reply("only");
        finds(a, "only", c);
        finds(b, "only", c);

        // Requests to an address of all nodes go round.
        for (var node : nodes) node.reply("all");
        var answered = new HashSet<String>();
        eventually("requests go to every node in turn", () -> {
            answered.add(ask(a, "all"));
            return answered.equals(Set.of(a.id(), b.id(), c.id()));
        });

        // What is published arrives everywhere once, as JSON.
        var heard = new ConcurrentLinkedQueue<String>();
        for (var node : nodes) {
            node.vertx
                    .eventBus()
                    .<JsonObject>consumer(
                            "news",
                            message -> heard.add(node.id() + message.body().getInteger("n")))
                    .completion()
                    .await(10, SECONDS);
        }
        eventually("all see who listens", () -> {
            var all = new ConcurrentLinkedQueue<Integer>();
            for (var node : nodes) node.manager.getRegistrations("news", (found, _) -> all.add(found.size()));
            return List.of(3, 3, 3).equals(List.copyOf(all));
        });
        for (int n = 0; n < 10; n++) b.vertx.eventBus().publish("news", new JsonObject().put("n", n));
        eventually("30 messages arrive", () -> heard.size() >= 30);
        var expected = new HashSet<String>();
        for (var node : nodes) for (int n = 0; n < 10; n++) expected.add(node.id() + n);
        assertEquals(expected, new HashSet<>(heard));
        assertEquals(30, heard.size());
    }

    @Test
    void localConsumersAreNobodyElsesBusinessAndHearWhatIsPublishedHere() throws Exception {
        var nodes = lab.nodes(2);
        var a = nodes.get(0);
        var b = nodes.get(1);
        var heard = new ConcurrentLinkedQueue<String>();
        for (var node : nodes) {
            node.vertx.eventBus().<String>localConsumer("mine", message -> heard.add(node.id() + message.body()));
        }
        a.vertx.eventBus().publish("mine", "1");
        b.vertx.eventBus().send("mine", "2");
        eventually("each hears its own", () -> heard.size() == 2);
        assertEquals(Set.of(a.id() + "1", b.id() + "2"), Set.copyOf(heard));

        // A consumer for the fleet at the same address, at one of them.
        var shared = a.vertx.eventBus().<String>consumer("mine", message -> heard.add("shared" + message.body()));
        shared.completion().await(10, SECONDS);
        heard.clear();
        eventually("b publishes to both", () -> {
            heard.clear();
            b.vertx.eventBus().publish("mine", "3");
            Thread.sleep(200);
            return heard.contains("shared3");
        });
        assertEquals(Set.of(b.id() + "3", "shared3"), Set.copyOf(heard));
        var data = a.curator.getData().forPath(BusNode.ROOT + "/" + b.id());
        assertEquals(
                Set.of(BusAddresses.ping(b.id())),
                Objects.requireNonNull(BusMemberCodec.decode("b", data, 0)).addresses());

        shared.unregister().await(10, SECONDS);
        eventually("b publishes to itself alone", () -> {
            heard.clear();
            b.vertx.eventBus().publish("mine", "4");
            Thread.sleep(200);
            return Set.copyOf(heard).equals(Set.of(b.id() + "4"));
        });
    }

    @Test
    void aNodeThatStartsAgainAtTheSamePlaceLosesNoRegistration() throws Exception {
        var nodes = lab.nodes(2);
        var a = nodes.get(0);
        var b = nodes.get(1);
        b.reply("service");
        finds(a, "service", b);

        // The event bus ends and the session does not: its znode is there until ZooKeeper misses it.
        int port = b.port();
        var left = b.curator.getZookeeperClient().getZooKeeper().getSessionId();
        assertNotEquals(0, left);
        var znode = BusNode.ROOT + "/" + b.id();
        var data = b.curator.getData().forPath(znode);
        lab.close(b);
        a.curator.create().forPath(znode, data);

        var again = lab.node(port);
        again.reply("service");
        assertNotEquals(b.id(), again.id());
        assertEquals(b.port(), again.port());
        finds(a, "service", again);
        eventually("the old node is left out", () -> !a.sees(b) && a.sees(again));
        for (int i = 0; i < 20; i++) assertEquals(again.id(), ask(a, "service"));
        var heard = new ConcurrentLinkedQueue<String>();
        again.vertx.eventBus().<String>consumer("service", message -> heard.add(message.body()));
        a.vertx.eventBus().publish("service", "once");
        eventually("it is heard", () -> !heard.isEmpty());
        assertEquals(List.of("once"), List.copyOf(heard));
        assertTrue(a.curator.checkExists().forPath(znode) != null, "the old znode is still there");
    }

    @Test
    void aNodeThatLeavesIsGoneAtOnceAlsoWithoutZooKeeper() throws Exception {
        var nodes = lab.nodes(2);
        var a = nodes.get(0);
        var b = nodes.get(1);
        b.reply("service");
        finds(a, "service", b);
        lab.close(b);
        eventually("it has left", () -> !a.sees(b) && !a.reached.contains(b.id()));
        assertThrows(
                ReplyException.class,
                () -> a.vertx.eventBus().request("service", "").await(5, SECONDS));
        lab.zooKeeper.stop();
        lab.close(a); // does not wait for ZooKeeper
    }

    @Test
    void whatTheNodesDoNotShareSaysSo() throws Exception {
        var a = lab.node();
        var shared = a.vertx.sharedData();
        var map = assertThrows(UnsupportedOperationException.class, () -> shared.getClusterWideMap("x")
                .await(5, SECONDS));
        assertTrue(
                String.valueOf(map.getMessage()).startsWith("The nodes of a fleet do not share the map x of Vert.x"));
        assertThrows(
                UnsupportedOperationException.class, () -> shared.getLock("x").await(5, SECONDS));
        assertThrows(UnsupportedOperationException.class, () -> shared.getCounter("x")
                .await(5, SECONDS));
        shared.getLocalLock("x").await(5, SECONDS).release();
    }

    @Test
    void aNodeWithoutZooKeeperSaysWhatToDo() throws Exception {
        var address = lab.zooKeeper.address();
        lab.zooKeeper.stop();
        var refused = assertThrows(IllegalStateException.class, () -> BusNode.start(address, lab.certificates, 0));
        assertTrue(
                String.valueOf(refused.getMessage()).startsWith("ZooKeeper at " + address + " did not answer"),
                refused.getMessage());
    }
}
