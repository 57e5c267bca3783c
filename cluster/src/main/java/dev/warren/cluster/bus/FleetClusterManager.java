package dev.warren.cluster.bus;

import dev.warren.verticles.loop.EventLoops;
import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the event bus span the nodes of a fleet, by ZooKeeper. Handed to
/// `Vertx.builder().withClusterManager(...)`; it belongs to one Vert.x instance, and Curator to the caller,
/// who closes it after Vert.x.
///
/// Each node has one ephemeral znode, which holds where its event bus listens and the few addresses at
/// which it has a consumer for the fleet. Local consumers are not told of. While ZooKeeper is away the view
/// of the others is kept, so that traffic goes on; who connects to a node that has gone is told by the
/// connection. Node ids are new at every start.
///
/// What else Vert.x shares among nodes (maps, locks, counters) fails: Warren keeps its state in ZooKeeper
/// itself.
///
/// State belongs to the management loop. Vert.x asks for registrations and nodes from any thread, which
/// read [BusView] and [OwnRegistrations#at].
public final class FleetClusterManager implements ClusterManager {
    private static final int CONNECT_SECONDS = 10;
    private static final int LEAVE_SECONDS = 3;
    private static final long CHECK_MILLIS = 1000;
    private static final long NO_TIMER = -1;
    private static final Logger LOG = LoggerFactory.getLogger(FleetClusterManager.class);

    private final CuratorFramework curator;
    private final String root;
    private final String node = UUID.randomUUID().toString();
    private final OwnRegistrations own = new OwnRegistrations(node);
    private final ConnectionStateListener connection = this::onConnection;
    private volatile BusView view = BusView.EMPTY;
    private volatile boolean active;
    private volatile @Nullable NodeInfo info;
    private @Nullable RegistrationListener registrationListener;
    private @Nullable NodeListener nodeListener;
    private @Nullable OnLoop onLoop;

    /// What is there from [#init] on.
    private static final class OnLoop {
        final Vertx vertx;
        final Context context;
        final BusPublisher publisher;
        final BusWatcher watcher;
        Collection<BusMember> members = List.of();
        long timer = NO_TIMER;

        OnLoop(Vertx vertx, Context context, BusPublisher publisher, BusWatcher watcher) {
            this.vertx = vertx;
            this.context = context;
            this.publisher = publisher;
            this.watcher = watcher;
        }
    }

    /// @param curator started; without a retry policy
    /// @param root path of the znode below which the nodes are, for instance `/warren/bus`; made if it is
    /// not there
    public FleetClusterManager(CuratorFramework curator, String root) {
        this.curator = curator;
        this.root = root;
    }

    @Override
    public void init(Vertx vertx) {
        // Only the bus' own types and JSON: no object of Java is made from what another node says.
        vertx.eventBus().serializableChecker(_ -> false).clusterSerializableChecker(_ -> false);
        var context = EventLoops.of(vertx).management();
        var publisher = new BusPublisher(context, new OwnZnode(curator, root + "/" + node), own);
        onLoop = new OnLoop(vertx, context, publisher, new BusWatcher(context, curator, root, this::seen));
    }

    private OnLoop onLoop() {
        return Objects.requireNonNull(onLoop, "not initialised");
    }

    // ---- joining and leaving

    @Override
    public void join(Completable<Void> joined) {
        var here = onLoop();
        here.context.runOnContext(_ -> {
            curator.getConnectionStateListenable()
                    .addListener(connection, task -> here.context.runOnContext(_ -> task.run()));
            here.context
                    .executeBlocking(this::connect)
                    .compose(_ -> here.watcher.refresh())
                    .onSuccess(_ -> {
                        active = true;
                        here.timer = here.vertx.setPeriodic(CHECK_MILLIS, _ -> check());
                    })
                    .onComplete(joined);
        });
    }

    /// Blocks. Waits for ZooKeeper and makes the znode below which all others are.
    private @Nullable Void connect() throws Exception {
        if (!curator.blockUntilConnected(CONNECT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "ZooKeeper at %s did not answer within %d s: see that most of its servers run and can be reached"
                            .formatted(curator.getZookeeperClient().getCurrentConnectionString(), CONNECT_SECONDS));
        }
        if (curator.checkExists().forPath(root) != null) return null;
        try {
            curator.create().creatingParentsIfNeeded().forPath(root);
        } catch (KeeperException.NodeExistsException e) {
            // Another node was first.
        }
        return null;
    }

    @Override
    public void setNodeInfo(NodeInfo where, Completable<Void> published) {
        var here = onLoop();
        here.context.runOnContext(_ -> {
            info = where;
            here.publisher.begin(where).onSuccess(_ -> update()).onComplete(published);
        });
    }

