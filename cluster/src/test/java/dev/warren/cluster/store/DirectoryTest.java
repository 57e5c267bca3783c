package dev.warren.cluster.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.cluster.TestAuthority;
import dev.warren.conf.InterfaceAddress;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// All nodes have the same peers, those of one import, whatever is cut off in the middle of it.
class DirectoryTest {
    private static final Vertx VERTX = Vertx.vertx();
    static final SecureRandom RANDOM = new SecureRandom();
    static final FleetKey KEY = new FleetKey(PresharedKey.generate(RANDOM), RANDOM);
    private static TestAuthority authority;

    @BeforeAll
    static void start() {
        authority = TestAuthority.start(3);
    }

    @AfterAll
    static void end() {
        VERTX.close().await();
        authority.close();
    }

    private static InterfaceRecord wg0(PrivateKey key, int port) {
        return new InterfaceRecord(
                "wg0",
                KEY.seal(key, "wg0"),
                port,
                List.of(new InterfaceAddress(IpAddress.parse("10.8.0.1"), 16)),
                OptionalInt.empty());
    }

    static FleetPeer peer(int number, int keepalive) {
        var key = TimestampsTest.key(number);
        try (var psk = PresharedKey.of(TimestampsTest.key(-1L - number).bytes())) {
            return new FleetPeer(
                    key,
                    "wg0",
                    "peer-" + number,
                    KEY.seal(psk, key),
                    List.of(IpPrefix.of(IpAddress.v4(0x0a080000 + number), 32)),
                    keepalive,
                    null);
        }
    }

    static List<FleetPeer> peers(int from, int to) {
        var peers = new ArrayList<FleetPeer>();
        for (int i = from; i < to; i++) {
            peers.add(peer(i, 0));
        }
        Collections.shuffle(peers);
        return peers;
    }

    /// A node that reads the directory, and all changes it heard of.
    private record Reader(TestNode node, Directory directory, List<DirectoryChange> heard) implements AutoCloseable {
        static Reader open(String fleet) {
            return open(TestNode.open(VERTX, authority.servers(), fleet));
        }

        static Reader open(TestNode node) {
            var heard = Collections.synchronizedList(new ArrayList<DirectoryChange>());
            return new Reader(
                    node,
                    node.call(() -> {
                        var directory = new Directory(node.store);
                        directory.onChange(heard::add);
                        return directory;
                    }),
                    heard);
        }

        void untilVersion(long version) {
            node.until("version " + version, () -> directory.version() == version);
        }

        DirectoryPlan plan(long version, InterfaceRecord wg0, List<FleetPeer> peers) {
            return node.await(() -> new DirectoryImport(node.store, KEY).plan(version, List.of(wg0), peers));
        }

        void apply(DirectoryPlan plan, boolean force) {
            node.await(() -> new DirectoryImport(node.store, KEY).apply(plan, force));
        }

        @Override
        public void close() {
            node.close();
        }
    }

