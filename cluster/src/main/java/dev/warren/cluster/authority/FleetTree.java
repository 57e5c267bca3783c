package dev.warren.cluster.authority;

import dev.warren.cluster.pki.CertificateRole;
import java.util.Collections;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/// The part of the authority's tree that every fleet has, and who may do what in it. A znode's ACL says
/// who may create and delete its children: so the parents have them, from `/` on, which ZooKeeper leaves
/// open to everybody.
///
/// Relays are told by the subject of their certificates, [CertificateRole#subject]. Operators are in no
/// ACL: the servers let them do everything.
///
/// @param fleet its name
public record FleetTree(String fleet) {
    private static final List<String> CHANGED_BY_RELAYS = List.of("members", "slot", "timestamp", "claim");

    /// The directory of peers, which operators alone change.
    private static final String DIRECTORY = "directory";

    /// `/warren/FLEET`, below which everything is.
    public String path() {
        return "/warren/" + fleet;
    }

    /// For what relays create, change and delete, and for the parents of such znodes.
    public List<ACL> relaysChange() {
        return relays(Perms.READ | Perms.WRITE | Perms.CREATE | Perms.DELETE);
    }

    /// For what relays read and only operators change.
    public List<ACL> relaysRead() {
        return relays(Perms.READ);
    }

    private List<ACL> relays(int permissions) {
        // ZooKeeper asks whether null is in it, which a list of List.of does not bear.
        return Collections.singletonList(new ACL(permissions, new Id("x509", CertificateRole.RELAY.subject(fleet))));
    }

    /// Makes what is missing of `/warren/FLEET` and the parents in it, and closes them and everything
    /// above to whoever need not write there. Can be called by every node at every start, also by several
    /// at once; any relay and any operator may. Blocks.
    ///
    /// @throws KeeperException.NoAuthException when the servers take this client for no relay of this
    /// fleet
    public void create(ZooKeeper client) throws KeeperException, InterruptedException {
        // Open to relays until all of it is there: what is closed is closed from below.
        var open = relays(Perms.ALL);
        make(client, "/warren", open);
        make(client, path(), open);
        for (var child : CHANGED_BY_RELAYS) {
            make(client, path() + "/" + child, relaysChange());
        }
        make(client, path() + "/" + DIRECTORY, relaysRead());
        for (var parent : List.of(path(), "/warren", "/zookeeper/quota", "/zookeeper", "/")) {
            close(client, parent);
        }
    }

    private static void make(ZooKeeper client, String path, List<ACL> acl)
            throws KeeperException, InterruptedException {
        if (client.exists(path, false) != null) {
            return;
        }
        try {
            client.create(path, new byte[0], acl, CreateMode.PERSISTENT);
        } catch (KeeperException.NodeExistsException | KeeperException.NoAuthException e) {
            // Another node was faster, and may have closed the parent already. Our server has seen what came before
            // this.
            if (client.exists(path, false) == null) {
                throw e;
            }
        }
    }

    private void close(ZooKeeper client, String path) throws KeeperException, InterruptedException {
        if (client.getACL(path, new Stat()).equals(relaysRead())) {
            return;
        }
        try {
            client.setACL(path, relaysRead(), -1);
        } catch (KeeperException.NoAuthException e) {
            if (!client.getACL(path, new Stat()).equals(relaysRead())) { // closed by another node meanwhile
                throw e;
            }
        }
    }
}
