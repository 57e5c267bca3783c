package dev.warren.verticles.control;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What can be asked of a running device from outside. May be called from any thread.
public interface DeviceControl {
    /// Peers in one page of [#wholeSnapshot].
    int PAGE = 1000;

    /// Name of the interface.
    String name();

    /// Applies a change, step by step: port and mark together, the private key, the peers in their order. The update
    /// stays the caller's, who closes it when the future is complete.
    ///
    /// @return fails with [DeviceException] at the step that is refused; what was applied before stays, the
    ///     rest is not applied
    ///
    /// @param origin who asks for it
    Future<Void> update(DeviceUpdate update, Origin origin);

    /// The same for the program itself.
    default Future<Void> update(DeviceUpdate update) {
        return update(update, Origin.PROGRAM);
    }

    /// A snapshot. It holds copies of keys: the receiver closes it.
    Future<DeviceStatus> status();

    /// The figures of the device and of some of its peers, in the order in which they were configured. No
    /// actor of a peer is asked: the packet loops do not notice.
    ///
    /// @param offset of the first peer
    /// @param limit of peers; 0: only those of the device
    Future<DeviceSnapshot> snapshot(int offset, int limit);

    /// The figures of the device and of all its peers: page by page, so that other work of the control loop comes
    /// between.
    default Future<DeviceSnapshot> wholeSnapshot() {
        return snapshot(0, PAGE).compose(first -> rest(first, new ArrayList<>(first.peers())));
    }

    private Future<DeviceSnapshot> rest(DeviceSnapshot first, List<PeerSnapshot> peers) {
        if (peers.size() >= first.peerCount()) return Future.succeededFuture(first.withPeers(peers));
        return snapshot(peers.size(), PAGE).compose(page -> {
            if (page.peers().isEmpty()) return Future.succeededFuture(first.withPeers(peers)); // some were removed
            peers.addAll(page.peers());
            return rest(first, peers);
        });
    }

    /// All counters and drop reasons by name.
    Future<Map<String, Long>> counters();
}
