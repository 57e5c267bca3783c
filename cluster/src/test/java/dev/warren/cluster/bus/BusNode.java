package dev.warren.cluster.bus;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.warren.verticles.loop.EventLoops;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.curator.framework.CuratorFramework;

/// A node of the fleet as far as the event bus goes, with the nodes that answer it.
final class BusNode implements NodePings.Listener {
    static final String ROOT = "/warren/bus";

    final CuratorFramework curator;
    final FleetClusterManager manager;
    final Vertx vertx;
    final Set<String> reached = ConcurrentHashMap.newKeySet();

    private BusNode(CuratorFramework curator, FleetClusterManager manager, Vertx vertx) {
        this.curator = curator;
        this.manager = manager;
        this.vertx = vertx;
    }

    /// @param port 0: any
    static BusNode start(String zooKeeper, BusCertificates certificates, int port) throws Exception {
        var curator = LoneZooKeeper.client(zooKeeper);
        var manager = new FleetClusterManager(curator, ROOT);
        var options = BusOptions.of(
                EventLoops.options(1),
                "127.0.0.1",
                port,
                certificates.certificate(),
                certificates.key(),
                certificates.authority());
        Vertx vertx;
        try {
            vertx = Vertx.builder()
                    .with(options)
                    .withClusterManager(manager)
                    .buildClustered()
                    .await(30, SECONDS);
        } catch (Exception e) {
            curator.close();
            throw e;
        }
        var node = new BusNode(curator, manager, vertx);
        EventLoops.of(vertx).deploy(new NodePings(manager, node)).await(30, SECONDS);
        return node;
    }

    String id() {
        return manager.getNodeId();
    }

    int port() {
        return Objects.requireNonNull(manager.getNodeInfo()).port();
    }

    boolean sees(BusNode... others) {
        for (var other : others) if (!manager.getNodes().contains(other.id())) return false;
        return true;
    }

    /// Replies to every request at an address with this node's id.
    void reply(String address) throws Exception {
        vertx.eventBus()
                .<Buffer>consumer(address, request -> request.reply(id()))
                .completion()
                .await(30, SECONDS);
    }

    @Override
    public void reached(String node) {
        reached.add(node);
    }

    @Override
    public void lost(String node) {
        reached.remove(node);
    }

    void close() throws Exception {
        vertx.close().await(30, SECONDS);
        curator.close();
    }
}
