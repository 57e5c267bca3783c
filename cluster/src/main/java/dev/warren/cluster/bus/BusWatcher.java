package dev.warren.cluster.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads where the nodes are and where they listen, and reads again what has changed. What was read is kept
/// while ZooKeeper is away. Belongs to the manager's event loop.
///
/// The list of nodes is read each second, and when its watch says so; the znode of a node when it is new or
/// its watch says so, and all of them when ZooKeeper was away: watches of a session go with it.
final class BusWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(BusWatcher.class);

    private final Context context;
    private final CuratorFramework curator;
    private final String root;
    private final Consumer<Collection<BusMember>> seen;
    private final CuratorWatcher watcher = this::fired;

    /// By node id; those that cannot be understood are in it, so that they are not read each second.
    private Map<String, Reading> known = Map.of();

    /// Ids of nodes to be read again.
    private Set<String> stale = new HashSet<>();

    private List<Promise<Void>> waiting = new ArrayList<>();
    private boolean reading;
    /// Read by ZooKeeper's thread too, whose events outlive the event loops.
    private volatile boolean closed;

    private sealed interface Reading {}

    private record Understood(BusMember member) implements Reading {}

    private record NotUnderstood(int version) implements Reading {}

    /// @param seen is told on the event loop who is there, this node too
    BusWatcher(Context context, CuratorFramework curator, String root, Consumer<Collection<BusMember>> seen) {
        this.context = context;
        this.curator = curator;
        this.root = root;
        this.seen = seen;
    }

    /// Reads everything again. Completes when it was read.
    Future<Void> reread() {
        stale.addAll(known.keySet());
        return refresh();
    }

    /// Reads what is new. Completes when a reading that begins from now on has ended.
    Future<Void> refresh() {
        Promise<Void> done = Promise.promise();
        waiting.add(done);
        if (!reading && !closed) read();
        return done.future();
    }

    private void read() {
        reading = true;
        var asked = waiting;
        var again = stale;
        waiting = new ArrayList<>();
        stale = new HashSet<>();
        var kept = new HashMap<>(known);
        kept.keySet().removeAll(again);
        context.executeBlocking(() -> read(kept)).onComplete(read -> {
            reading = false;
            if (closed) return;
            if (read.succeeded()) {
                apply(read.result());
                asked.forEach(Promise::complete);
            } else {
                stale.addAll(again);
                LOG.debug("The nodes of the event bus cannot be read: {}", String.valueOf(read.cause()));
                asked.forEach(one -> one.fail(read.cause()));
            }
            if (!waiting.isEmpty()) read();
        });
    }

    /// Blocks. A watch is left on everything that is read.
    private Map<String, Reading> read(Map<String, Reading> kept) throws Exception {
        var now = new HashMap<String, Reading>();
        for (var id : curator.getChildren().usingWatcher(watcher).forPath(root)) {
            var before = kept.get(id);
            if (before != null) {
                now.put(id, before);
                continue;
            }
            var stat = new Stat();
            try {
                var data = curator.getData()
                        .storingStatIn(stat)
                        .usingWatcher(watcher)
                        .forPath(root + "/" + id);
                var member = BusMemberCodec.decode(id, data, stat.getCzxid());
                int version = data.length == 0 ? 0 : data[0];
                now.put(id, member == null ? new NotUnderstood(version) : new Understood(member));
            } catch (KeeperException.NoNodeException e) {
                // It left since the list was read.
            }
        }
        return now;
    }

    private void apply(Map<String, Reading> now) {
        var before = known;
        known = now;
        var members = new ArrayList<BusMember>();
        now.forEach((id, reading) -> {
            switch (reading) {
                case Understood understood -> members.add(understood.member);
                case NotUnderstood other -> {
                    if (!other.equals(before.get(id)))
                        LOG.warn(
                                "Node {} of the event bus is left out: what it says of itself (version {}) is not"
                                        + " understood here",
                                id,
                                other.version);
                }
            }
        });
        seen.accept(members);
    }

    /// Called on a thread of ZooKeeper.
    private void fired(WatchedEvent event) {
        if (closed || event.getType() == EventType.None) return; // None: the manager listens to the connection
        var path = event.getPath();
        context.runOnContext(_ -> {
            if (closed) return;
            if (path != null && path.startsWith(root + "/")) stale.add(path.substring(root.length() + 1));
            refresh();
        });
    }

    void close() {
        closed = true;
        waiting.forEach(one -> one.fail("the event bus was closed"));
        waiting = new ArrayList<>();
    }
}
