package dev.warren.cluster.store;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The slot of this node, which is the top 8 bits of its receiver indices: no two nodes have one at the same time, and
/// none is used again before all sessions of its last owner are over.
///
/// `slot/N` says whose it is. Others mark the slot of a node that is no member any more, in one transaction with the
/// proof that it is none, and the time of that mark is ZooKeeper's. A slot that was marked [#REST] ago is free. A node
/// that lost its session and came back takes the mark off its slot, or learns that the slot is another's by now.
public final class Slots {
    private static final Logger LOG = LoggerFactory.getLogger(Slots.class);

    /// How many there are.
    public static final int COUNT = 256;

    /// Sessions live so long (whitepaper §6.1, Reject-After-Time), and none begins while its node is no member.
    public static final Duration REST = Duration.ofMinutes(3);

    private static final int ATTEMPTS = 16;

    private final Znodes znodes;
    private final String root;
    private final String clock;
    private final String members;
    private final Duration rest;
    private final long boot;
    private final Runnable lost;
    private int slot = -1;
    private boolean member;
    private boolean confirmed;

    /// @param boot id of this node's start
    /// @param lost told on the store's context when the slot is another node's by now: every session that
    ///     uses it ends
    public Slots(FleetStore store, Members members, long boot, Runnable lost) {
        this(store, members, boot, lost, REST);
    }

    Slots(FleetStore store, Members members, long boot, Runnable lost, Duration rest) {
        this.znodes = store.znodes();
        this.root = store.path("/slot");
        this.clock = store.path("/slot/clock");
        this.members = store.path("/members");
        this.boot = boot;
        this.lost = lost;
        this.rest = rest;
        members.onChange(this::markGone);
        members.onRejoined(() -> {
            member = true;
            confirm();
        });
        store.onSession(state -> {
            switch (state) {
                case CONNECTED, SUSPENDED -> {}
                case LOST -> {
                    member = false;
                    confirmed = false;
                }
                case RECONNECTED -> {
                    if (member && !confirmed) confirm();
                }
            }
        });
    }

    /// Takes the lowest slot that is free. The node then joins [Members] with it.
    ///
    /// @return 0 to 255; fails with a sentence when none is free, or when nobody knows: take again then
    public Future<Integer> take() {
        return take(ATTEMPTS);
    }

    private Future<Integer> take(int attempts) {
        if (attempts == 0)
            throw new StoreException("No slot of the fleet could be taken: others were quicker; try again.");
        var paths = IntStream.range(0, COUNT).mapToObj(this::path).toList();
        return znodes.sync(root).compose(_ -> now()).compose(now -> znodes.readAll(paths)
                .compose(slots -> consider(0, slots, now))
                .compose(taken -> {
                    if (taken < 0) return take(attempts - 1);
                    slot = taken;
                    // One that lost its slot is a member already; one that starts joins with the slot.
                    if (member) confirm();
                    return Future.succeededFuture(taken);
                }));
    }

    /// The time of ZooKeeper's leader, in milliseconds since 1970.
    private Future<Long> now() {
        return znodes.write(clock, new byte[0], -1)
                .compose(reply -> reply.missing()
                        ? znodes.create(clock, new byte[0], CreateMode.PERSISTENT)
                                .compose(_ -> znodes.write(clock, new byte[0], -1))
                        : Future.succeededFuture(reply))
                .map(reply -> reply.expect("No slot of the fleet can be taken", Code.OK)
                        .writtenMillis());
    }

    /// The slot that was taken, of `from` and those behind it; -1 when another node was quicker.
    private Future<Integer> consider(int from, List<ZnodeReply> slots, long now) {
        for (int i = from; i < COUNT; i++) {
            var read = slots.get(i);
            if (read.missing()) return write(i, znodes.create(path(i), mine(), CreateMode.PERSISTENT));
            var owner = SlotRecord.decode(
                    read.expect("No slot of the fleet can be taken", Code.OK).data());
            if (owner.boot() == boot) return write(i, znodes.write(path(i), mine(), read.version()));
            int next = i + 1;
            if (!owner.gone()) {
                // What comes of it does not matter: the slot is not free now, whoever has it.
                return replace(i, read, owner.boot(), new SlotRecord(owner.boot(), true))
                        .compose(_ -> consider(next, slots, now));
            }
            if (now - read.writtenMillis() >= rest.toMillis()) {
                return replace(i, read, owner.boot(), new SlotRecord(boot, false))
                        .compose(reply -> {
                            // The owner is back: not free.
                            if (reply.code() == Code.NODEEXISTS) return consider(next, slots, now);
                            return write(next - 1, Future.succeededFuture(reply));
                        });
            }
        }
        return Future.failedFuture(new StoreException("All " + COUNT + " slots of the fleet are in use or were until "
                + rest.toSeconds() + " s ago: stop a node, or wait and start this one again."));
    }

    private Future<Integer> write(int slot, Future<ZnodeReply> written) {
        return written.map(reply -> reply.expect(
                                "The slot " + slot + " of the fleet cannot be taken",
                                Code.OK,
                                Code.BADVERSION,
                                Code.NODEEXISTS)
                        .ok()
                ? slot
                : -1);
    }

    /// Writes a slot whose owner is no member: refused with NODEEXISTS when it is one.
    private Future<ZnodeReply> replace(int slot, ZnodeReply read, long owner, SlotRecord record) {
        var operations = new ArrayList<>(znodes.absent(members + "/" + MemberInfo.name(owner)));
        operations.add(Op.setData(path(slot), record.encode(), read.version()));
        return znodes.transaction(operations);
    }

    /// Marks the slots of members that went: all nodes try, and one of them does it.
    private void markGone(Map<Long, MemberInfo> before, Map<Long, MemberInfo> now) {
        for (var member : before.values()) {
            if (now.containsKey(member.boot()) || member.boot() == boot) continue;
            znodes.read(path(member.slot()), null).onSuccess(read -> {
                if (!read.ok()) return;
                var owner = SlotRecord.decode(read.data());
                if (owner.boot() == member.boot() && !owner.gone()) {
                    replace(member.slot(), read, owner.boot(), new SlotRecord(owner.boot(), true));
                }
            });
        }
    }

    /// The slot of this node, 0 to 255; -1: it has none.
    public int slot() {
        return slot;
    }

    /// Whether this node is known to have its slot: it is a member and nobody took the slot while it was none. It
    /// begins no session otherwise.
    public boolean confirmed() {
        return confirmed;
    }

    /// Called when this node is a member again, in a session that others may not have seen yet.
    private Future<Void> confirm() {
        int mine = slot;
        if (mine < 0) return Future.succeededFuture();
        return znodes.sync(root)
                .compose(_ -> znodes.read(path(mine), null))
                .compose(read -> {
                    if (!read.ok()) return Future.succeededFuture(read);
                    var owner = SlotRecord.decode(read.data());
                    if (owner.boot() == boot) {
                        return owner.gone()
                                ? znodes.write(path(mine), mine(), read.version())
                                : Future.succeededFuture(read);
                    }
                    LOG.warn("slot {} is another node's by now", mine);
                    slot = -1;
                    lost.run();
                    return Future.succeededFuture(read);
                })
                .compose(reply -> {
                    if (reply.code() == Code.BADVERSION) return confirm();
                    // Without an answer: again when the connection is back.
                    confirmed = reply.ok() && slot == mine;
                    return Future.succeededFuture();
                });
    }

    private byte[] mine() {
        return new SlotRecord(boot, false).encode();
    }

    private String path(int slot) {
        return root + "/" + slot;
    }
}
