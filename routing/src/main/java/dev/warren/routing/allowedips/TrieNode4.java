package dev.warren.routing.allowedips;

import dev.warren.routing.ip.IpPrefix;
import org.jspecify.annotations.Nullable;

/// A node of the IPv4 trie. Nodes are immutable; a change copies the path from the root (at most nine
/// nodes) and shares the rest. A node without a prefix has two child nodes or more.
final class TrieNode4<P> extends TrieNode {
    private final int key;

    private TrieNode4(int key, int bits, int map, Object... slots) {
        super(bits, map, slots);
        this.key = key;
    }

    /// The four bits after the first `bits`; arbitrary after all 32, where no entry but 1 exists.
    private static int nibble(int address, int bits) {
        return address << bits >>> (Integer.SIZE - STEP);
    }

    @SuppressWarnings("unchecked") // entries below 16 hold owners
    private P owner(int entry) {
        return (P) get(entry);
    }

    @SuppressWarnings("unchecked") // entries from 16 on hold nodes
    private @Nullable TrieNode4<P> below(int entry) {
        return has(entry) ? (TrieNode4<P>) get(entry) : null;
    }

    private boolean holds(int address) {
        return ((address ^ key) & IpPrefix.mask4(bits)) == 0;
    }

    /// The owner of the longest prefix that contains the address, or null.
    static <P> @Nullable P lookup(@Nullable TrieNode4<P> root, int address) {
        P best = null;
        for (var node = root; node != null && node.holds(address); ) {
            int nibble = nibble(address, node.bits);
            int entry = node.longest(nibble);
            if (entry != 0) {
                best = node.owner(entry);
            }
            node = node.below(child(nibble));
        }
        return best;
    }

    /// The owner of exactly this prefix, or null.
    static <P> @Nullable P owner(@Nullable TrieNode4<P> root, int prefix, int prefixBits) {
        int wanted = keyBits(prefixBits);
        var node = root;
        while (node != null && node.bits < wanted) {
            node = node.below(child(nibble(prefix, node.bits)));
        }
        int entry = entry(nibble(prefix, wanted), prefixBits);
        return node != null && node.bits == wanted && node.holds(prefix) && node.has(entry) ? node.owner(entry) : null;
    }

    static <P> TrieNode4<P> insert(@Nullable TrieNode4<P> node, int prefix, int prefixBits, P owner) {
        int wanted = keyBits(prefixBits);
        int entry = entry(nibble(prefix, wanted), prefixBits);
        if (node == null) {
            return new TrieNode4<>(prefix & IpPrefix.mask4(wanted), wanted, bit(entry), owner);
        }
        int common = Math.min(keyBits(Integer.numberOfLeadingZeros(prefix ^ node.key)), Math.min(wanted, node.bits));
        int way = child(nibble(prefix, common));
        if (common == node.bits) {
            return common == wanted
                    ? node.with(entry, owner)
                    : node.with(way, insert(node.below(way), prefix, prefixBits, owner));
        }
        int above = prefix & IpPrefix.mask4(common);
        int other = child(nibble(node.key, common));
        if (common == wanted) {
            return new TrieNode4<>(above, common, bit(entry) | bit(other), owner, node);
        }
        var leaf = insert(null, prefix, prefixBits, owner);
        return way < other
                ? new TrieNode4<>(above, common, bit(way) | bit(other), leaf, node)
                : new TrieNode4<>(above, common, bit(way) | bit(other), node, leaf);
    }

    private TrieNode4<P> with(int entry, Object value) {
        return new TrieNode4<>(key, bits, mapWith(entry), slotsWith(entry, value));
    }

    /// Removes this prefix, which must exist, and the nodes no longer needed.
    static <P> @Nullable TrieNode4<P> remove(TrieNode4<P> node, int prefix, int prefixBits) {
        int wanted = keyBits(prefixBits);
        if (node.bits == wanted) {
            return node.without(entry(nibble(prefix, wanted), prefixBits));
        }
        int way = child(nibble(prefix, node.bits));
        var below = node.below(way);
        if (below == null) {
            return node;
        }
        var rest = remove(below, prefix, prefixBits);
        return rest == null ? node.without(way) : node.with(way, rest);
    }

    private @Nullable TrieNode4<P> without(int entry) {
        if (isOnly(entry)) {
            return null;
        }
        int child = onlyChildBut(entry);
        return child != 0 ? below(child) : new TrieNode4<>(key, bits, mapWithout(entry), slotsWithout(entry));
    }
}
