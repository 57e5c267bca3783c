package dev.warren.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.conf.InterfaceAddress;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.PrivateKeySource;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What `warren run` prints for people to copy.
class HintsTest {
    @Test
    void whatIsInTheNetworkOfTheInterfaceHasARoute() {
        var wg0 = named("wg0", "10.8.0.1/24", "fd00:8::1/64");
        var free = Hints.freeAddress(wg0);
        assertEquals("10.8.0.2/32", free);
        assertEquals(
                "(it adds no route: what is not in 10.8.0.0/24 also needs  ip route add NETWORK dev wg0)",
                Hints.route(wg0, free));
    }

    @Test
    void whatIsNotNeedsOne() {
        assertEquals(
                "ip route add 10.8.0.2/32 dev wg0     (wg set adds no route)",
                Hints.route(named("wg0"), "10.8.0.2/32"));
        assertEquals(
                "ip route add 10.8.0.2/32 dev wg0     (wg set adds no route)",
                Hints.route(named("wg0", "10.8.0.1/32"), "10.8.0.2/32"));
    }

    @Test
    void anOddNameIsAsAShellTakesIt() {
        assertEquals(
                "ip route add 10.8.0.2/32 dev 'a;b'     (wg set adds no route)",
                Hints.route(named("a;b"), "10.8.0.2/32"));
    }

    private static InterfaceConfig named(String name, String... addresses) {
        var own = Stream.of(addresses)
                .map(text -> text.split("/"))
                .map(parts -> new InterfaceAddress(address(parts[0]), Integer.parseInt(parts[1])))
                .toList();
        var key = new PrivateKeySource.Missing(Path.of("none"));
        return new InterfaceConfig(name, key, own, 0, OptionalInt.empty(), 0, true, false, List.of());
    }

    private static IpAddress address(String text) {
        return IpPrefix.parse(text).address();
    }
}
