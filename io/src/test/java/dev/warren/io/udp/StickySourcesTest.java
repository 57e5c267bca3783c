package dev.warren.io.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.Endpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

class StickySourcesTest {
    private final StickySources sources = new StickySources();

    private static Endpoint endpoint(int remote, int local, int iface) {
        return Endpoint.v4(0x0a000000 + remote, 51820).withLocal(0, local, iface);
    }

    @Test
    void manyReroutedEndpointsRerouteTheirLocalAddress() {
        for (int i = 0; i < 10_000; i++) {
            sources.heard(endpoint(i, 1, 1));
            if (i % 100 == 0) sources.heard(endpoint(20_000 + i, 2, 2));
        }
        var lately = sources.heardLately();
        assertTrue(lately.size() <= 64);
        var first = lately.stream().filter(e -> e.localLo() == 1).toList();
        assertTrue(first.size() > 30, first.size() + " endpoints");
        sources.rerouted(first);
        for (int i = 0; i < 10_000; i++) assertFalse(sources.usable(endpoint(i, 1, 1)));
        assertTrue(sources.usable(endpoint(20_000, 2, 2)));
        sources.heard(endpoint(3, 1, 1));
        assertFalse(sources.usable(endpoint(3, 1, 1)), "what is heard says nothing of where answers leave");
        sources.rerouted(List.of());
        assertTrue(sources.usable(endpoint(3, 1, 1)));
    }

    @Test
    void aFewReroutedEndpointsDoNotRerouteTheirLocalAddress() {
        for (int i = 0; i < 15; i++) sources.heard(endpoint(i, 1, 1));
        sources.rerouted(sources.heardLately());
        assertFalse(sources.usable(endpoint(3, 1, 1)));
        assertTrue(sources.usable(endpoint(99, 1, 1)), "one that nobody has asked about");
    }

    @Test
    void anEndpointNotReroutedKeepsTheLocalAddressInUse() {
        for (int i = 0; i < 40; i++) sources.heard(endpoint(i, 1, 1));
        var lately = sources.heardLately();
        sources.rerouted(lately.subList(1, lately.size()));
        assertTrue(sources.usable(lately.getFirst()));
        assertTrue(sources.usable(endpoint(99, 1, 1)));
        assertEquals(
                lately.size() - 1,
                lately.stream().filter(e -> !sources.usable(e)).count());
    }
}
