package dev.warren.routing.allowedips;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpFields;
import dev.warren.routing.ip.IpHeader;
import dev.warren.routing.ip.IpPrefix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfLong;
import org.jspecify.annotations.Nullable;

/// An immutable state of [AllowedIps] for longest prefix match. Any thread may read it.
public final class AllowedIpsSnapshot<P> {
    private static final OfInt U32 = JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

    private final @Nullable TrieNode4<P> root4;
    private final @Nullable TrieNode6<P> root6;

    private AllowedIpsSnapshot(@Nullable TrieNode4<P> root4, @Nullable TrieNode6<P> root6) {
        this.root4 = root4;
        this.root6 = root6;
    }

    /// A table without prefixes.
    public static <P> AllowedIpsSnapshot<P> empty() {
        return new AllowedIpsSnapshot<>(null, null);
    }

    /// The owner of the longest prefix that contains this IPv4 address, or null.
    public @Nullable P lookup4(int address) {
        return TrieNode4.lookup(root4, address);
    }

    /// The owner of the longest prefix that contains this IPv6 address, or null.
    public @Nullable P lookup6(long hi, long lo) {
        return TrieNode6.lookup(root6, hi, lo);
    }

    /// The owner of the longest prefix that contains this address, or null.
    public @Nullable P lookup(IpAddress address) {
        return switch (address.family()) {
            case V4 -> lookup4((int) address.lo());
            case V6 -> lookup6(address.hi(), address.lo());
        };
    }

    /// The owner of the destination address of the IP packet at `at`, or null. The packet has passed
    /// [IpHeader#validate].
    public @Nullable P destination(MemorySegment packet, long at) {
        return switch (IpHeader.version(packet, at)) {
            case 4 -> lookup4(packet.get(U32, at + IpFields.V4_DESTINATION));
            case 6 ->
                lookup6(
                        packet.get(U64, at + IpFields.V6_DESTINATION),
                        packet.get(U64, at + IpFields.V6_DESTINATION + 8));
            default -> null;
        };
    }

    /// The owner of the source address of the IP packet at `at`, or null. The packet has passed
    /// [IpHeader#validate].
    public @Nullable P source(MemorySegment packet, long at) {
        return switch (IpHeader.version(packet, at)) {
            case 4 -> lookup4(packet.get(U32, at + IpFields.V4_SOURCE));
            case 6 -> lookup6(packet.get(U64, at + IpFields.V6_SOURCE), packet.get(U64, at + IpFields.V6_SOURCE + 8));
            default -> null;
        };
    }

    /// The owner of exactly this prefix.
    @Nullable
    P owner(IpPrefix prefix) {
        return switch (prefix.family()) {
            case V4 -> TrieNode4.owner(root4, (int) prefix.lo(), prefix.bits());
            case V6 -> TrieNode6.owner(root6, prefix.hi(), prefix.lo(), prefix.bits());
        };
    }

    AllowedIpsSnapshot<P> with(IpPrefix prefix, P owner) {
        return switch (prefix.family()) {
            case V4 ->
                new AllowedIpsSnapshot<>(TrieNode4.insert(root4, (int) prefix.lo(), prefix.bits(), owner), root6);
            case V6 ->
                new AllowedIpsSnapshot<>(
                        root4, TrieNode6.insert(root6, prefix.hi(), prefix.lo(), prefix.bits(), owner));
        };
    }

    /// A table without this prefix, which must be in this one.
    AllowedIpsSnapshot<P> without(IpPrefix prefix) {
        return switch (prefix.family()) {
            case V4 ->
                new AllowedIpsSnapshot<>(
                        root4 == null ? null : TrieNode4.remove(root4, (int) prefix.lo(), prefix.bits()), root6);
            case V6 ->
                new AllowedIpsSnapshot<>(
                        root4, root6 == null ? null : TrieNode6.remove(root6, prefix.hi(), prefix.lo(), prefix.bits()));
        };
    }

    int nodes() {
        return (root4 == null ? 0 : root4.count()) + (root6 == null ? 0 : root6.count());
    }
}
