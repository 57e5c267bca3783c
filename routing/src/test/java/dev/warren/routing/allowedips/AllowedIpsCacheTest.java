package dev.warren.routing.allowedips;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.routing.ip.Packets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Random histories are in [TriePropertyTest]; here is what they hardly meet.
final class AllowedIpsCacheTest {
    private final AllowedIps<Object> routes = new AllowedIps<>();
    private final AllowedIpsCache<Object> cache = new AllowedIpsCache<>();
    private final Object a = "a";
    private final Object b = "b";

    @Test
    void anAddressOfTheOtherFamilyWithTheSameBitsIsAnother() {
        routes.insert(IpPrefix.parse("0.0.0.0/0"), a);
        routes.insert(IpPrefix.parse("::/0"), b);
        assertSame(a, source("0.0.0.0"));
        assertSame(b, source("::"));
        assertSame(a, source("0.0.0.0"));
        assertSame(a, source("10.0.0.1"));
        assertSame(b, source("::10.0.0.1"));
        assertSame(b, source("::a00:1:0:0"));
    }

    @Test
    void eachHalfOfAnAddressCounts() {
        routes.insert(IpPrefix.parse("1::/64"), a);
        routes.insert(IpPrefix.parse("2::/64"), b);
        routes.insert(IpPrefix.parse("2::1/128"), a);
        assertSame(a, source("1::2"));
        assertSame(b, source("2::2"));
        assertSame(a, source("2::1"));
    }

    @Test
    void anAddressWithoutAnOwnerIsLookedUpAgainWhenTheTableChanged() {
        assertNull(source("10.0.0.1"));
        routes.insert(IpPrefix.parse("10.0.0.0/8"), a);
        assertSame(a, source("10.0.0.1"));
        routes.insert(IpPrefix.parse("10.0.0.1/32"), b);
        assertSame(b, source("10.0.0.1"));
        routes.removeAll(b);
        assertSame(a, source("10.0.0.1"));
        routes.removeAll(a);
        assertNull(source("10.0.0.1"));
    }

    private @Nullable Object source(String address) {
        var source = IpAddress.parse(address);
        return cache.source(routes.snapshot(), Packets.between(source, source), 0);
    }
}
