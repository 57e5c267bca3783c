package dev.warren.cluster.bus;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A server of ZooKeeper, certificates and nodes; all of them end with it.
final class BusLab {
    static final DeliveryOptions SOON = new DeliveryOptions().setSendTimeout(2000);

    final LoneZooKeeper zooKeeper;
    final BusCertificates certificates;
    private final List<BusNode> nodes = new ArrayList<>();
    private final List<Process> children = new ArrayList<>();

    BusLab(Path directory, BusCertificates certificates) throws Exception {
        zooKeeper = new LoneZooKeeper(directory.resolve("data"));
        this.certificates = certificates;
    }

    BusNode node() throws Exception {
        return node(0);
    }

    BusNode node(int port) throws Exception {
        var node = BusNode.start(zooKeeper.address(), certificates, port);
        nodes.add(node);
        return node;
    }

    /// Of so many nodes each sees all others and is answered by them.
    List<BusNode> nodes(int count) throws Exception {
        var started = new ArrayList<BusNode>();
        for (int i = 0; i < count; i++) started.add(node());
        eventually("all nodes answer each other", () -> started.stream()
                .allMatch(node -> node.reached.size() == count - 1));
        return started;
    }

    Process child(Process process) {
        children.add(process);
        return process;
    }

    /// A node ends before the lab does.
    void close(BusNode node) throws Exception {
        nodes.remove(node);
        node.close();
    }

    /// Waits until something holds, for 30 s at most.
    static void eventually(String what, Callable<Boolean> holds) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!holds.call()) {
            assertTrue(System.nanoTime() < until, what);
            Thread.sleep(20);
        }
    }

    static void finds(BusNode from, String address, BusNode whom) throws Exception {
        eventually("a request to " + address + " finds its node", () -> ask(from, address)
                .equals(whom.id()));
    }

    /// Whoever replies to a request within 2 s; an empty text for nobody.
    static String ask(BusNode from, String address) throws Exception {
        try {
            return from.vertx
                    .eventBus()
                    .<String>request(address, "", SOON)
                    .await(5, TimeUnit.SECONDS)
                    .body();
        } catch (TimeoutException | ReplyException e) {
            return "";
        }
    }

    void close() throws Exception {
        for (var child : children) child.destroyForcibly().waitFor();
        for (var node : nodes) node.close();
        zooKeeper.close();
    }
}
