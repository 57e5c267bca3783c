package dev.warren.verticles.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.key.PublicKey;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerRef;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class IndexTableTest {
    private static Vertx vertx;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        vertx.close().await();
    }

    private static PeerMailbox peer(int id) {
        return new PeerMailbox(vertx, "test", new PeerRef(id, PublicKey.of(new byte[32])));
    }

    @Test
    void anIndexBelongsToWhoeverClaimedItFirst() {
        var table = new IndexTable();
        var first = peer(1);
        var second = peer(2);
        assertTrue(table.claim(7, first));
        assertFalse(table.claim(7, second)); // never reused while live
        table.unclaim(7, second);
        assertSame(first, table.owner(7));
        table.unclaim(7, first);
        assertNull(table.owner(7));
        assertEquals(0, table.size());
    }

    @Test
    void itAgreesWithAMapWhateverComesAndGoes() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var table = new IndexTable();
        var model = new HashMap<Integer, PeerMailbox>();
        var owners = new PeerMailbox[] {peer(1), peer(2), peer(3)};
        for (int step = 0; step < 200_000; step++) {
            // Few distinct low bits, so that probes run long and gaps matter.
            int index = random.nextInt(40) << 8 | random.nextInt(60);
            var owner = owners[random.nextInt(owners.length)];
            if (random.nextBoolean()) {
                boolean expected = model.getOrDefault(index, owner) == owner;
                assertEquals(expected, table.claim(index, owner), "seed " + seed);
                if (expected) model.put(index, owner);
            } else {
                table.unclaim(index, owner);
                model.remove(index, owner);
            }
            assertSame(model.get(index), table.owner(index), "seed " + seed);
        }
        assertEquals(model.size(), table.size(), "seed " + seed);
    }
}
