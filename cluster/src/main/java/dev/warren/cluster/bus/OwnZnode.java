package dev.warren.cluster.bus;

import java.util.Arrays;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/// The ephemeral znode of this node. Its methods block, and are called one at a time. A failure changes
/// nothing that the next call does not find out: none needs to know whether a write before it was applied.
final class OwnZnode {
    private final CuratorFramework curator;
    private final String path;

    OwnZnode(CuratorFramework curator, String path) {
        this.curator = curator;
        this.path = path;
    }

    /// Sees to it that the znode is there, belongs to the current session, and holds this.
    void write(byte[] data) throws Exception {
        var stat = new Stat();
        byte[] held;
        try {
            held = curator.getData().storingStatIn(stat).forPath(path);
        } catch (KeeperException.NoNodeException e) {
            curator.create().withMode(CreateMode.EPHEMERAL).forPath(path, data);
            return;
        }
        long session = curator.getZookeeperClient().getZooKeeper().getSessionId();
        if (stat.getEphemeralOwner() != session) {
            // In one step, so that the others do not see the node leave.
            curator.transaction()
                    .forOperations(
                            curator.transactionOp().delete().forPath(path),
                            curator.transactionOp()
                                    .create()
                                    .withMode(CreateMode.EPHEMERAL)
                                    .forPath(path, data));
        } else if (!Arrays.equals(held, data)) {
            curator.setData().forPath(path, data);
        }
    }

    void delete() throws Exception {
        try {
            curator.delete().forPath(path);
        } catch (KeeperException.NoNodeException e) {
            // The session ended before.
        }
    }
}
