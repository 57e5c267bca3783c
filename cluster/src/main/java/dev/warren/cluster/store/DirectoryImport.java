package dev.warren.cluster.store;

import dev.warren.cluster.store.DirectoryPlan.Basis;
import dev.warren.cluster.store.DirectoryPlan.Entry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;

/// Replaces what is in the directory by what an operator has in files. First a plan, then the writing.
///
/// Shards and interfaces are written as a generation that is not valid yet, in transactions that are refused once
/// another import began; then the directory's record makes all of it valid with one write. An import that ends half-way
/// is seen by nobody, and the next one writes over what it left.
public final class DirectoryImport {
    /// Bytes that one transaction writes: well below jute.maxbuffer, which is 1 MB, with two contents an entry.
    private static final int TOGETHER = 400 * 1024;

    private static final int READS_IN_FLIGHT = 64;
    private static final int WRITES_IN_FLIGHT = 2;

    private final Znodes znodes;
    private final String root;
    private final FleetKey key;

    /// @param key of the fleet, to see whether a key is the one that is there
    public DirectoryImport(FleetStore store, FleetKey key) {
        this.znodes = store.znodes();
        this.root = store.path("/directory");
        this.key = key;
    }

    /// What would change. Writes nothing.
    ///
    /// @param version greater than that of the last import
    /// @param peers all that there shall be; each public key once
    /// @return fails with a sentence when the version is not greater, or a peer is there twice
    public Future<DirectoryPlan> plan(long version, List<InterfaceRecord> interfaces, List<FleetPeer> peers) {
        return znodes.sync(root).compose(_ -> znodes.read(root, null)).compose(read -> {
            var record = DirectoryRecord.decode(read.expect("The directory of the fleet cannot be read", Code.OK)
                    .data());
            if (version <= record.version()) {
                throw new StoreException("The directory has version " + record.version()
                        + " already: give the import a greater one than " + version + ".");
            }
            var names = names(record, interfaces);
            return readAll(names).compose(entries -> {
                var basis = new Basis(record, read.version(), entries);
                var planning = new DirectoryPlanning(root, key, basis, version, names);
                return znodes.context().executeBlocking(() -> planning.plan(interfaces, peers), false);
            });
        });
    }

    private static List<String> names(DirectoryRecord record, List<InterfaceRecord> interfaces) {
        var names = new LinkedHashSet<>(record.interfaces());
        interfaces.forEach(each -> names.add(each.name()));
        return List.copyOf(names);
    }

    private Future<Map<String, Entry>> readAll(List<String> interfaces) {
        var entries = new HashMap<String, Entry>();
        var paths = Stream.concat(
                        DirectoryPlanning.shards(root), interfaces.stream().map(this::interfacePath))
                .toList();
        return InFlight.each(znodes.context(), paths, READS_IN_FLIGHT, path -> znodes.read(path, null)
                        .map(read -> {
                            read.expect("The directory of the fleet cannot be read", Code.OK, Code.NONODE);
                            entries.put(
                                    path,
                                    read.missing()
                                            ? new Entry(DirectoryEntry.NONE, 0, -1)
                                            : new Entry(
                                                    DirectoryEntry.decode(path, read.data()),
                                                    read.mzxid(),
                                                    read.version()));
                            return null;
                        }))
                .map(entries);
    }

    private String interfacePath(String name) {
        return root + "/interfaces/" + name;
    }

    /// Does what was planned.
    ///
    /// @param force also when more than half of the peers would go
    /// @return fails with a sentence when it is refused, when another import came between, or when nobody
    ///     knows; then plan again, and a refused version says that it was done
    public Future<Void> apply(DirectoryPlan plan, boolean force) {
        if (!force && plan.removed().size() * 2L > plan.existing()) {
            throw new StoreException("The import would remove " + plan.removed().size() + " of " + plan.existing()
                    + " peers, more than half: check the files, and say force if that is meant.");
        }
        var record = plan.basis().record().reserve();
        return znodes.write(root, record.encode(), plan.basis().recordVersion()).compose(reply -> {
            refuseOthers(reply);
            return unchanged(plan)
                    .compose(_ -> makeFolder())
                    .compose(_ -> writeAll(plan, record, reply.version()))
                    .compose(_ -> commit(plan, record, reply.version()));
        });
    }

    private static void refuseOthers(ZnodeReply reply) {
        if (reply.code() == Code.BADVERSION || reply.code() == Code.NODEEXISTS) {
            throw new StoreException("Another import changed the directory meanwhile: plan this one again.");
        }
        reply.expect("The directory cannot be written", Code.OK);
    }

    /// Fails when something was written since the plan: from now on no other import can write.
    private Future<Void> unchanged(DirectoryPlan plan) {
        return InFlight.each(
                znodes.context(),
                plan.basis().entries().entrySet(),
                READS_IN_FLIGHT,
                planned -> znodes.exists(planned.getKey(), null).map(found -> {
                    found.expect("The directory of the fleet cannot be read", Code.OK, Code.NONODE);
                    if ((found.ok() ? found.mzxid() : 0) != planned.getValue().mzxid()) {
                        throw new StoreException(
                                "Another import changed the directory meanwhile: plan this one again.");
                    }
                    return null;
                }));
    }

    /// Makes the folder of the interfaces, which nodes that read the directory need not have.
    private Future<Void> makeFolder() {
        return znodes.create(root + "/interfaces", new byte[0], CreateMode.PERSISTENT)
                .map(reply -> {
                    reply.expect("The directory cannot be written", Code.OK, Code.NODEEXISTS);
                    return null;
                });
    }

    private Future<Void> writeAll(DirectoryPlan plan, DirectoryRecord record, int recordVersion) {
        var transactions = new ArrayList<List<Op>>();
        int bytes = TOGETHER;
        for (var write : plan.writes().entrySet()) {
            var path = write.getKey();
            var before = plan.basis().entries().getOrDefault(path, new Entry(DirectoryEntry.NONE, 0, -1));
            var data = before.entry()
                    .next(record.generation(), record.reserved(), write.getValue())
                    .encode();
            if (bytes + data.length > TOGETHER) {
                transactions.add(new ArrayList<>(List.of(Op.check(root, recordVersion))));
                bytes = 0;
            }
            bytes += data.length;
            transactions
                    .getLast()
                    .add(
                            before.missing()
                                    ? znodes.creating(path, data, CreateMode.PERSISTENT)
                                    : Op.setData(path, data, before.version()));
        }
        return InFlight.each(
                znodes.context(), transactions, WRITES_IN_FLIGHT, operations -> znodes.transaction(operations)
                        .map(reply -> {
                            refuseOthers(reply);
                            return null;
                        }));
    }

    private Future<Void> commit(DirectoryPlan plan, DirectoryRecord record, int recordVersion) {
        var data = record.commit(plan.version(), plan.shards(), plan.interfaceNames())
                .encode();
        return znodes.write(root, data, recordVersion).compose(reply -> {
            if (reply.ok()) return Future.succeededFuture();
            // A lost answer: what is there now may be ours.
            return znodes.read(root, null).map(read -> {
                if (!read.ok() || !Arrays.equals(read.data(), data)) refuseOthers(reply);
                return null;
            });
        });
    }
}