    @Test
    void readersHearWhatAnImportAddsChangesAndRemoves() {
        try (var importer = Reader.open("import");
                var reader = Reader.open("import");
                var secret = PrivateKey.generate(RANDOM)) {
            var plan = importer.plan(1, wg0(secret, 51820), peers(0, 500));
            assertEquals(500, plan.added().size());
            assertEquals(0, reader.node.call(reader.directory::version), "a plan writes nothing");
            importer.apply(plan, false);
            reader.untilVersion(1);
            assertEquals(500, reader.node.call(reader.directory::size));
            var first = reader.heard.getFirst();
            assertEquals(500, first.added().size());
            var record = Objects.requireNonNull(first.interfaces().get("wg0"));
            assertEquals(51820, record.listenPort());
            try (var opened = KEY.open(record.privateKey(), "wg0")) {
                assertTrue(opened.sameAs(secret));
            }
            var key = TimestampsTest.key(7);
            var seven = Objects.requireNonNull(reader.node.call(() -> reader.directory.peer(key)));
            try (var psk = KEY.open(Objects.requireNonNull(seven.psk()), key)) {
                assertTrue(psk.sameAs(PresharedKey.of(TimestampsTest.key(-8).bytes())));
            }

            // The same with fresh nonces and in another order: one is changed, one added, one removed.
            var next = peers(2, 501);
            next.add(peer(1, 25));
            var small = importer.plan(2, wg0(secret, 51820), next);
            assertEquals(
                    List.of("peer-500"),
                    small.added().stream().map(FleetPeer::name).toList());
            assertEquals(
                    List.of("peer-1"),
                    small.changed().stream().map(FleetPeer::name).toList());
            assertEquals(
                    List.of("peer-0"),
                    small.removed().stream().map(FleetPeer::name).toList());
            assertEquals(List.of(), small.interfaces());
            assertTrue(
                    small.writes().size() <= 3,
                    "only shards that changed are written: " + small.writes().size());
            importer.apply(small, false);
            reader.untilVersion(2);
            var second = reader.heard.getLast();
            assertEquals(2, reader.heard.size());
            assertEquals(small.added(), second.added());
            assertEquals(small.changed(), second.changed());
            assertEquals(
                    List.of("peer-0"),
                    second.removed().stream().map(FleetPeer::name).toList());
            assertNull(reader.node.call(() -> reader.directory.peer(TimestampsTest.key(0))));

            // Whoever comes later hears all of it at once, of every reader the same.
            try (var late = Reader.open("import")) {
                late.untilVersion(2);
                for (int i = 0; i < 501; i++) {
                    var each = TimestampsTest.key(i);
                    assertEquals(
                            reader.node.call(() -> reader.directory.peer(each)),
                            late.node.call(() -> late.directory.peer(each)));
                }
            }

            // An interface alone.
            importer.apply(importer.plan(3, wg0(secret, 4500), next), false);
            reader.untilVersion(3);
            assertEquals(
                    4500,
                    Objects.requireNonNull(reader.heard.getLast().interfaces().get("wg0"))
                            .listenPort());
            assertEquals(List.of(), reader.heard.getLast().changed());
        }
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        try (var importer = Reader.open("refused");
                var secret = PrivateKey.generate(RANDOM)) {
            var wg0 = wg0(secret, 51820);
            importer.apply(importer.plan(5, wg0, peers(0, 100)), false);
            for (long version : new long[] {5, 4, 0}) {
                refused("already", () -> importer.plan(version, wg0, peers(0, 100)));
            }
            var twice = peers(0, 100);
            twice.add(peer(3, 9));
            refused("the same public key", () -> importer.plan(6, wg0, twice));
            var few = importer.plan(6, wg0, peers(0, 49));
            refused("51 of 100", () -> importer.apply(few, false));
            importer.apply(few, true);
            importer.untilVersion(6);
            assertEquals(49, importer.node.call(importer.directory::size));
            refused(
                    "not in the import",
                    () -> importer.node.await(
                            () -> new DirectoryImport(importer.node.store, KEY).plan(7, List.of(), peers(0, 1))));
        }
    }

    private static void refused(String words, Executable work) {
        var refused = assertThrows(StoreException.class, work);
        assertTrue(String.valueOf(refused.getMessage()).contains(words), refused.getMessage());
    }

    @Test
    void ofTwoImportsAtOnceOneIsRefusedAndLeavesNothing() {
        try (var one = Reader.open("two");
                var two = Reader.open("two");
                var secret = PrivateKey.generate(RANDOM)) {
            var wg0 = wg0(secret, 51820);
            one.apply(one.plan(1, wg0, peers(0, 300)), false);
            var first = one.plan(2, wg0, peers(0, 310));
            var second = two.plan(2, wg0, peers(0, 320));
            one.apply(first, false);
            refused("plan this one again", () -> two.apply(second, false));
            two.untilVersion(2);
            assertEquals(310, two.node.call(two.directory::size));
        }
    }

