package dev.warren.cluster.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.cluster.TestAuthority;
import dev.warren.crypto.key.PublicKey;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A timestamp is accepted once in the whole fleet, and none that is older.
class TimestampsTest {
    private static final Vertx VERTX = Vertx.vertx();
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

    @Test
    void aTimestampIsAdmittedOnceByAllNodesTogether() {
        var peer = key(1);
        try (var one = TestNode.open(VERTX, authority.server(0), "once");
                var two = TestNode.open(VERTX, authority.server(1), "once")) {
            var first = new Timestamps(one.store);
            var second = new Timestamps(two.store);
            assertEquals(Admission.ADMITTED, one.await(() -> first.admit(peer, at(10))));
            assertEquals(Admission.NOT_NEWER, one.await(() -> first.admit(peer, at(10))));
            assertEquals(Admission.NOT_NEWER, two.await(() -> second.admit(peer, at(10))));
            assertEquals(Admission.NOT_NEWER, two.await(() -> second.admit(peer, at(9))));
            assertEquals(Admission.ADMITTED, two.await(() -> second.admit(peer, at(11))));
            // The first node's server may not know of it yet: its write is refused then, and it reads again.
            assertEquals(Admission.NOT_NEWER, one.await(() -> first.admit(peer, at(11))));
            assertEquals(Admission.ADMITTED, one.await(() -> first.admit(key(2), at(1))));
        }
    }

    @Test
    void timestampsAreComparedAsUnsignedNumbers() {
        var peer = key(3);
        try (var node = TestNode.open(VERTX, authority.servers(), "unsigned")) {
            var timestamps = new Timestamps(node.store);
            assertEquals(Admission.ADMITTED, node.await(() -> timestamps.admit(peer, at(Long.MAX_VALUE))));
            assertEquals(Admission.ADMITTED, node.await(() -> timestamps.admit(peer, at(Long.MIN_VALUE))));
            assertEquals(Admission.NOT_NEWER, node.await(() -> timestamps.admit(peer, at(5))));
        }
    }

    @Test
    void aClosedStoreAdmitsNothing() {
        var node = TestNode.open(VERTX, authority.servers(), "closed");
        var timestamps = new Timestamps(node.store);
        node.close();
        assertEquals(Admission.UNKNOWN, node.await(() -> timestamps.admit(key(4), at(1))));
    }

    static PublicKey key(long seed) {
        var bytes = new byte[PublicKey.LENGTH];
        new Random(seed).nextBytes(bytes);
        return PublicKey.of(bytes);
    }

    static byte[] at(long time) {
        return ByteBuffer.allocate(Timestamps.LENGTH).putLong(time).array();
    }
}
