package dev.warren.routing.allowedips;

/// What the nodes of both families are made of: a key and the four bits behind it. Those four bits are a binary heap in
/// one map of bits: entries 1 to 15 are the prefixes of key length plus 0 to 3 bits (entry 1 is the key itself),
/// entries 16 to 31 the nodes below. The slots hold owners and nodes in the order of the map and nothing else.
///
/// Four bits a step instead of one make a path of a quarter of the cache lines and mispredicted branches (the tree
/// bitmap of Eatherton, Varghese and Dittia); keys, as in any path-compressed trie, skip what is the same for all
/// below.
abstract sealed class TrieNode permits TrieNode4, TrieNode6 {
    static final int STEP = 4;

    private static final int FIRST_CHILD = 1 << STEP;

    /// Length of the key, a multiple of four.
    final int bits;

    private final int map;
    private final Object[] slots;

    TrieNode(int bits, int map, Object[] slots) {
        this.bits = bits;
        this.map = map;
        this.slots = slots;
    }

    /// Length of the key of the node that a prefix of this length belongs into.
    static int keyBits(int prefixBits) {
        return prefixBits & -STEP;
    }

    /// Entry of a prefix in its node; `nibble` is what lies behind the key.
    static int entry(int nibble, int prefixBits) {
        int more = prefixBits & (STEP - 1);
        return 1 << more | nibble >>> (STEP - more);
    }

    /// Entry of the node below for these four bits.
    static int child(int nibble) {
        return FIRST_CHILD | nibble;
    }

    static int bit(int entry) {
        return 1 << entry;
    }

    final boolean has(int entry) {
        return (map >>> entry & 1) != 0;
    }

    /// What an entry that is there holds.
    final Object get(int entry) {
        return slots[slot(entry)];
    }

    private int slot(int entry) {
        return Integer.bitCount(map & (bit(entry) - 1));
    }

    /// The longest prefix in this node that these four bits begin with: the nearest ancestor in the heap; 0 when none.
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

    /// A copy of the slots in which the entry is this.
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

    /// A copy of the slots without the entry, which is there.
    final Object[] slotsWithout(int entry) {
        int slot = slot(entry);
        var copy = new Object[slots.length - 1];
        System.arraycopy(slots, 0, copy, 0, slot);
        System.arraycopy(slots, slot + 1, copy, slot, copy.length - slot);
        return copy;
    }

    /// True when there is nothing but this entry.
    final boolean isOnly(int entry) {
        return map == bit(entry);
    }

    /// The entry of the node below when it is all that there is but for `entry`, so that this node is of no use without
    /// that; else 0.
    final int onlyChildBut(int entry) {
        int rest = mapWithout(entry);
        boolean one = (rest & (rest - 1)) == 0;
        return one && rest >>> FIRST_CHILD != 0 ? Integer.numberOfTrailingZeros(rest) : 0;
    }

    /// Nodes from here down, for tests of what removing leaves behind.
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