    /// The importer dies when all shards are written and nothing is valid yet.
    @Test
    void anImportThatEndsHalfWayIsSeenByNobodyAndTheNextWritesOverIt() {
        try (var one = Reader.open("half");
                var two = Reader.open("half");
                var secret = PrivateKey.generate(RANDOM)) {
            var wg0 = wg0(secret, 51820);
            one.apply(one.plan(1, wg0, peers(0, 200)), false);
            var znodes = one.node.store.znodes();
            var root = one.node.store.path("/directory");
            // What apply does but for its last write.
            var plan = one.plan(2, wg0, peers(0, 260));
            var reserved = plan.basis().record().reserve();
            one.node.await(() -> znodes.write(root, reserved.encode(), -1));
            plan.writes().forEach((path, content) -> {
                var before = Objects.requireNonNull(plan.basis().entries().get(path));
                var data = before.entry()
                        .next(reserved.generation(), reserved.reserved(), content)
                        .encode();
                var written = one.node.await(() -> before.missing()
                        ? znodes.create(path, data, CreateMode.PERSISTENT)
                        : znodes.write(path, data, before.version()));
                assertTrue(written.ok());
            });
            try (var late = Reader.open("half")) {
                late.untilVersion(1);
                assertEquals(200, late.node.call(late.directory::size));
                // The next one wants other peers: what was left is gone for readers old and new.
                two.apply(two.plan(2, wg0, peers(0, 210)), false);
                late.untilVersion(2);
                assertEquals(210, late.node.call(late.directory::size));
                assertEquals(10, late.heard.getLast().added().size());
            }
            one.untilVersion(2);
            assertEquals(210, one.node.call(one.directory::size));
            try (var latest = Reader.open("half")) {
                latest.untilVersion(2);
                assertEquals(210, latest.node.call(latest.directory::size));
            }
        }
    }

    @Test
    void aReaderWhoseSessionEndedReadsWhatItMissed() throws Exception {
        try (var importer = Reader.open("missed");
                var reader = Reader.open("missed");
                var secret = PrivateKey.generate(RANDOM)) {
            var wg0 = wg0(secret, 51820);
            importer.apply(importer.plan(1, wg0, peers(0, 100)), false);
            reader.untilVersion(1);
            long session = reader.node.call(() -> reader.node.store.znodes().session());
            reader.node.expire(authority.servers());
            for (int version = 2; version < 6; version++) {
                importer.apply(importer.plan(version, wg0, peers(0, 100 + version)), false);
            }
            reader.untilVersion(5);
            assertEquals(105, reader.node.call(reader.directory::size));
            reader.node.until(
                    "another session", () -> reader.node.store.znodes().session() != session);
            importer.apply(importer.plan(6, wg0, peers(0, 90)), false);
            reader.untilVersion(6);
            assertEquals(90, reader.node.call(reader.directory::size));
        }
    }

    /// Readers that come, look and miss imports while one follows another: each sees exactly one of them.
    @Test
    void noReaderEverSeesHalfOfAnImport() {
        try (var importer = Reader.open("whole");
                var reader = Reader.open("whole");
                var secret = PrivateKey.generate(RANDOM)) {
            var wg0 = wg0(secret, 51820);
            for (int version = 1; version <= 12; version++) {
                int keepalive = version;
                var all = new ArrayList<FleetPeer>();
                for (int i = 0; i < 200; i++) {
                    all.add(peer(i, keepalive));
                }
                importer.apply(importer.plan(version, wg0, all), false);
                try (var late = Reader.open("whole")) {
                    late.node.until("anything is there", () -> late.directory.version() > 0);
                    late.heard.forEach(change -> whole(change.version(), change.added()));
                }
            }
            reader.untilVersion(12);
            var seen = new HashSet<FleetPeer>();
            for (int i = 0; i < 200; i++) {
                var key = TimestampsTest.key(i);
                seen.add(reader.node.call(() -> Objects.requireNonNull(reader.directory.peer(key))));
            }
            whole(12, List.copyOf(seen));
            assertEquals(200, seen.size());
            synchronized (reader.heard) {
                for (var change : reader.heard) {
                    var peers = change.added().isEmpty() ? change.changed() : change.added();
                    whole(change.version(), peers);
                    assertNotEquals(0, peers.size());
                }
            }
        }
    }

    private static void whole(long version, List<FleetPeer> peers) {
        for (var peer : peers) {
            assertEquals(version, peer.persistentKeepalive());
        }
    }
}
