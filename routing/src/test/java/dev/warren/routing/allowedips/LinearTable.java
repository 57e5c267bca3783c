package dev.warren.routing.allowedips;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The slow and obvious twin of [AllowedIps]: a list.
final class LinearTable {
    record Entry(IpPrefix prefix, Object owner) {}

    private final List<Entry> entries = new ArrayList<>();

    void insert(IpPrefix prefix, Object owner) {
        entries.removeIf(each -> each.prefix.equals(prefix));
        entries.add(new Entry(prefix, owner));
    }

    boolean remove(IpPrefix prefix, Object owner) {
        return entries.removeIf(each -> each.prefix.equals(prefix) && each.owner == owner);
    }

    void removeAll(Object owner) {
        entries.removeIf(each -> each.owner == owner);
    }

    List<IpPrefix> of(Object owner) {
        return entries.stream()
                .filter(each -> each.owner == owner)
                .map(Entry::prefix)
                .toList();
    }

    int size() {
        return entries.size();
    }

    List<Entry> entries() {
        return entries;
    }

    @Nullable
    Object lookup(IpAddress address) {
        Entry best = null;
        for (var each : entries) {
            if (holds(each.prefix, address) && (best == null || each.prefix.bits() > best.prefix.bits())) {
                best = each;
            }
        }
        return best == null ? null : best.owner;
    }

    /// Compared bit by bit in the bytes, with nothing of what is tested.
    private static boolean holds(IpPrefix prefix, IpAddress address) {
        if (prefix.family() != address.family()) {
            return false;
        }
        byte[] mine = prefix.address().bytes();
        byte[] theirs = address.bytes();
        for (int i = 0; i < prefix.bits(); i++) {
            if (((mine[i / 8] ^ theirs[i / 8]) >> (7 - i % 8) & 1) != 0) {
                return false;
            }
        }
        return true;
    }
}
