package dev.warren.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.conf.HostAndPort;
import dev.warren.conf.InterfaceConfig;
import dev.warren.conf.PeerConfig;
import dev.warren.conf.PrivateKeySource;
import dev.warren.crypto.key.PublicKey;
import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoutePlanTest {
    private static PeerConfig peer(int number, String endpoint, List<IpPrefix> allowedIps) {
        var key = new byte[32];
        key[0] = (byte) number;
        key[1] = (byte) (number >> 8);
        var at = endpoint.isEmpty() ? null : new HostAndPort(endpoint, 51820);
        return new PeerConfig("peer" + number, PublicKey.of(key), null, allowedIps, at, 0);
    }

    private static RoutePlan plan(boolean routes, PeerConfig... peers) {
        return plan(routes, HostAndPort::literal, peers);
    }

    private static RoutePlan plan(
            boolean routes, Function<HostAndPort, @Nullable InetSocketAddress> addresses, PeerConfig... peers) {
        var key = new PrivateKeySource.Missing(Path.of("none"));
        var config =
                new InterfaceConfig("wg0", key, List.of(), 0, OptionalInt.empty(), 0, routes, false, List.of(peers));
        return RoutePlan.of(config, addresses);
    }

    private static List<IpPrefix> prefixes(String... texts) {
        return List.of(texts).stream().map(IpPrefix::parse).toList();
    }

    //
    @Test
    void aNetworkThatAnEndpointLiesInIsCovering() {
        var plan = plan(
                true,
                peer(1, "192.0.2.77", prefixes("192.0.2.0/24", "192.0.2.78/32", "10.0.0.0/8")),
                peer(2, "2001:db8::1", prefixes("2001:db8::/32", "2001:db8:1::/48", "192.0.2.77/32")),
                peer(3, "", prefixes("0.0.0.0/1", "::/0", "fd00::/8")));
        assertEquals(prefixes("192.0.2.0/24", "2001:db8::/32", "192.0.2.77/32", "0.0.0.0/1", "::/0"), plan.covering());
        assertEquals(prefixes("192.0.2.78/32", "10.0.0.0/8", "2001:db8:1::/48", "fd00::/8"), plan.plain());
    }

    // the way to the name server must stay open until the name is found
    @Test
    void aPeerWhoseNameIsNotFoundHasNoRoutes() {
        var named = peer(1, "vpn.example.org", prefixes("0.0.0.0/0", "fd00::/8"));
        var other = peer(2, "2001:db8::1", prefixes("10.0.0.0/8", "192.0.2.0/24"));
        var before = plan(true, named, other);
        assertEquals(prefixes("10.0.0.0/8", "192.0.2.0/24"), before.plain());
        assertEquals(List.of(), before.covering());

        var found = new InetSocketAddress(KernelRoutes.inet(IpAddress.parse("192.0.2.9")), 51820);
        var after = plan(true, endpoint -> endpoint.literal() == null ? found : endpoint.literal(), named, other);
        assertEquals(prefixes("fd00::/8", "10.0.0.0/8"), after.plain());
        assertEquals(prefixes("0.0.0.0/0", "192.0.2.0/24"), after.covering());
    }

    @Test
    void withoutRoutesThereIsNeither() {
        var plan = plan(false, peer(1, "192.0.2.77", prefixes("0.0.0.0/0", "10.0.0.0/8")));
        assertEquals(List.of(), plan.covering());
        assertEquals(List.of(), plan.plain());
    }

    /// Against asking every prefix about every endpoint.
    @Test
    void routesOfManyEndpointsAreCoveringAsOneByOne() {
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
        var plan = plan(true, peers.toArray(PeerConfig[]::new));
        assertEquals(covering, plan.covering(), "seed " + seed);
        assertEquals(allowed.size() - covering.size(), plan.plain().size(), "seed " + seed);
    }
}
