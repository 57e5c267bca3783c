package dev.warren.cluster.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The running nodes of the fleet: an ephemeral znode `members/BOOT` of each, with its [MemberInfo]. While ZooKeeper is
/// away the last view stays.
public final class Members {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);

    /// How often a node sees to it that its znode is there and belongs to its session.
    private static final long CHECK_MILLIS = 1_000;

    private static final int READS_IN_FLIGHT = 32;

    private final Znodes znodes;
    private final String root;
    private final Watcher watcher;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Runnable> rejoined = new ArrayList<>();
    private final long timer;

    private Map<Long, MemberInfo> view = Map.of();
    private boolean complete;
    private boolean stale = true;
    private boolean refreshing;

    private @Nullable MemberInfo wanted;
    private @Nullable Future<Void> publishing;

    /// Hears who comes and goes, on the store's context.
    public interface Listener {
        /// @param before the members by boot id; and `now` likewise
        void changed(Map<Long, MemberInfo> before, Map<Long, MemberInfo> now);
    }

    /// Begins to follow the members.
    public Members(FleetStore store) {
        znodes = store.znodes();
        root = store.path("/members");
        watcher = znodes.watcher(_ -> refresh());
        timer = znodes.context().owner().setPeriodic(CHECK_MILLIS, _ -> znodes.context()
                .runOnContext(_ -> check()));
        store.onSession(state -> {
            if (state == SessionState.RECONNECTED) {
                stale = true;
                check();
            }
        });
        refresh();
    }

    /// Makes this node a member, until [#leave].
    public Future<Void> join(MemberInfo info) {
        return update(info);
    }

    /// Tells the others something else of this node.
    ///
    /// @return fails when it is not known to be written; it is tried again each second all the same
    public Future<Void> update(MemberInfo info) {
        wanted = info;
        return publish();
    }

    /// Takes this node out of the members.
    public Future<Void> leave() {
        var info = wanted;
        wanted = null;
        if (info == null) return Future.succeededFuture();
        Future<Void> before = publishing == null ? Future.succeededFuture() : publishing;
        return before.transform(_ -> znodes.delete(path(info.boot()), -1)).map(reply -> {
            reply.expect("The node " + info.node() + " cannot leave the fleet", Code.OK, Code.NONODE);
            return null;
        });
    }

    /// Ends the checks, and no listener is told any more. What is written stays until the session ends.
    public void close() {
        wanted = null;
        listeners.clear();
        rejoined.clear();
        znodes.context().owner().cancelTimer(timer);
    }

    /// The members by boot id, as they were known last.
    public Map<Long, MemberInfo> view() {
        return view;
    }

    public void onChange(Listener listener) {
        listeners.add(listener);
        if (complete) listener.changed(Map.of(), view);
    }

    /// Tells when this node's znode was made anew, in another session than before.
    void onRejoined(Runnable listener) {
        rejoined.add(listener);
    }

    private void check() {
        if (stale) refresh();
        if (wanted != null && publishing == null) {
            publish().onFailure(failure -> LOG.debug("{}", failure.getMessage()));
        }
    }

    private Future<Void> publish() {
        if (publishing != null) return publishing.transform(_ -> publish());
        var info = wanted;
        if (info == null) return Future.succeededFuture();
        Promise<Void> done = znodes.context().promise();
        publishing = done.future();
        var data = info.encode();
        var path = path(info.boot());
        znodes.read(path, null)
                .compose(read -> {
                    if (read.missing()) {
                        return znodes.create(path, data, CreateMode.EPHEMERAL).onSuccess(this::tellRejoined);
                    }
                    if (!read.ok()) return Future.succeededFuture(read);
                    if (read.ephemeralOwner() != znodes.session()) {
                        // Of a session that is over, but not for ZooKeeper yet: it would go when we rely on it.
                        return znodes.transaction(
                                        List.of(Op.delete(path, -1), znodes.creating(path, data, CreateMode.EPHEMERAL)))
                                .onSuccess(this::tellRejoined);
                    }
                    return Arrays.equals(read.data(), data)
                            ? Future.succeededFuture(read)
                            : znodes.write(path, data, -1);
                })
                .<Void>map(reply -> {
                    reply.expect("The node " + info.node() + " cannot join the fleet", Code.OK);
                    return null;
                })
                .onComplete(result -> {
                    publishing = null;
                    done.handle(result);
                });
        return done.future();
    }

    private void tellRejoined(ZnodeReply reply) {
        if (reply.ok()) rejoined.forEach(Runnable::run);
    }

    /// Reads the members again and sets the watches. What changes meanwhile is read once more afterwards.
    private void refresh() {
        stale = true;
        if (refreshing) return;
        refreshing = true;
        stale = false;
        var now = new HashMap<Long, MemberInfo>();
        znodes.children(root, watcher)
                .compose(names -> InFlight.each(
                        znodes.context(),
                        names.expect("The members of the fleet cannot be read", Code.OK)
                                .children(),
                        READS_IN_FLIGHT,
                        name -> znodes.read(root + "/" + name, watcher).map(read -> {
                            read.expect("The members of the fleet cannot be read", Code.OK, Code.NONODE);
                            if (read.ok()) add(now, name, read.data());
                            return null;
                        })))
                .onComplete(result -> {
                    refreshing = false;
                    if (result.failed()) {
                        // The check of each second tries again.
                        stale = true;
                        LOG.debug("{}", result.cause().getMessage());
                        return;
                    }
                    show(Map.copyOf(now));
                    if (stale) refresh();
                });
    }

    /// A member whose record cannot be read, perhaps of a newer version, is left out.
    private static void add(Map<Long, MemberInfo> members, String name, byte[] data) {
        try {
            var info = MemberInfo.decode(data);
            members.put(info.boot(), info);
        } catch (StoreException e) {
            LOG.warn("member {}: {}", name, e.getMessage());
        }
    }

    private void show(Map<Long, MemberInfo> now) {
        var before = view;
        boolean first = !complete;
        view = now;
        complete = true;
        if (first || !before.equals(now)) {
            List.copyOf(listeners).forEach(listener -> listener.changed(before, now));
        }
    }

    private String path(long boot) {
        return root + "/" + MemberInfo.name(boot);
    }
}
