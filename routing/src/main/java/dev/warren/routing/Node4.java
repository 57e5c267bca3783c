package dev.warren.routing;

import org.jspecify.annotations.Nullable;

/// A node of the IPv4 trie, path-compressed: its children differ in the bit behind its prefix, and whoever owns nothing
/// has two of them. Nodes never change; a change makes a new path from the root (at most 32 nodes) and shares the rest.
final class Node4<P> {
    private final int key;
    private final int bits;
    private final @Nullable P owner;
    private final @Nullable Node4<P> zero;
    private final @Nullable Node4<P> one;

    private Node4(int key, int bits, @Nullable P owner, @Nullable Node4<P> zero, @Nullable Node4<P> one) {
        this.key = key;
        this.bits = bits;
        this.owner = owner;
        this.zero = zero;
        this.one = one;
    }

    /// The first `bits` (0 to 32) bits.
    static int mask(int bits) {
        return (int) (0xffff_ffff_0000_0000L >> bits);
    }

    private static boolean bit(int key, int index) {
        return key << index < 0;
    }

    /// The owner of the longest prefix that holds the address. Only keys with an owner are compared: if one further up
    /// does not fit, none below it does.
    static <P> @Nullable P lookup(@Nullable Node4<P> root, int address) {
        P best = null;
        for (var node = root; node != null; node = node.next(address)) {
            if (node.owner != null) {
                if (((address ^ node.key) & mask(node.bits)) != 0) {
                    break;
                }
                best = node.owner;
            }
        }
        return best;
    }

    /// The owner of exactly this prefix.
    static <P> @Nullable P owner(@Nullable Node4<P> root, int key, int bits) {
        var node = root;
        while (node != null && node.bits < bits) {
            node = node.next(key);
        }
        return node != null && node.bits == bits && node.key == key ? node.owner : null;
    }

    private @Nullable Node4<P> next(int address) {
        return bit(address, bits) ? one : zero; // at 32 bits both are null
    }

    static <P> Node4<P> insert(@Nullable Node4<P> node, int key, int bits, P owner) {
        if (node == null) {
            return new Node4<>(key, bits, owner, null, null);
        }
        int common = Math.min(Integer.numberOfLeadingZeros(key ^ node.key), Math.min(bits, node.bits));
        if (common == bits && common == node.bits) {
            return new Node4<>(key, bits, owner, node.zero, node.one);
        }
        if (common == node.bits) {
            return bit(key, common)
                    ? new Node4<>(node.key, common, node.owner, node.zero, insert(node.one, key, bits, owner))
                    : new Node4<>(node.key, common, node.owner, insert(node.zero, key, bits, owner), node.one);
        }
        if (common == bits) {
            return fork(key, bits, owner, node, null);
        }
        return fork(key & mask(common), common, null, node, new Node4<>(key, bits, owner, null, null));
    }

    /// A node above `below`, and on the other side `other`.
    private static <P> Node4<P> fork(int key, int bits, @Nullable P owner, Node4<P> below, @Nullable Node4<P> other) {
        return bit(below.key, bits)
                ? new Node4<>(key, bits, owner, other, below)
                : new Node4<>(key, bits, owner, below, other);
    }

    /// Without this prefix, which is there; nodes that are then of no use go with it.
    static <P> @Nullable Node4<P> remove(@Nullable Node4<P> node, int key, int bits) {
        if (node == null || node.bits > bits) {
            return node;
        }
        if (node.bits == bits) {
            return join(node, null, node.zero, node.one);
        }
        return bit(key, node.bits)
                ? join(node, node.owner, node.zero, remove(node.one, key, bits))
                : join(node, node.owner, remove(node.zero, key, bits), node.one);
    }

    private static <P> @Nullable Node4<P> join(
            Node4<P> old, @Nullable P owner, @Nullable Node4<P> zero, @Nullable Node4<P> one) {
        if (owner == null && zero == null) {
            return one;
        }
        if (owner == null && one == null) {
            return zero;
        }
        return new Node4<>(old.key, old.bits, owner, zero, one);
    }

    /// Nodes from here down, for tests of what removing leaves behind.
    static int count(@Nullable Node4<?> node) {
        return node == null ? 0 : 1 + count(node.zero) + count(node.one);
    }
}
