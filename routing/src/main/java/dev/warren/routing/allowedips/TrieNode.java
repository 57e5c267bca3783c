package dev.warren.routing.allowedips;

/// A trie node of either family: a key, and the prefixes and child nodes of the next four bits (a tree
/// bitmap, Eatherton, Varghese and Dittia). Entries are numbered as a binary heap, where entry n has the
/// children 2n and 2n + 1. Entries 1 to 15 are prefixes of key length plus 0 to 3 bits; entries 16 to 31
/// are the child nodes for the four bits:
///
/// ```
/// +0 bits                           1                          entry 1: the key itself
/// +1                2                               3          a bit 0 leads left, a bit 1 right
/// +2        4               5               6               7
/// +3    8       9      10      11      12      13      14      15
/// +4  16  17  18  19  20  21  22  23  24  25  26  27  28  29  30  31   child nodes
/// ```
///
/// Bit n of `map` is set when entry n exists, and `slots` contains the existing entries only, in their
/// order: entry n is at index `bitCount(map & ((1 << n) - 1))`. An address whose next four bits are 1011
/// has the child 16 + 11 = 27; the prefixes in this node that contain it are 27's ancestors 13, 6, 3 and 1,
/// the longest first.
///
/// Four bits per node instead of one give a path with a quarter of the cache lines and mispredicted
/// branches. Keys skip the bits that all prefixes below have in common, as in any path-compressed trie.
abstract sealed class TrieNode permits TrieNode4, TrieNode6 {
    static final int STEP = 4;

    private static final int FIRST_CHILD = 1 << STEP;

    /// Length of the key in bits, a multiple of four.
    final int bits;

    private final int map;
    private final Object[] slots;

    TrieNode(int bits, int map, Object[] slots) {
        this.bits = bits;
        this.map = map;
        this.slots = slots;
    }

    /// Length of the key of the node that contains a prefix of this length.
    static int keyBits(int prefixBits) {
        return prefixBits & -STEP;
    }

    /// Entry of a prefix in its node; `nibble` is the four bits after the key.
    static int entry(int nibble, int prefixBits) {
        int more = prefixBits & (STEP - 1);
        return 1 << more | nibble >>> (STEP - more);
    }

    /// Entry of the child node for these four bits.
    static int child(int nibble) {
        return FIRST_CHILD | nibble;
    }

    static int bit(int entry) {
        return 1 << entry;
    }

    final boolean has(int entry) {
        return (map >>> entry & 1) != 0;
    }

    /// Value of an entry, which must exist.
    final Object get(int entry) {
        return slots[slot(entry)];
    }

    private int slot(int entry) {
        return Integer.bitCount(map & (bit(entry) - 1));
    }

    /// Entry of the longest prefix in this node that these four bits begin with, which is the nearest
    /// existing ancestor of the child's entry; 0 when there is none.
    final int longest(int nibble) {
        int child = child(nibble);
        int above = map & (bit(child >> 1) | bit(child >> 2) | bit(child >> 3) | bit(child >> 4));
        return above == 0 ? 0 : 31 - Integer.numberOfLeadingZeros(above);
    }

    final int mapWith(int entry) {
        return map | bit(entry);
    }

    final int mapWithout(int entry) {
        return map & ~bit(entry);
    }

    /// A copy of the slots with this value of the entry.
    final Object[] slotsWith(int entry, Object value) {
        int slot = slot(entry);
        if (has(entry)) {
            var copy = slots.clone();
            copy[slot] = value;
            return copy;
        }
        var copy = new Object[slots.length + 1];
        System.arraycopy(slots, 0, copy, 0, slot);
        copy[slot] = value;
        System.arraycopy(slots, slot, copy, slot + 1, slots.length - slot);
        return copy;
    }

    /// A copy of the slots without the entry, which must exist.
    final Object[] slotsWithout(int entry) {
        int slot = slot(entry);
        var copy = new Object[slots.length - 1];
        System.arraycopy(slots, 0, copy, 0, slot);
        System.arraycopy(slots, slot + 1, copy, slot, copy.length - slot);
        return copy;
    }

    /// True when this is the only entry.
    final boolean isOnly(int entry) {
        return map == bit(entry);
    }

    /// The entry of the child node when there is just one besides `entry` and no prefix, so that the child
    /// can replace this node once `entry` is removed; else 0.
    final int onlyChildBut(int entry) {
        int rest = mapWithout(entry);
        boolean one = (rest & (rest - 1)) == 0;
        return one && rest >>> FIRST_CHILD != 0 ? Integer.numberOfTrailingZeros(rest) : 0;
    }

    /// Number of nodes from this one down, for tests of removal.
    final int count() {
        int count = 1;
        for (var each : slots) {
            if (each instanceof TrieNode below) {
                count += below.count();
            }
        }
        return count;
    }
}
