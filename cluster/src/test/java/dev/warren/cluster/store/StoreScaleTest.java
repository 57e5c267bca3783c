package dev.warren.cluster.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.cluster.TestAuthority;
import dev.warren.conf.InterfaceAddress;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import dev.warren.routing.ip.IpAddress;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Many peers: `-Dfleet.peers=100000` says how many, and what it took is printed.
class StoreScaleTest {
    private static final int PEERS = Integer.getInteger("fleet.peers", 10_000);
    private static final int CHANGES = 20;

    private long lap = System.nanoTime();

    @Test
    void manyPeersAreImportedReadAdmittedClaimedAndFound() {
        var random = new SecureRandom();
        var vertx = Vertx.vertx();
        try (var authority = TestAuthority.start(3);
                var secret = PrivateKey.generate(random);
                var key = new FleetKey(PresharedKey.generate(random), random)) {
            var node = TestNode.open(vertx, authority.servers(), "large");
            var other = TestNode.open(vertx, authority.servers(), "large");
            var follower = other.call(() -> new Directory(other.store));
            lap("start");
            var wg0 = new InterfaceRecord(
                    "wg0",
                    key.seal(secret, "wg0"),
                    51820,
                    List.of(new InterfaceAddress(IpAddress.parse("10.0.0.1"), 8)),
                    OptionalInt.empty());
            var peers = DirectoryTest.peers(0, PEERS);
            lap("sealing the keys of the peers");
            importPeers(node, DirectoryTest.KEY, 1, wg0, peers);
            lap("import");
            other.until("the other node has read them", () -> follower.size() == PEERS);
            lap("read by a node that waited");
            var late = TestNode.open(vertx, authority.servers(), "large");
            var directory = late.call(() -> new Directory(late.store));
            late.until("read", () -> directory.version() == 1);
            assertEquals(PEERS, late.call(directory::size));
            lap("connection and full read of a new node");
            importPeers(node, DirectoryTest.KEY, 2, wg0, peers);
            lap("import of the same");

            var millis = new ArrayList<Long>();
            for (int i = 0; i < CHANGES; i++) {
                peers.set(i, DirectoryTest.peer(PEERS + i, 0));
                millis.add(change(node, late, directory, 3 + i, wg0, peers));
            }
            millis.sort(Long::compare);
            System.out.println("a change of a peer is seen after its last write: median "
                    + millis.get(millis.size() / 2) / 1e6 + " ms, most " + millis.getLast() / 1e6 + " ms");
            lap("changes");

            var keys = peers.stream().map(FleetPeer::publicKey).toList();
            var timestamps = new Timestamps(node.store);
            each(node, keys, peer -> timestamps.admit(peer, TimestampsTest.at(1)));
            rate("new timestamps", lap("new timestamps"));
            each(node, keys, peer -> timestamps.admit(peer, TimestampsTest.at(2)));
            rate("newer timestamps", lap("newer timestamps"));

            var claims = node.call(() -> new Claims(node.store, () -> 7, 1, (_, _) -> {}));
            var endpoint = Endpoint.v4(0xc0000201, 51820);
            each(node, keys, peer -> claims.claim(peer, endpoint));
            rate("new claims", lap("new claims"));
            var finder = late.call(() -> new Claims(late.store, () -> 8, 2, (_, _) -> {}));
            late.await(() -> late.store.znodes().sync("/"));
            lap("sync");
            var found = late.await(() -> finder.claimsOf(7));
            long search = lap("search of a slot's claims");
            assertEquals(PEERS, found.size());
            if (PEERS == 100_000) assertTrue(search < 10_000, "search took " + search + " ms");

            long session = node.call(() -> node.store.znodes().session());
            node.expire(authority.servers());
            node.until("a new session", () -> node.store.znodes().session() != session);
            lap("a new session");
            node.until("all claims are compared", () -> !claims.doubtful());
            lap("comparing all claims");
            assertEquals(PEERS, node.call(claims::size));
            List.of(node, other, late).forEach(TestNode::close);
        } catch (Exception e) {
            throw new AssertionError(e);
        } finally {
            vertx.close().await();
        }
    }

    private static void importPeers(
            TestNode node, FleetKey key, long version, InterfaceRecord wg0, List<FleetPeer> peers) {
        node.await(() -> {
            var directory = new DirectoryImport(node.store, key);
            return directory.plan(version, List.of(wg0), peers).compose(plan -> directory.apply(plan, false));
        });
    }

    /// Nanoseconds from the end of the import to the listener of the other node, 0 when that was first.
    private static long change(
            TestNode node, TestNode late, Directory directory, long version, InterfaceRecord wg0, List<FleetPeer> all) {
        var seen = new long[1];
        late.call(() -> {
            directory.onChange(change -> {
                if (change.version() == version) seen[0] = System.nanoTime();
            });
            return 0;
        });
        importPeers(node, DirectoryTest.KEY, version, wg0, all);
        long end = System.nanoTime();
        late.until("the change is seen", () -> directory.version() == version);
        return Math.max(0, late.call(() -> seen[0]) - end);
    }

    private static <T> void each(
            TestNode node, List<PublicKey> keys, Function<PublicKey, io.vertx.core.Future<T>> work) {
        node.await(() -> InFlight.each(node.context, keys, 256, work::apply));
    }

    /// Milliseconds since the last lap.
    private long lap(String what) {
        long now = System.nanoTime();
        long millis = (now - lap) / 1_000_000;
        lap = now;
        System.out.println(what + ": " + millis + " ms");
        return millis;
    }

    private static void rate(String what, long millis) {
        System.out.println(what + ": " + PEERS * 1000L / Math.max(1, millis) + "/s");
    }
}
