package dev.warren.routing.allowedips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AllowedIpsTest {
    private final AllowedIps<Object> table = new AllowedIps<>();
    private final Object a = "a";
    private final Object b = "b";

    @Test
    void theLongestPrefixWinsAndAShorterOneMatchesAfterItsRemoval() {
        give("0.0.0.0/0", a);
        give("10.0.0.0/8", b);
        give("10.1.0.0/16", a);
        give("10.1.2.3/32", b);
        assertSame(b, lookup("10.1.2.3"));
        assertSame(a, lookup("10.1.2.4"));
        assertSame(b, lookup("10.2.0.0"));
        assertSame(a, lookup("255.255.255.255"));
        assertTrue(table.remove(IpPrefix.parse("10.1.0.0/16"), a));
        assertSame(b, lookup("10.1.2.4"));
        assertEquals(3, table.size());
    }

    // the source of what a peer sends is looked up here, in the table of the whole device
    @Test
    void aMoreSpecificPrefixOfAnotherPeerWins() {
        give("192.168.1.0/24", a);
        give("192.168.1.7/32", b);
        assertSame(b, lookup("192.168.1.7"));
        assertSame(a, lookup("192.168.1.8"));
    }

    //
    @Test
    void theShortestAndTheLongestPrefixesOfBothFamiliesWork() {
        give("0.0.0.0/0", a);
        give("255.255.255.255/32", b);
        give("0.0.0.0/32", b);
        give("::/0", b);
        give("::/128", a);
        give("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", a);
        give("8000::/1", a);
        give("0:0:0:1::/64", a);
        give("0:0:0:1:8000::/65", b);
        assertSame(b, lookup("255.255.255.255"));
        assertSame(a, lookup("255.255.255.254"));
        assertSame(b, lookup("0.0.0.0"));
        assertSame(a, lookup("0.0.0.1"));
        assertSame(a, lookup("::"));
        assertSame(b, lookup("::1"));
        assertSame(a, lookup("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
        assertSame(a, lookup("8000::"));
        assertSame(a, lookup("0:0:0:1::1"));
        assertSame(b, lookup("0:0:0:1:ffff::1"));
        for (var owner : List.of(a, b)) {
            table.removeAll(owner);
        }
        assertEquals(0, table.size());
        assertEquals(0, table.snapshot().nodes());
        assertNull(lookup("255.255.255.255"));
        assertNull(lookup("::"));
    }

    @Test
    void lookupsInAnEmptyTableFindNoOwner() {
        assertNull(AllowedIpsSnapshot.empty().lookup4(0));
        assertNull(AllowedIpsSnapshot.empty().lookup6(0, 0));
        assertEquals(List.of(), table.of(a));
        table.removeAll(a);
        assertFalse(table.remove(IpPrefix.parse("::/0"), a));
    }

    @Test
    void aPrefixMovesToTheOwnerInsertedLast() {
        give("10.0.0.0/8", a);
        give("10.77.1.1/8", b); // the same with host bits
        assertSame(b, lookup("10.0.0.1"));
        assertEquals(List.of(), table.of(a));
        assertEquals("[10.0.0.0/8]", table.of(b).toString());
        assertEquals(1, table.size());
        assertFalse(table.remove(IpPrefix.parse("10.0.0.0/8"), a), "it is another's by now");
        assertSame(b, lookup("10.0.0.1"));
        assertSame(b, table.owner(IpPrefix.parse("10.0.0.0/8")));
        assertNull(table.owner(IpPrefix.parse("10.0.0.0/9")));
    }

    @Test
    void aPeersPrefixesAreListedInTheOrderGivenAsTheKernelDoes() {
        give("fd00::/64", a);
        give("10.0.0.0/8", a);
        give("1.0.0.0/8", a);
        assertEquals("[fd00::/64, 10.0.0.0/8, 1.0.0.0/8]", table.of(a).toString());
        give("fd00::/64", a); // again: goes to the end
        assertEquals("[10.0.0.0/8, 1.0.0.0/8, fd00::/64]", table.of(a).toString());
    }

    @Test
    void ownersAreComparedByIdentityNotEquality() {
        record Peer(int id) {}
        var one = new Peer(1);
        var twin = new Peer(1);
        give("10.0.0.0/8", one);
        give("11.0.0.0/8", twin);
        assertEquals(1, table.of(one).size());
        table.removeAll(one);
        assertSame(twin, lookup("11.1.1.1"));
        assertNull(lookup("10.1.1.1"));
    }

    @Test
    void aSnapshotIsTheSameObjectUntilSomethingChangesAndNeverChangesItself() {
        give("10.0.0.0/8", a);
        var before = table.snapshot();
        assertSame(before, table.snapshot());
        give("10.0.0.0/8", a);
        assertSame(before, table.snapshot());
        give("10.0.0.0/8", b);
        assertNotSame(before, table.snapshot());
        table.removeAll(b);
        assertSame(a, before.lookup(IpAddress.parse("10.1.1.1")));
    }

    @Test
    void aPeerWithVeryManyPrefixesCostsNoMoreTimeThanManyPeers() {
        int n = 50_000;
        var prefixes = new ArrayList<IpPrefix>();
        for (int i = 0; i < n; i++) {
            prefixes.add(IpPrefix.of(IpAddress.v4(0x0a000000 + i), 32));
        }
        prefixes.forEach(each -> table.insert(each, a));
        assertEquals(prefixes, table.of(a));
        prefixes.forEach(each -> table.insert(each, b)); // from the front of one list to the end of the other
        assertEquals(prefixes, table.of(b));
        prefixes.forEach(each -> assertTrue(table.remove(each, b)));
        assertEquals(0, table.snapshot().nodes());
    }

    private void give(String prefix, Object owner) {
        table.insert(IpPrefix.parse(prefix), owner);
    }

    private @Nullable Object lookup(String address) {
        return table.snapshot().lookup(IpAddress.parse(address));
    }
}
