package dev.warren.cluster.store;

import dev.warren.cluster.store.ClaimAnswer.Held;
import dev.warren.cluster.store.ClaimAnswer.Unclaimed;
import dev.warren.cluster.store.ClaimAnswer.Unknown;
import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which node serves which peer: a [PeerClaim] at `claim/HH/PEER`. The epoch of a claim is the zxid of its write, so it
/// grows with each claim, whoever makes it. A node hears when another takes one of its peers.
public final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    private static final int ATTEMPTS = 8;
    private static final int READS_IN_FLIGHT = 256;
    private static final int LISTS_IN_FLIGHT = 32;

    private final Znodes znodes;
    private final String root;
    private final IntSupplier slot;
    private final long boot;
    private final Listener listener;
    private final Watcher watcher;

    /// The claims of this node.
    private final Map<PublicKey, Own> own = new HashMap<>();

    /// Peers for which a write of this node had no answer: those that turn out to be ours are given up again.
    private final Set<PublicKey> unsettled = new HashSet<>();

    private boolean doubtful;
    private boolean watchesGone;

    private record Own(long epoch, int version) {}

    /// Hears what becomes of this node's claims, on the store's context.
    public interface Listener {
        /// The claim of this node is not the last any more: nothing of the peer's session may be used from now on.
        ///
        /// @param now the claim that is; null: there is none, or none that can be read
        void taken(PublicKey peer, @Nullable Held now);
    }

    /// @param slot of this node now, as [Slots#slot] says it
    /// @param boot id of this node's start
    public Claims(FleetStore store, IntSupplier slot, long boot, Listener listener) {
        this.znodes = store.znodes();
        this.root = store.path("/claim");
        this.slot = slot;
        this.boot = boot;
        this.listener = listener;
        this.watcher = znodes.watcher(path -> {
            var peer = PeerPath.peer(path);
            if (peer != null && own.containsKey(peer)) verify(peer);
        });
        store.onSession(this::onSession);
    }

    /// Takes a peer for this node, whoever has it: its handshake with this node was confirmed just now. Who has it
    /// hears of it. Three round trips.
    ///
    /// @return [Held] with the new epoch, or [Unknown], also when this node has no slot
    public Future<ClaimAnswer> claim(PublicKey peer, @Nullable Endpoint endpoint) {
        int mine = slot.getAsInt();
        if (mine < 0) return answer(new Unknown());
        return attempt(peer, new PeerClaim(mine, boot, endpoint), ATTEMPTS);
    }

    private Future<ClaimAnswer> attempt(PublicKey peer, PeerClaim claim, int attempts) {
        if (attempts == 0) return answer(new Unknown());
        var path = PeerPath.of(root, peer);
        return znodes.read(path, null).compose(last -> {
            if (!last.ok() && !last.missing()) return answer(new Unknown());
            var held = last.missing() ? null : held(last);
            var before = held == null ? null : held.claim();
            var written = last.missing()
                    ? znodes.createInFolder(path, claim.encode())
                    : znodes.write(path, claim.encode(), last.version());
            return written.compose(reply -> switch (reply.code()) {
                case OK -> {
                    own.put(peer, new Own(reply.mzxid(), reply.version()));
                    // One-shot: set behind the write, so that it is not our own write that it tells of.
                    verify(peer);
                    yield answer(new Held(claim, reply.mzxid(), before));
                }
                // Another node took the peer between: ours is later.
                case BADVERSION, NODEEXISTS, NONODE -> attempt(peer, claim, attempts - 1);
                default -> {
                    unsettled.add(peer);
                    yield answer(new Unknown());
                }
            });
        });
    }

    /// The claim of a peer as this node's server knows it, which may lag behind by some milliseconds.
    public Future<ClaimAnswer> current(PublicKey peer) {
        return znodes.read(PeerPath.of(root, peer), null).map(read -> {
            if (read.missing()) return new Unclaimed();
            var held = read.ok() ? held(read) : null;
            return held == null ? new Unknown() : held;
        });
    }

    /// The claim that was read; null when it cannot be, being of a newer Warren perhaps: it is another node's then.
    private static @Nullable Held held(ZnodeReply read) {
        try {
            return new Held(PeerClaim.decode(read.data()), read.mzxid(), null);
        } catch (StoreException e) {
            LOG.debug("{}", e.getMessage());
            return null;
        }
    }

    /// Gives a peer up, if it is this node's. Nobody needs to wait for it.
    ///
    /// @return whether it was this node's until now; false also when nobody knows
    public Future<Boolean> release(PublicKey peer) {
        var mine = own.remove(peer);
        if (mine == null) return znodes.context().succeededFuture(false);
        return znodes.delete(PeerPath.of(root, peer), mine.version).map(reply -> {
            if (!reply.ok() && !reply.missing() && reply.code() != Code.BADVERSION) unsettled.add(peer);
            return reply.ok();
        });
    }

    /// The claims that say this slot, to find the peers of a node that died. Reads all claims of the fleet: two
    /// hundred and fifty-six lists, then some hundred claims with one request.
    public Future<Map<PublicKey, Held>> claimsOf(int slot) {
        var paths = new ArrayList<String>();
        return znodes.children(root, null)
                .compose(folders -> InFlight.each(
                        znodes.context(),
                        folders.expect("The claims of the fleet cannot be read", Code.OK)
                                .children(),
                        LISTS_IN_FLIGHT,
                        folder -> znodes.children(root + "/" + folder, null).map(names -> {
                            for (var name : names.expect("The claims of the fleet cannot be read", Code.OK)
                                    .children()) {
                                paths.add(root + "/" + folder + "/" + name);
                            }
                            return null;
                        })))
                .compose(_ -> znodes.readAll(paths))
                .map(replies -> {
                    var found = new HashMap<PublicKey, Held>();
                    for (int i = 0; i < paths.size(); i++) {
                        var reply = replies.get(i);
                        var peer = PeerPath.peer(paths.get(i));
                        if (!reply.ok() || peer == null) continue;
                        var held = held(reply);
                        if (held != null && held.claim().slot() == slot) found.put(peer, held);
                    }
                    return found;
                });
    }

    /// The epoch of this node's claim of a peer; 0 when it has none.
    public long epoch(PublicKey peer) {
        var mine = own.get(peer);
        return mine == null ? 0 : mine.epoch;
    }

    /// How many peers this node has claimed.
    public int size() {
        return own.size();
    }

    /// Whether other nodes may have taken peers of ours unheard: from the end of a session until all claims were
    /// compared in the next.
    public boolean doubtful() {
        return doubtful;
    }

    private void onSession(SessionState state) {
        switch (state) {
            case CONNECTED, SUSPENDED -> {}
            case LOST -> {
                doubtful = true;
                watchesGone = true;
            }
            case RECONNECTED -> compareAll();
        }
    }

    /// Compares all claims of this node with what is written, and sets the watches again that went with the session.
    private void compareAll() {
        var peers = List.copyOf(own.keySet());
        boolean rearm = watchesGone;
        watchesGone = false;
        znodes.sync(root)
                .compose(reply -> {
                    reply.expect("The claims cannot be compared", Code.OK);
                    return znodes.readAll(
                            peers.stream().map(peer -> PeerPath.of(root, peer)).toList());
                })
                .compose(replies -> {
                    for (int i = 0; i < peers.size(); i++) {
                        compare(peers.get(i), replies.get(i));
                    }
                    doubtful = false;
                    settle();
                    if (!rearm) return Future.<Void>succeededFuture();
                    return InFlight.each(znodes.context(), peers, READS_IN_FLIGHT, this::verify);
                })
                .onFailure(failure -> {
                    // The next RECONNECTED begins again.
                    watchesGone |= rearm;
                    LOG.info("{}", failure.getMessage());
                });
    }

    /// Reads the claim of a peer of ours and sets the watch. Fails when there is no answer.
    private Future<Void> verify(PublicKey peer) {
        return znodes.read(PeerPath.of(root, peer), watcher).map(read -> {
            if (!read.ok() && !read.missing()) {
                // Until the watch is set nothing is heard: as after the end of a session.
                watchesGone = true;
                throw new StoreException("The claims cannot be compared: ZooKeeper answered " + read.code() + ".");
            }
            compare(peer, read);
            return null;
        });
    }

    private void compare(PublicKey peer, ZnodeReply read) {
        var mine = own.get(peer);
        if (mine == null || (!read.ok() && !read.missing())) return;
        if (read.missing()) {
            own.remove(peer);
            listener.taken(peer, null);
        } else if (read.mzxid() > mine.epoch) {
            own.remove(peer);
            listener.taken(peer, held(read));
        }
    }

    /// Gives up what was written unheard.
    private void settle() {
        for (var peer : List.copyOf(unsettled)) {
            var path = PeerPath.of(root, peer);
            znodes.read(path, null).onSuccess(read -> {
                if (!read.ok() && !read.missing()) return;
                unsettled.remove(peer);
                if (read.missing() || own.containsKey(peer)) return;
                var held = held(read);
                if (held != null && held.claim().boot() == boot) znodes.delete(path, read.version());
            });
        }
    }

    private Future<ClaimAnswer> answer(ClaimAnswer answer) {
        return znodes.context().succeededFuture(answer);
    }
}
