package dev.warren.cluster.bus;

import static dev.warren.cluster.bus.BusLab.ask;
import static dev.warren.cluster.bus.BusLab.eventually;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.loop.EventLoops;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nodes in JVMs of their own, which can be killed.
@Timeout(120)
class BusProcessesTest {
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
    void aNodeThatIsKilledIsLostAtOnceAndLeavesWhenItsSessionEnds() throws Exception {
        var a = lab.node();
        var b = lab.node();
        b.reply("service");
        var child = BusChild.start(lab, 64, "sink");
        eventually("they answer each other", () -> a.reached.equals(Set.of(b.id(), child.id)));
        eventually("the child replies", () -> ask(a, "child").equals(child.id));

        var failed = new AtomicLong();
        EventLoops.of(a.vertx).management().runOnContext(_ -> {
            var sender = new BoundedSender(a.vertx, BusAddresses.node(child.id));
            a.vertx.setPeriodic(20, _ -> {
                sender.write(Buffer.buffer("x"));
                failed.set(sender.failed());
            });
        });
        long killed = System.nanoTime();
        child.signal("KILL");
        eventually("its connection tells that it is lost", () -> !a.reached.contains(child.id));
        long lost = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
        eventually("what is sent to it fails", () -> failed.get() > 0);
        assertEquals(b.id(), ask(a, "service"));
        eventually("it has left", () -> !a.manager.getNodes().contains(child.id));
        long left = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
        assertTrue(lost <= left, lost + " ms, " + left + " ms");
        assertEquals(b.id(), ask(a, "service"));
        assertEquals(Set.of(b.id()), a.reached);
    }

    @Test
    void figuresEventsAndStatusOfARouterReachAnotherProcess() throws Exception {
        var a = lab.node();
        var types = ConcurrentHashMap.<String>newKeySet();
        for (var address : Set.of(Addresses.METRICS, Addresses.EVENTS)) {
            a.vertx
                    .eventBus()
                    .<JsonObject>consumer(
                            address, message -> types.add(message.body().getString("type")))
                    .completion()
                    .await(10, SECONDS);
        }
        var child = BusChild.start(lab, 128, "router");
        eventually("they answer each other", () -> a.reached.equals(Set.of(child.id)));
        eventually(
                "figures and events arrive",
                () -> types.containsAll(Set.of("interval", "router", "interface", "peer-added")));
        var status = a.vertx
                .eventBus()
                .<JsonObject>request(Addresses.STATUS, new JsonObject().put("interface", "mem0"))
                .await(10, SECONDS)
                .body();
        assertEquals("child", status.getString("node"));
        var mem0 = status.getJsonArray("interfaces").getJsonObject(0);
        assertTrue(mem0.getInteger("peerCount") >= 1, mem0.encode());
    }
}
