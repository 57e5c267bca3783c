package dev.warren.cluster.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connection of one node to its fleet's ZooKeeper: what all parts of the store share. It belongs to the context
/// that it is opened with: it and everything that is made with it are used there, and answers and events come there.
///
/// Curator keeps the session and makes another when it ends. Nothing that is written is ever repeated: an answer that
/// was lost is unknown, and who needs to know reads again.
public final class FleetStore {
    private static final Logger LOG = LoggerFactory.getLogger(FleetStore.class);

    /// Longer than ZooKeeper needs to find a silent leader and elect another, which is five seconds.
    static final int SESSION_MILLIS = 6_000;

    private static final int FIRST_CONNECTION_SECONDS = 15;
    private static final int CLOSE_MILLIS = 1_000;
    private static final List<String> FOLDERS = List.of("", "/members", "/slot", "/directory", "/timestamp", "/claim");

    private final ContextInternal context;
    private final Options options;
    private final CuratorFramework curator;
    private final Znodes znodes;
    private final List<Consumer<SessionState>> listeners = new ArrayList<>();
    private SessionState state = SessionState.SUSPENDED;

    /// Where the fleet is kept.
    ///
    /// @param servers `HOST:PORT` of ZooKeeper's servers, with commas between
    /// @param fleet name of the fleet, which is a folder in ZooKeeper
    /// @param tls settings of ZooKeeper's client for TLS; null: plain text
    /// @param acl who may read and write what this node creates
    public record Options(
            String servers, String fleet, @Nullable ZKClientConfig tls, List<ACL> acl) {
        public Options {
            // ZooKeeper asks whether null is in it, which a list of List.copyOf does not bear.
            acl = Collections.unmodifiableList(new ArrayList<>(acl));
            if (fleet.isEmpty() || fleet.indexOf('/') >= 0 || fleet.startsWith(".")) {
                throw new StoreException("\"" + fleet
                        + "\" cannot be the name of a fleet: write a name that begins with no dot and has no slash.");
            }
        }
    }

    private FleetStore(ContextInternal context, Options options) {
        this.context = context;
        this.options = options;
        this.znodes = new Znodes(context, options.acl);
        var builder = CuratorFrameworkFactory.builder()
                .connectString(options.servers)
                .sessionTimeoutMs(SESSION_MILLIS)
                .connectionTimeoutMs(SESSION_MILLIS)
                .maxCloseWaitMs(CLOSE_MILLIS)
                .retryPolicy(new RetryNTimes(0, 0))
                // The operator says where the servers are, with the ports that clients use.
                .ensembleTracker(false)
                .dontUseContainerParents();
        this.curator = options.tls == null
                ? builder.build()
                : builder.zkClientConfig(options.tls).build();
    }

    /// Connects, and makes the folders of the fleet where they are missing.
    ///
    /// @param context an event loop's; the owner of the store
    /// @return fails with a sentence when no server answers within 15 seconds
    public static Future<FleetStore> open(Context context, Options options) {
        var store = new FleetStore((ContextInternal) context, options);
        return store.connect().compose(_ -> store.makeFolders()).map(store).recover(failure -> store.close()
                .transform(_ -> Future.failedFuture(failure)));
    }

    private Future<Void> connect() {
        return context.executeBlocking(
                        () -> {
                            curator.getConnectionStateListenable().addListener((_, changed) -> hear(changed));
                            curator.start();
                            if (!curator.blockUntilConnected(FIRST_CONNECTION_SECONDS, TimeUnit.SECONDS)) {
                                throw new StoreException(
                                        "No ZooKeeper server of " + options.servers + " answers within "
                                                + FIRST_CONNECTION_SECONDS
                                                + " s: check that most run, and addresses and certificates.");
                            }
                            return curator.getZookeeperClient().getZooKeeper();
                        },
                        false)
                .map(handle -> {
                    znodes.use(handle);
                    state = SessionState.CONNECTED;
                    return null;
                });
    }

    /// Makes what is missing; nodes need not be allowed to, where an operator has made all of it.
    private Future<Void> makeFolders() {
        Future<Void> made = makeFolder("/warren");
        for (var folder : FOLDERS) {
            made = made.compose(_ -> makeFolder(path(folder)));
        }
        return made;
    }

    private Future<Void> makeFolder(String path) {
        return znodes.exists(path, null)
                .compose(found -> found.missing()
                        ? znodes.create(path, new byte[0], CreateMode.PERSISTENT)
                        : context.succeededFuture(found))
                .map(reply -> {
                    reply.expect("The fleet " + options.fleet + " cannot be set up", Code.OK, Code.NODEEXISTS);
                    return null;
                });
    }

    /// Called on a thread of Curator, where asking for the handle may block.
    private void hear(ConnectionState changed) {
        try {
            var handle = changed.isConnected() ? curator.getZookeeperClient().getZooKeeper() : null;
            context.runOnContext(_ -> onState(changed, handle));
        } catch (Exception e) {
            // Lost again meanwhile: Curator tells when it is back.
            LOG.debug("ZooKeeper: {} {}", changed, e.getMessage());
        }
    }

    private void onState(ConnectionState changed, @Nullable ZooKeeper handle) {
        if (handle != null) znodes.use(handle);
        state = switch (changed) {
            case CONNECTED -> SessionState.CONNECTED;
            case RECONNECTED -> SessionState.RECONNECTED;
            case LOST -> SessionState.LOST;
            case SUSPENDED, READ_ONLY -> SessionState.SUSPENDED;
        };
        LOG.info("ZooKeeper: {}, session 0x{}", state, Long.toHexString(znodes.session()));
        listeners.forEach(listener -> listener.accept(state));
    }

    /// Tells what becomes of the session from now on.
    public void onSession(Consumer<SessionState> listener) {
        listeners.add(listener);
    }

    /// What was heard last of the session.
    public SessionState state() {
        return state;
    }

    /// Ends the session: this node's ephemeral znodes are gone at once.
    public Future<Void> close() {
        return context.executeBlocking(
                () -> {
                    curator.close();
                    return null;
                },
                false);
    }

    ContextInternal context() {
        return context;
    }

    Znodes znodes() {
        return znodes;
    }

    /// The path of something of this fleet; `below` is empty or begins with a slash.
    String path(String below) {
        return "/warren/" + options.fleet + below;
    }
}
