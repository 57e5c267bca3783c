package dev.warren.cluster.bus;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/// One server of ZooKeeper in this JVM, on loopback, which can go away and come back with what it knew.
final class LoneZooKeeper implements AutoCloseable {
    private static final int TICK_MILLIS = 500;
    static final int SESSION_MILLIS = 6000;

    private final Path directory;
    private int port;
    private ZooKeeperServer server;
    private ServerCnxnFactory factory;

    LoneZooKeeper(Path directory) throws Exception {
        this.directory = directory;
        start();
    }

    void start() throws Exception {
        server = new ZooKeeperServer(directory.toFile(), directory.toFile(), TICK_MILLIS);
        factory = ServerCnxnFactory.createFactory(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        port = factory.getLocalPort();
        factory.startup(server);
    }

    void stop() {
        factory.shutdown();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /// As the leader does when a client was silent for too long.
    void endSession(long id) {
        server.closeSession(id);
    }

    static CuratorFramework client(String address) {
        var curator = CuratorFrameworkFactory.builder()
                .connectString(address)
                .sessionTimeoutMs(SESSION_MILLIS)
                .connectionTimeoutMs(5000)
                .retryPolicy(new RetryNTimes(0, 0))
                .build();
        curator.start();
        return curator;
    }

    @Override
    public void close() {
        stop();
    }
}