    /// Completes also when ZooKeeper is away: the znode goes with the session.
    @Override
    public void leave(Completable<Void> left) {
        var here = onLoop();
        active = false;
        here.context.runOnContext(_ -> {
            curator.getConnectionStateListenable().removeListener(connection);
            here.vertx.cancelTimer(here.timer);
            here.watcher.close();
            here.publisher.close();
            if (!curator.getZookeeperClient().isConnected()) {
                left.succeed();
                return;
            }
            here.publisher
                    .withdraw()
                    .timeout(LEAVE_SECONDS, TimeUnit.SECONDS)
                    .otherwise(failure -> {
                        LOG.debug("The znode of the event bus is left to the end of the session", failure);
                        return null;
                    })
                    .onComplete(left);
        });
    }

    @Override
    public boolean isActive() {
        return active;
    }

    // ---- what ZooKeeper says

    private void onConnection(CuratorFramework from, ConnectionState state) {
        if (!active) return;
        switch (state) {
            case CONNECTED, RECONNECTED -> {
                onLoop().publisher.publish();
                onLoop().watcher.reread();
            }
            case SUSPENDED ->
                LOG.info("ZooKeeper does not answer: the nodes of the event bus are taken to be as they were");
            case LOST, READ_ONLY -> {}
        }
    }

    private void check() {
        if (!curator.getZookeeperClient().isConnected()) return;
        onLoop().publisher.publish();
        onLoop().watcher.refresh();
    }

    private void seen(Collection<BusMember> members) {
        onLoop().members =
                members.stream().filter(member -> !member.id().equals(node)).toList();
        update();
    }

    private void update() {
        var before = view;
        var now = BusView.of(onLoop().members, info);
        if (now.equals(before)) return;
        view = now;
        now.changedSince(before).forEach(this::notifyOf);
        for (var id : before.members().keySet()) {
            if (now.members().containsKey(id)) continue;
            LOG.info("Node {} has left the event bus", id);
            if (nodeListener != null) nodeListener.nodeLeft(id);
        }
        for (var member : now.members().values()) {
            if (before.members().containsKey(member.id())) continue;
            LOG.info(
                    "Node {} is on the event bus at {}:{}",
                    member.id(),
                    member.info().host(),
                    member.info().port());
            if (nodeListener != null) nodeListener.nodeAdded(member.id());
        }
    }

    private void notifyOf(String address) {
        var listener = registrationListener;
        if (listener == null || !listener.wantsUpdatesFor(address)) return;
        listener.registrationsUpdated(new RegistrationUpdateEvent(address, registrations(address)));
    }

    // ---- what the event bus asks

    @Override
    public String getNodeId() {
        return node;
    }

    @Override
    public @Nullable NodeInfo getNodeInfo() {
        return info;
    }

    @Override
    public void getNodeInfo(String id, Completable<NodeInfo> found) {
        var where = info;
        var member = view.members().get(id);
        if (id.equals(node) && where != null) found.succeed(where);
        else if (member != null) found.succeed(member.info());
        else found.fail(new IllegalStateException("node " + id + " is not on the event bus"));
    }

    @Override
    public List<String> getNodes() {
        var nodes = new ArrayList<>(view.members().keySet());
        nodes.add(node);
        return nodes;
    }

    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> found) {
        found.succeed(registrations(address));
    }

    private List<RegistrationInfo> registrations(String address) {
        var others = view.at(address);
        var here = own.at(address);
        if (here == null) return others;
        var all = new ArrayList<>(others);
        all.add(here);
        return all;
    }

    /// Completes at once for a local consumer, to which messages of this node find their way by themselves.
    @Override
    public void addRegistration(String address, RegistrationInfo registration, Completable<Void> published) {
        boolean localOnly = registration.localOnly();
        onLoop().context.runOnContext(_ -> {
            own.add(address, localOnly);
            notifyOf(address);
            if (!localOnly) onLoop().publisher.changed(published);
        });
        if (localOnly) published.succeed();
    }

    /// Completes at once: nobody waits for the others to know it.
    @Override
    public void removeRegistration(String address, RegistrationInfo registration, Completable<Void> removed) {
        boolean localOnly = registration.localOnly();
        onLoop().context.runOnContext(_ -> {
            own.remove(address, localOnly);
            notifyOf(address);
            if (!localOnly) onLoop().publisher.publish();
        });
        removed.succeed();
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        registrationListener = listener;
    }

    @Override
    public void nodeListener(NodeListener listener) {
        nodeListener = listener;
    }

    // ---- what is not there

    @Override
    public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> map) {
        map.fail(notShared("map " + name));
    }

    @Override
    public <K, V> Map<K, V> getSyncMap(String name) {
        throw notShared("map " + name);
    }

    @Override
    public void getLockWithTimeout(String name, long timeout, Completable<Lock> lock) {
        lock.fail(notShared("lock " + name));
    }

    @Override
    public void getCounter(String name, Completable<Counter> counter) {
        counter.fail(notShared("counter " + name));
    }

    private static UnsupportedOperationException notShared(String what) {
        return new UnsupportedOperationException("The nodes of a fleet do not share the " + what
                + " of Vert.x: take a local one, or keep the state in ZooKeeper.");
    }
}
