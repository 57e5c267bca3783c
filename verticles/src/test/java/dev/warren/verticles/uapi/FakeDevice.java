package dev.warren.verticles.uapi;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerStatus;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceException;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.control.PeerSnapshot;
import dev.warren.verticles.control.PeerSnapshot.Counts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A device that remembers what it was told and has as many peers as it is asked to have.
final class FakeDevice implements DeviceControl {
    /// Listen port and number of peers of every update.
    final ConcurrentLinkedQueue<String> updates = new ConcurrentLinkedQueue<>();

    final AtomicInteger snapshots = new AtomicInteger();
    volatile int peers;
    volatile int errno;
    /// While set, updates wait for it.
    volatile @Nullable Promise<Void> gate;

    @Override
    public String name() {
        return "fake0";
    }

    @Override
    public Future<Void> update(DeviceUpdate update, Origin origin) {
        updates.add("port=" + update.listenPort().orElse(-1) + " peers="
                + update.peers().size());
        if (errno != 0) {
            return Future.failedFuture(new DeviceException(errno, "refused for a test"));
        }
        var wait = gate;
        return wait == null ? Future.succeededFuture() : wait.future();
    }

    @Override
    public Future<DeviceStatus> status() {
        snapshots.incrementAndGet();
        var list = new ArrayList<PeerStatus>(peers);
        for (int i = 0; i < peers; i++) {
            list.add(peer(i));
        }
        return Future.succeededFuture(new DeviceStatus(null, 51820, 0, list));
    }

    @Override
    public Future<DeviceSnapshot> snapshot(int offset, int limit) {
        var page = new ArrayList<PeerSnapshot>();
        for (int i = offset; i < Math.min((long) offset + limit, peers); i++) {
            var peer = peer(i);
            page.add(new PeerSnapshot(
                    "peer" + i, peer.publicKey(), null, peer.allowedIps(), false, false, 0, -1, -1, 0, 0, Counts.NONE));
        }
        return Future.succeededFuture(new DeviceSnapshot(
                "fake0",
                true,
                null,
                51820,
                0,
                1420,
                List.of(),
                List.of(),
                List.of(),
                Map.of("rx.packets", 7L),
                peers,
                page));
    }

    private static PeerStatus peer(int i) {
        var key = new byte[PublicKey.LENGTH];
        key[0] = (byte) i;
        key[1] = (byte) (i >> 8);
        key[2] = (byte) (i >> 16);
        var endpoint = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 1024 + i % 60_000);
        var allowed = IpPrefix.of(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i}, 32);
        return new PeerStatus(PublicKey.of(key), null, endpoint, 0, 0, i, i, 0, List.of(allowed));
    }

    @Override
    public Future<Map<String, Long>> counters() {
        return Future.succeededFuture(Map.of("rx.packets", 7L, "drops.replayed", 3L));
    }
}
