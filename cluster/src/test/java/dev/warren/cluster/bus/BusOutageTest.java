package dev.warren.cluster.bus;

import static dev.warren.cluster.bus.BusLab.ask;
import static dev.warren.cluster.bus.BusLab.eventually;
import static dev.warren.cluster.bus.BusLab.finds;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BusOutageTest {
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
    void trafficGoesOnWhileZooKeeperIsAwayAndRegistrationsAfterwards() throws Exception {
        var nodes = lab.nodes(3);
        var a = nodes.get(0);
        var b = nodes.get(1);
        for (var node : nodes) node.reply("service." + node.id());
        for (var from : nodes) for (var to : nodes) finds(from, "service." + to.id(), to);

        lab.zooKeeper.stop();
        long until = System.nanoTime() + SECONDS.toNanos(20);
        var waiting = b.vertx.eventBus().<String>consumer("late", request -> request.reply(b.id()));
        int answered = 0;
        while (System.nanoTime() < until) {
            for (var from : nodes) {
                for (var to : nodes) {
                    assertEquals(to.id(), ask(from, "service." + to.id()));
                    answered++;
                }
            }
            Thread.sleep(100);
        }
        assertTrue(answered > 100, "only " + answered + " answers");
        assertFalse(waiting.completion().isComplete(), "nobody was told, and it says it was");

        lab.zooKeeper.start();
        waiting.completion().await(30, SECONDS);
        finds(a, "late", b);
        // Sessions were lost meanwhile: all znodes belong to the new ones, and outlive the old.
        eventually("the znodes belong to sessions that live", () -> {
            for (var node : nodes) {
                var stat = a.curator.checkExists().forPath(BusNode.ROOT + "/" + node.id());
                var session = node.curator.getZookeeperClient().getZooKeeper().getSessionId();
                if (stat == null || stat.getEphemeralOwner() != session) return false;
            }
            return true;
        });
        var d = lab.node();
        d.reply("new");
        for (var from : nodes) finds(from, "new", d);
        for (var to : nodes) finds(d, "service." + to.id(), to);
    }

    @Test
    void aSessionThatTheServerEndedIsFollowedByANewZnode() throws Exception {
        var nodes = lab.nodes(2);
        var a = nodes.get(0);
        var b = nodes.get(1);
        b.reply("service");
        finds(a, "service", b);

        long before = b.curator.getZookeeperClient().getZooKeeper().getSessionId();
        lab.zooKeeper.endSession(before);
        eventually("the znode belongs to the new session", () -> {
            var stat = a.curator.checkExists().forPath(BusNode.ROOT + "/" + b.id());
            return stat != null && stat.getEphemeralOwner() != before;
        });
        finds(a, "service", b);
        // The watches went with the session: what is new is seen all the same.
        a.reply("after");
        finds(b, "after", a);
        lab.close(a);
        eventually("it is seen to leave", () -> !b.sees(a));
    }
}
