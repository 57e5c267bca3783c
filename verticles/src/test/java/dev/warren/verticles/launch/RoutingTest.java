package dev.warren.verticles.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.PeerConfig;
import dev.warren.conf.PrivateKeySource;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.routing.IpAddress;
import dev.warren.routing.IpPrefix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoutingTest {
    private static PeerConfig peer(int number, String endpoint, List<IpPrefix> allowedIps) {
        var key = new byte[32];
        key[0] = (byte) number;
        key[1] = (byte) (number >> 8);
        var at = endpoint.isEmpty() ? null : new HostAndPort(endpoint, 51820);
        return new PeerConfig("peer" + number, PublicKey.of(key), null, allowedIps, at, 0);
    }

    private static Routing routing(boolean routes, PeerConfig... peers) {
        var key = new PrivateKeySource.Missing(Path.of("none"));
        return new Routing(
                new InterfaceConfig("wg0", key, List.of(), 0, OptionalInt.empty(), 0, routes, List.of(peers)));
    }

    private static List<IpPrefix> prefixes(String... texts) {
        return List.of(texts).stream().map(IpPrefix::parse).toList();
    }

    //
    @Test
    void aNetworkThatAnEndpointLiesInIsCovering() {
        var routing = routing(
                true,
                peer(1, "192.0.2.77", prefixes("192.0.2.0/24", "192.0.2.78/32", "10.0.0.0/8")),
                peer(2, "2001:db8::1", prefixes("2001:db8::/32", "2001:db8:1::/48", "192.0.2.77/32")),
                peer(3, "vpn.example.org", prefixes("0.0.0.0/1", "::/0", "fd00::/8")));
        assertEquals(
                prefixes("192.0.2.0/24", "2001:db8::/32", "192.0.2.77/32", "0.0.0.0/1", "::/0"), routing.covering());
        assertEquals(prefixes("192.0.2.78/32", "10.0.0.0/8", "2001:db8:1::/48", "fd00::/8"), routing.plain());
    }

    @Test
    void withoutRoutesThereIsNeither() {
        var routing = routing(false, peer(1, "192.0.2.77", prefixes("0.0.0.0/0", "10.0.0.0/8")));
        assertEquals(List.of(), routing.covering());
        assertEquals(List.of(), routing.plain());
    }

    /// Against asking every prefix about every endpoint.
    @Test
    void ofManyTheSameAreCoveringAsOneByOne() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var endpoints = new ArrayList<IpAddress>();
        var allowed = new LinkedHashSet<IpPrefix>();
        for (int i = 0; i < 200; i++) {
            endpoints.add(
                    random.nextBoolean()
                            ? IpAddress.v4(random.nextInt() & 0xff000f0f)
                            : IpAddress.v6(random.nextLong() & 0xff0000000000000fL, random.nextInt(16)));
            allowed.add(IpPrefix.of(IpAddress.v4(random.nextInt() & 0xff000f0f), random.nextInt(2, 33)));
            allowed.add(IpPrefix.of(
                    IpAddress.v6(random.nextLong() & 0xff0000000000000fL, random.nextInt(16)), random.nextInt(2, 129)));
        }
        var peers = new ArrayList<PeerConfig>();
        int number = 0;
        for (var prefix : allowed) {
            var endpoint = number < endpoints.size() ? endpoints.get(number).toString() : "";
            peers.add(peer(number++, endpoint, List.of(prefix)));
        }
        var covering = allowed.stream()
                .filter(prefix -> endpoints.stream().anyMatch(prefix::contains))
                .toList();
        var routing = routing(true, peers.toArray(PeerConfig[]::new));
        assertEquals(covering, routing.covering(), "seed " + seed);
        assertEquals(allowed.size() - covering.size(), routing.plain().size(), "seed " + seed);
    }
}
