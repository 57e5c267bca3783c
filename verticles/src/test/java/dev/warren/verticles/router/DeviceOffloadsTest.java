package dev.warren.verticles.router;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.io.BootClock;
import dev.warren.io.Offload;
import dev.warren.verticles.bus.Addresses;
import dev.warren.verticles.events.RouterEvents;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeviceOffloadsTest {
    private static final Offload ON = new Offload("tun-gro", null);
    private static final Offload LOST = new Offload("tun-gro", "the kernel refused coalesced packets 8 times");

    private final Vertx vertx = Vertx.vertx();
    private final LinkedBlockingQueue<JsonObject> events = new LinkedBlockingQueue<>();
    private final DeviceOffloads offloads = new DeviceOffloads("wg0", new RouterEvents(vertx, "wg0"), new BootClock());

    @BeforeEach
    void listen() throws Exception {
        vertx.eventBus()
                .<JsonObject>consumer(Addresses.EVENTS, message -> events.add(message.body()))
                .completion()
                .await(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void oneThatIsLostIsToldOnceWithItsReason() throws Exception {
        offloads.told("tun 0", List.of(ON));
        offloads.told("tun 0", List.of(LOST));
        offloads.told("tun 0", List.of(LOST));
        offloads.told("tun 1", List.of(LOST)); // never had it
        var event = events.poll(10, TimeUnit.SECONDS);
        assertEquals("offload-disabled", event.getString("type"));
        assertEquals("tun-gro", event.getString("offload"));
        assertEquals(LOST.off(), event.getString("reason"));
        vertx.eventBus().publish(Addresses.EVENTS, new JsonObject().put("type", "last"));
        assertEquals("last", events.poll(10, TimeUnit.SECONDS).getString("type"));
    }

    @Test
    void ofSeveralQueuesTheOneThatDoesWithoutIsShown() {
        offloads.told("tun 0", List.of(ON));
        offloads.told("tun 1", List.of(LOST));
        offloads.told("tun 2", List.of(ON));
        assertEquals(List.of(LOST), offloads.all());
    }
}
