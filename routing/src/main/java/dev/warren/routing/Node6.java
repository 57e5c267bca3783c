package dev.warren.routing;

import org.jspecify.annotations.Nullable;

/// A node of the IPv6 trie: what [Node4] is with keys of two longs.
final class Node6<P> {
    private final long hi;
    private final long lo;
    private final int bits;
    private final @Nullable P owner;
    private final @Nullable Node6<P> zero;
    private final @Nullable Node6<P> one;

    private Node6(long hi, long lo, int bits, @Nullable P owner, @Nullable Node6<P> zero, @Nullable Node6<P> one) {
        this.hi = hi;
        this.lo = lo;
        this.bits = bits;
        this.owner = owner;
        this.zero = zero;
        this.one = one;
    }

    /// The first 64 of the first `bits` (0 to 128) bits.
    static long maskHi(int bits) {
        return bits == 0 ? 0 : -1L << Math.max(64 - bits, 0);
    }

    /// The second 64 of the first `bits` (0 to 128) bits.
    static long maskLo(int bits) {
        return bits <= 64 ? 0 : -1L << (128 - bits);
    }

    private static boolean bit(long hi, long lo, int index) {
        return (index < 64 ? hi : lo) << index < 0; // the shift counts modulo 64
    }

    private boolean holds(long addressHi, long addressLo) {
        return ((addressHi ^ hi) & maskHi(bits)) == 0 && ((addressLo ^ lo) & maskLo(bits)) == 0;
    }

    /// The owner of the longest prefix that holds the address. Only keys with an owner are compared: if one further up
    /// does not fit, none below it does.
    static <P> @Nullable P lookup(@Nullable Node6<P> root, long hi, long lo) {
        P best = null;
        for (var node = root; node != null; node = node.next(hi, lo)) {
            if (node.owner != null) {
                if (!node.holds(hi, lo)) {
                    break;
                }
                best = node.owner;
            }
        }
        return best;
    }

    /// The owner of exactly this prefix.
    static <P> @Nullable P owner(@Nullable Node6<P> root, long hi, long lo, int bits) {
        var node = root;
        while (node != null && node.bits < bits) {
            node = node.next(hi, lo);
        }
        return node != null && node.bits == bits && node.hi == hi && node.lo == lo ? node.owner : null;
    }

    private @Nullable Node6<P> next(long addressHi, long addressLo) {
        return bit(addressHi, addressLo, bits) ? one : zero; // at 128 bits both are null
    }

    private static int commonBits(long hi, long lo, Node6<?> node) {
        int first = Long.numberOfLeadingZeros(hi ^ node.hi);
        return first < 64 ? first : 64 + Long.numberOfLeadingZeros(lo ^ node.lo);
    }

    static <P> Node6<P> insert(@Nullable Node6<P> node, long hi, long lo, int bits, P owner) {
        if (node == null) {
            return new Node6<>(hi, lo, bits, owner, null, null);
        }
        int common = Math.min(commonBits(hi, lo, node), Math.min(bits, node.bits));
        if (common == bits && common == node.bits) {
            return new Node6<>(hi, lo, bits, owner, node.zero, node.one);
        }
        if (common == node.bits) {
            return bit(hi, lo, common)
                    ? new Node6<>(
                            node.hi, node.lo, common, node.owner, node.zero, insert(node.one, hi, lo, bits, owner))
                    : new Node6<>(
                            node.hi, node.lo, common, node.owner, insert(node.zero, hi, lo, bits, owner), node.one);
        }
        if (common == bits) {
            return fork(hi, lo, bits, owner, node, null);
        }
        var leaf = new Node6<>(hi, lo, bits, owner, null, null);
        return fork(hi & maskHi(common), lo & maskLo(common), common, null, node, leaf);
    }

    /// A node above `below`, and on the other side `other`.
    private static <P> Node6<P> fork(
            long hi, long lo, int bits, @Nullable P owner, Node6<P> below, @Nullable Node6<P> other) {
        return bit(below.hi, below.lo, bits)
                ? new Node6<>(hi, lo, bits, owner, other, below)
                : new Node6<>(hi, lo, bits, owner, below, other);
    }

    /// Without this prefix, which is there; nodes that are then of no use go with it.
    static <P> @Nullable Node6<P> remove(@Nullable Node6<P> node, long hi, long lo, int bits) {
        if (node == null || node.bits > bits) {
            return node;
        }
        if (node.bits == bits) {
            return join(node, null, node.zero, node.one);
        }
        return bit(hi, lo, node.bits)
                ? join(node, node.owner, node.zero, remove(node.one, hi, lo, bits))
                : join(node, node.owner, remove(node.zero, hi, lo, bits), node.one);
    }

    private static <P> @Nullable Node6<P> join(
            Node6<P> old, @Nullable P owner, @Nullable Node6<P> zero, @Nullable Node6<P> one) {
        if (owner == null && zero == null) {
            return one;
        }
        if (owner == null && one == null) {
            return zero;
        }
        return new Node6<>(old.hi, old.lo, old.bits, owner, zero, one);
    }

    /// Nodes from here down, for tests of what removing leaves behind.
    static int count(@Nullable Node6<?> node) {
        return node == null ? 0 : 1 + count(node.zero) + count(node.one);
    }
}
