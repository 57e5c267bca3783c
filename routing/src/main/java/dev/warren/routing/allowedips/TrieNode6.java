package dev.warren.routing.allowedips;

import dev.warren.routing.ip.IpPrefix;
import org.jspecify.annotations.Nullable;

/// A node of the IPv6 trie: as [TrieNode4], with keys of two longs and paths of at most 33 nodes.
final class TrieNode6<P> extends TrieNode {
    private final long hi;
    private final long lo;

    private TrieNode6(long hi, long lo, int bits, int map, Object... slots) {
        super(bits, map, slots);
        this.hi = hi;
        this.lo = lo;
    }

    /// The four bits after the first `bits`; arbitrary after all 128, where no entry but 1 exists.
    private static int nibble(long hi, long lo, int bits) {
        return (int) ((bits < Long.SIZE ? hi : lo) << bits >>> (Long.SIZE - STEP)); // the shift counts modulo 64
    }

    @SuppressWarnings("unchecked") // entries below 16 hold owners
    private P owner(int entry) {
        return (P) get(entry);
    }

    @SuppressWarnings("unchecked") // entries from 16 on hold nodes
    private @Nullable TrieNode6<P> below(int entry) {
        return has(entry) ? (TrieNode6<P>) get(entry) : null;
    }

    private boolean holds(long addressHi, long addressLo) {
        return ((addressHi ^ hi) & IpPrefix.maskHi(bits)) == 0 && ((addressLo ^ lo) & IpPrefix.maskLo(bits)) == 0;
    }

    /// The owner of the longest prefix that contains the address, or null.
    static <P> @Nullable P lookup(@Nullable TrieNode6<P> root, long hi, long lo) {
        P best = null;
        for (var node = root; node != null && node.holds(hi, lo); ) {
            int nibble = nibble(hi, lo, node.bits);
            int entry = node.longest(nibble);
            if (entry != 0) {
                best = node.owner(entry);
            }
            node = node.below(child(nibble));
        }
        return best;
    }

    /// The owner of exactly this prefix, or null.
    static <P> @Nullable P owner(@Nullable TrieNode6<P> root, long hi, long lo, int prefixBits) {
        int wanted = keyBits(prefixBits);
        var node = root;
        while (node != null && node.bits < wanted) {
            node = node.below(child(nibble(hi, lo, node.bits)));
        }
        int entry = entry(nibble(hi, lo, wanted), prefixBits);
        return node != null && node.bits == wanted && node.holds(hi, lo) && node.has(entry) ? node.owner(entry) : null;
    }

    private static int sameBits(long differenceHi, long differenceLo) {
        int same = Long.numberOfLeadingZeros(differenceHi);
        return same < Long.SIZE ? same : Long.SIZE + Long.numberOfLeadingZeros(differenceLo);
    }

    static <P> TrieNode6<P> insert(@Nullable TrieNode6<P> node, long hi, long lo, int prefixBits, P owner) {
        int wanted = keyBits(prefixBits);
        int entry = entry(nibble(hi, lo, wanted), prefixBits);
        if (node == null) {
            return new TrieNode6<>(
                    hi & IpPrefix.maskHi(wanted), lo & IpPrefix.maskLo(wanted), wanted, bit(entry), owner);
        }
        int common = Math.min(keyBits(sameBits(hi ^ node.hi, lo ^ node.lo)), Math.min(wanted, node.bits));
        int way = child(nibble(hi, lo, common));
        if (common == node.bits) {
            return common == wanted
                    ? node.with(entry, owner)
                    : node.with(way, insert(node.below(way), hi, lo, prefixBits, owner));
        }
        long aboveHi = hi & IpPrefix.maskHi(common);
        long aboveLo = lo & IpPrefix.maskLo(common);
        int other = child(nibble(node.hi, node.lo, common));
        if (common == wanted) {
            return new TrieNode6<>(aboveHi, aboveLo, common, bit(entry) | bit(other), owner, node);
        }
        var leaf = insert(null, hi, lo, prefixBits, owner);
        return way < other
                ? new TrieNode6<>(aboveHi, aboveLo, common, bit(way) | bit(other), leaf, node)
                : new TrieNode6<>(aboveHi, aboveLo, common, bit(way) | bit(other), node, leaf);
    }

    private TrieNode6<P> with(int entry, Object value) {
        return new TrieNode6<>(hi, lo, bits, mapWith(entry), slotsWith(entry, value));
    }

    /// Removes this prefix, which must exist, and the nodes no longer needed.
    static <P> @Nullable TrieNode6<P> remove(TrieNode6<P> node, long hi, long lo, int prefixBits) {
        int wanted = keyBits(prefixBits);
        if (node.bits == wanted) {
            return node.without(entry(nibble(hi, lo, wanted), prefixBits));
        }
        int way = child(nibble(hi, lo, node.bits));
        var below = node.below(way);
        if (below == null) {
            return node;
        }
        var rest = remove(below, hi, lo, prefixBits);
        return rest == null ? node.without(way) : node.with(way, rest);
    }

    private @Nullable TrieNode6<P> without(int entry) {
        if (isOnly(entry)) {
            return null;
        }
        int child = onlyChildBut(entry);
        return child != 0 ? below(child) : new TrieNode6<>(hi, lo, bits, mapWithout(entry), slotsWithout(entry));
    }
}
