package dev.warren.cluster.store;

import dev.warren.crypto.key.PublicKey;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The peers and interfaces of the fleet, as this node has read them: always those of one import, never half of it.
/// While ZooKeeper is away they stay. [DirectoryImport] changes them.
///
/// One watch on the directory's own znode tells of an import, and its record which shards are other than before; who
/// missed an import looks at all of them, and reads those that were written since.
public final class Directory {
    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);
    private static final int READS_IN_FLIGHT = 64;

    private final Znodes znodes;
    private final String root;
    private final Watcher watcher;
    private final List<Consumer<DirectoryChange>> listeners = new ArrayList<>();

    private DirectoryRecord record = DirectoryRecord.NONE;
    private final List<Map<PublicKey, FleetPeer>> shards =
            new ArrayList<>(Collections.nCopies(DirectoryShard.COUNT, Map.of()));

    /// The write of each shard that was read last; 0: it is to be read again whatever it says.
    private final long[] mzxids = new long[DirectoryShard.COUNT];

    private Map<String, InterfaceRecord> interfaces = Map.of();
    private boolean refreshing;
    private boolean stale;

    /// Begins to read the directory and to follow it.
    public Directory(FleetStore store) {
        znodes = store.znodes();
        root = store.path("/directory");
        watcher = znodes.watcher(_ -> refresh());
        store.onSession(state -> {
            if (state == SessionState.RECONNECTED) refresh();
        });
        refresh();
    }

    /// Tells of each change, on the store's context. What is there already comes at once, as added.
    public void onChange(Consumer<DirectoryChange> listener) {
        listeners.add(listener);
        if (record.generation() > 0) {
            var all = shards.stream().flatMap(shard -> shard.values().stream()).toList();
            listener.accept(new DirectoryChange(record.version(), interfaces, all, List.of(), List.of()));
        }
    }

    /// Version of the import that is seen; 0: none yet.
    public long version() {
        return record.version();
    }

    /// The peer with this key; null: there is none.
    public @Nullable FleetPeer peer(PublicKey key) {
        return shards.get(DirectoryShard.of(key)).get(key);
    }

    /// How many peers there are.
    public int size() {
        return shards.stream().mapToInt(Map::size).sum();
    }

    private void refresh() {
        stale = true;
        if (refreshing) return;
        refreshing = true;
        stale = false;
        // A server that lags behind, which another session may have got, would show an import of before.
        znodes.sync(root)
                .compose(_ -> znodes.read(root, watcher))
                .compose(read -> {
                    var now = DirectoryRecord.decode(read.expect("The directory of the fleet cannot be read", Code.OK)
                            .data());
                    return now.generation() == record.generation()
                            ? Future.<Void>succeededFuture()
                            : new Loading(now).run();
                })
                .onComplete(result -> {
                    refreshing = false;
                    // After a lost connection RECONNECTED begins again, and the next import after anything else.
                    if (result.failed()) LOG.warn("{}", result.cause().getMessage());
                    if (stale) refresh();
                });
    }

    /// The shards of one generation that differ from what is here.
    private final class Loading {
        private final DirectoryRecord now;
        private final Map<Integer, Map<PublicKey, FleetPeer>> read = new HashMap<>();
        private final long[] written = mzxids.clone();
        private final Map<String, InterfaceRecord> interfacesNow = new HashMap<>();
        private boolean overtaken;

        Loading(DirectoryRecord now) {
            this.now = now;
        }

        Future<Void> run() {
            boolean next = now.previous() == record.generation();
            var wanted = next
                    ? now.changed().stream().boxed().toList()
                    : IntStream.range(0, DirectoryShard.COUNT).boxed().toList();
            return InFlight.each(
                            znodes.context(),
                            wanted,
                            READS_IN_FLIGHT,
                            shard -> next || mzxids[shard] == 0 ? load(shard) : loadIfWritten(shard))
                    .compose(_ ->
                            InFlight.each(znodes.context(), now.interfaces(), READS_IN_FLIGHT, this::loadInterface))
                    .map(_ -> {
                        // Another import is valid by now: its watch event is here or on its way.
                        if (!overtaken) show();
                        return null;
                    });
        }

        private Future<Void> loadIfWritten(int shard) {
            return znodes.exists(path(shard), null).compose(found -> {
                found.expect("The directory of the fleet cannot be read", Code.OK, Code.NONODE);
                return found.ok() && found.mzxid() == mzxids[shard] ? Future.succeededFuture() : load(shard);
            });
        }

        private Future<Void> load(int shard) {
            return entry(path(shard)).map(reply -> {
                var entry = decode(path(shard), reply);
                var content = entry.at(now.generation());
                if (content == null) {
                    overtaken = true;
                } else {
                    read.put(shard, DirectoryShard.decode(content));
                    // What is beside it may become valid without another write.
                    boolean last = reply.ok() && entry.generation() <= now.generation();
                    written[shard] = last ? reply.mzxid() : 0;
                }
                return null;
            });
        }

        private Future<Void> loadInterface(String name) {
            var path = root + "/interfaces/" + name;
            return entry(path).map(reply -> {
                var content = decode(path, reply).at(now.generation());
                if (content == null) {
                    overtaken = true;
                } else if (content.length > 0) {
                    interfacesNow.put(name, InterfaceRecord.decode(content));
                }
                return null;
            });
        }

        private Future<ZnodeReply> entry(String path) {
            return znodes.read(path, null)
                    .map(reply -> reply.expect("The directory of the fleet cannot be read", Code.OK, Code.NONODE));
        }

        private DirectoryEntry decode(String path, ZnodeReply reply) {
            return reply.missing() ? DirectoryEntry.NONE : DirectoryEntry.decode(path, reply.data());
        }

        private void show() {
            var added = new ArrayList<FleetPeer>();
            var changed = new ArrayList<FleetPeer>();
            var removed = new ArrayList<FleetPeer>();
            read.forEach((shard, peers) -> {
                var before = shards.set(shard, peers);
                for (var peer : peers.values()) {
                    var old = before.get(peer.publicKey());
                    if (old == null) added.add(peer);
                    else if (!old.equals(peer)) changed.add(peer);
                }
                for (var old : before.values()) {
                    if (!peers.containsKey(old.publicKey())) removed.add(old);
                }
            });
            System.arraycopy(written, 0, mzxids, 0, mzxids.length);
            record = now;
            interfaces = Map.copyOf(interfacesNow);
            var change = new DirectoryChange(now.version(), interfaces, added, changed, removed);
            List.copyOf(listeners).forEach(listener -> listener.accept(change));
        }
    }

    private String path(int shard) {
        return root + "/" + DirectoryShard.name(shard);
    }
}
