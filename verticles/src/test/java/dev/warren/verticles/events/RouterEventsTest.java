package dev.warren.verticles.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.EventType;
import dev.warren.crypto.key.PublicKey;
import dev.warren.verticles.bus.PeerRef;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterEventsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final PeerRef PEER = new PeerRef(0, PublicKey.of(new byte[32]), "laptop");

    private final List<JsonObject> published = new ArrayList<>();
    private final List<Runnable> scheduled = new ArrayList<>();
    private final RouterEvents events = new RouterEvents("wg0", published::add, scheduled::add);

    @Test
    void anEventNamesInterfacePeerAndKey() {
        events.publish(EventType.ENDPOINT_CHANGED, PEER, 0, "from", "192.0.2.1:1", "to", "192.0.2.2:2");
        var event = published.getFirst();
        assertEquals(1, event.getInteger("schema"));
        assertEquals("endpoint-changed", event.getString("type"));
        assertEquals("wg0", event.getString("interface"));
        assertEquals("laptop", event.getString("peer"));
        assertEquals(PEER.publicKey().toBase64(), event.getString("publicKey"));
        assertEquals("192.0.2.1:1", event.getString("from"));
        assertEquals("192.0.2.2:2", event.getString("to"));
        assertTrue(Instant.parse(event.getString("time")).isAfter(Instant.EPOCH));
    }

    @Test
    void anEventStormIsSummedUp() {
        for (int i = 0; i < 1000; i++) events.publish(EventType.HANDSHAKE_FAILED, null, 0, "reason", "mac1");
        assertEquals(RouterEvents.BURST, published.size());
        assertEquals(1, scheduled.size(), "one task, whatever was left out");
        scheduled.removeFirst().run();
        var summary = published.getLast();
        assertEquals(1000 - RouterEvents.BURST, summary.getInteger("repeated"));
        assertEquals("handshake-failed", summary.getString("type"));
        assertNull(summary.getString("reason"));
    }

    @Test
    void theNextEventOfATypeSaysHowManyWereLeftOut() {
        for (int i = 0; i < RouterEvents.BURST + 7; i++) events.publish(EventType.REKEYED, PEER, 0);
        events.publish(EventType.PEER_ONLINE, PEER, SECOND);
        assertFalse(published.getLast().containsKey("repeated"));
        events.publish(EventType.REKEYED, PEER, SECOND);
        assertEquals(7, published.getLast().getInteger("repeated"));
        int before = published.size();
        scheduled.removeFirst().run();
        assertEquals(before, published.size(), "nothing is left to say");
    }
}
