package dev.warren.cluster.bus;

import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.spi.cluster.NodeInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the other nodes where this one is and where it listens. Belongs to the manager's event loop.
final class BusPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(BusPublisher.class);

    private final Context context;
    private final OwnZnode znode;
    private final OwnRegistrations own;
    private @Nullable NodeInfo info;
    /// Who waits until what is so now was written.
    private List<Completable<Void>> waiting = new ArrayList<>();

    private boolean writing;
    private boolean changed;
    private boolean failing;
    private boolean closed;

    BusPublisher(Context context, OwnZnode znode, OwnRegistrations own) {
        this.context = context;
        this.znode = znode;
        this.own = own;
    }

    /// The first publication, which fails when it does: a node that cannot be told of does not start.
    Future<Void> begin(NodeInfo where) {
        var data = BusMemberCodec.encode(where, own.shared());
        return context.<Void>executeBlocking(() -> {
                    znode.write(data);
                    return null;
                })
                .onSuccess(_ -> {
                    info = where;
                    publish();
                });
    }

    /// Publishes what has changed.
    ///
    /// @param written is completed once it was; while ZooKeeper is away it waits, as others do not know of it
    void changed(Completable<Void> written) {
        waiting.add(written);
        publish();
    }

    /// Called each second, whenever ZooKeeper is there again, and after a change.
    void publish() {
        changed = true;
        var where = info;
        if (writing || closed || where == null) return;
        changed = false;
        byte[] data;
        var told = waiting;
        waiting = new ArrayList<>();
        try {
            data = BusMemberCodec.encode(where, own.shared());
        } catch (IllegalArgumentException e) {
            if (!failing) LOG.error("The other nodes are not told where this one listens now: {}", e.getMessage());
            failing = true;
            told.forEach(one -> one.fail(e));
            return;
        }
        writing = true;
        context.<Void>executeBlocking(() -> {
                    znode.write(data);
                    return null;
                })
                .onComplete(written -> {
                    writing = false;
                    if (written.succeeded()) {
                        if (failing) LOG.info("The other nodes are told where this one listens again");
                        told.forEach(Completable::succeed);
                    } else {
                        if (!failing)
                            LOG.warn(
                                    "The other nodes cannot be told where this one listens; trying each second: {}",
                                    String.valueOf(written.cause().getMessage()));
                        waiting.addAll(0, told);
                    }
                    failing = written.failed();
                    if (changed && !failing) publish();
                });
    }

    /// Whoever waits is told that it was not written; nothing is written from now on.
    void close() {
        closed = true;
        waiting.forEach(one -> one.fail("the event bus was closed"));
        waiting = new ArrayList<>();
    }

    /// Takes the znode away, after what is being written.
    Future<Void> withdraw() {
        return context.executeBlocking(() -> {
            znode.delete();
            return null;
        });
    }
}
