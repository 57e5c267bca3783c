package dev.warren.cluster.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/// Asynchronous operations on znodes. Called on the store's context, where all answers come; none of them is ever
/// repeated here. Answers come in the order in which ZooKeeper gives them, and each of them comes: when the connection
/// or the session is lost, as that.
final class Znodes {
    /// Operations that may wait for their answer: what one import or one search of all claims has, many times over.
    private static final int LIMIT = 8192;

    /// Small znodes read by one request: with 200 bytes each a quarter of jute.maxbuffer, which is 1 MB.
    private static final int READ_TOGETHER = 512;

    private static final int READS_IN_FLIGHT = 8;

    private final ContextInternal context;
    private final List<ACL> acl;
    private @Nullable ZooKeeper zookeeper;
    private int outstanding;

    Znodes(ContextInternal context, List<ACL> acl) {
        this.context = context;
        this.acl = acl;
    }

    /// From now on operations go through this handle, which belongs to one session.
    void use(ZooKeeper handle) {
        zookeeper = handle;
    }

    /// The session's number, 0 before there is one.
    long session() {
        return zookeeper == null ? 0 : zookeeper.getSessionId();
    }

    ContextInternal context() {
        return context;
    }

    /// A watcher that tells the path on the context. Events of the session itself are left out: a listener of
    /// [FleetStore#onSession] hears them.
    Watcher watcher(Consumer<String> changed) {
        return event -> {
            if (event.getType() != Watcher.Event.EventType.None) {
                context.runOnContext(_ -> changed.accept(event.getPath()));
            }
        };
    }

    Future<ZnodeReply> read(String path, @Nullable Watcher watcher) {
        return send((zk, answer) -> zk.getData(
                path, watcher, (code, _, _, data, stat) -> answer.accept(ZnodeReply.of(code, data, stat)), null));
    }

    Future<ZnodeReply> exists(String path, @Nullable Watcher watcher) {
        return send((zk, answer) ->
                zk.exists(path, watcher, (code, _, _, stat) -> answer.accept(ZnodeReply.of(code, null, stat)), null));
    }

    Future<ZnodeReply> children(String path, @Nullable Watcher watcher) {
        return send((zk, answer) -> zk.getChildren(
                path,
                watcher,
                (int code, String _, Object _, @Nullable List<String> names) ->
                        answer.accept(ZnodeReply.ofChildren(code, names)),
                null));
    }

    Future<ZnodeReply> create(String path, byte[] data, CreateMode mode) {
        return send((zk, answer) -> zk.create(
                path,
                data,
                acl,
                mode,
                (int code, String _, Object _, String _, @Nullable Stat stat) ->
                        answer.accept(ZnodeReply.of(code, null, stat)),
                null));
    }

    /// Creates a lasting znode, and before it the folder that it is in where that is missing.
    Future<ZnodeReply> createInFolder(String path, byte[] data) {
        return create(path, data, CreateMode.PERSISTENT).compose(made -> {
            if (!made.missing()) return Future.succeededFuture(made);
            var folder = path.substring(0, path.lastIndexOf('/'));
            return create(folder, new byte[0], CreateMode.PERSISTENT)
                    .compose(_ -> create(path, data, CreateMode.PERSISTENT));
        });
    }

    /// Writes when the znode's version is `version`; -1: whatever it is.
    Future<ZnodeReply> write(String path, byte[] data, int version) {
        return send((zk, answer) -> zk.setData(
                path, data, version, (code, _, _, stat) -> answer.accept(ZnodeReply.of(code, null, stat)), null));
    }

    Future<ZnodeReply> delete(String path, int version) {
        return send((zk, answer) ->
                zk.delete(path, version, (code, _, _) -> answer.accept(ZnodeReply.of(code, null, null)), null));
    }

    /// What the server knows once all that was committed before has reached it: the reads that follow are not stale.
    Future<ZnodeReply> sync(String path) {
        return send(
                (zk, answer) -> zk.sync(path, (code, _, _) -> answer.accept(ZnodeReply.of(code, null, null)), null));
    }

    /// All of these or none. The code is that of the operation that was refused.
    Future<ZnodeReply> transaction(List<Op> operations) {
        return send((zk, answer) ->
                zk.multi(operations, (code, _, _, _) -> answer.accept(ZnodeReply.of(code, null, null)), null));
    }

    Op creating(String path, byte[] data, CreateMode mode) {
        return Op.create(path, data, acl, mode);
    }

    /// Refuses a transaction while there is a znode at `path`: it is created and deleted again, unseen by others.
    List<Op> absent(String path) {
        return List.of(creating(path, new byte[0], CreateMode.PERSISTENT), Op.delete(path, -1));
    }

    /// Reads many small znodes, a few hundred with one request. The replies are in the order of the paths.
    ///
    /// @return fails when one request does
    Future<List<ZnodeReply>> readAll(List<String> paths) {
        var replies = new ArrayList<List<ZnodeReply>>();
        var starts = IntStream.iterate(0, from -> from < paths.size(), from -> from + READ_TOGETHER)
                .boxed()
                .toList();
        starts.forEach(_ -> replies.add(List.of()));
        return InFlight.each(context, starts, READS_IN_FLIGHT, from -> {
                    var some = paths.subList(from, Math.min(from + READ_TOGETHER, paths.size()));
                    return readTogether(some).onSuccess(read -> replies.set(from / READ_TOGETHER, read));
                })
                .map(_ -> replies.stream().flatMap(List::stream).toList());
    }

    private Future<List<ZnodeReply>> readTogether(List<String> paths) {
        var operations = paths.stream().map(Op::getData).toList();
        return this.<List<ZnodeReply>>send(
                        List.of(),
                        (zk, answer) -> zk.multi(
                                operations,
                                (_, _, _, results) -> answer.accept(
                                        results == null
                                                ? List.of()
                                                : results.stream()
                                                        .map(Znodes::reply)
                                                        .toList()),
                                null))
                .map(replies -> {
                    if (replies.size() == paths.size()) return replies;
                    throw new StoreException(
                            "Records of the fleet cannot be read: the connection to ZooKeeper was lost; try again.");
                });
    }

    private static ZnodeReply reply(OpResult result) {
        return switch (result) {
            case OpResult.GetDataResult read -> ZnodeReply.of(0, read.getData(), read.getStat());
            case OpResult.ErrorResult error -> ZnodeReply.of(error.getErr(), null, null);
            default -> throw new IllegalStateException("an answer to a read of type " + result.getType());
        };
    }

    private Future<ZnodeReply> send(BiConsumer<ZooKeeper, Consumer<ZnodeReply>> operation) {
        return send(ZnodeReply.NOT_SENT, operation);
    }

    private <R> Future<R> send(R notSent, BiConsumer<ZooKeeper, Consumer<R>> operation) {
        if (zookeeper == null || outstanding >= LIMIT) {
            return context.succeededFuture(notSent);
        }
        outstanding++;
        Promise<R> reply = context.promise();
        // A task for each: an answer is never seen before those that came before it, as it would be by whoever asks
        // a future that is complete already.
        operation.accept(
                zookeeper,
                answer -> context.runOnContext(_ -> {
                    outstanding--;
                    reply.complete(answer);
                }));
        return reply.future();
    }
}
