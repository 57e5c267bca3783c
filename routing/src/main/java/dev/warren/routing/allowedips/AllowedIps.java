package dev.warren.routing.allowedips;

import dev.warren.routing.ip.IpPrefix;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The allowed IPs of a device, a trie: maps prefixes to owners (peers) by longest prefix match. Owners are
/// compared by identity.
///
/// One writer owns this object: only its thread may call any method here, including [#snapshot] and [#of].
/// In the router that is the loop of the device's RouterVerticle. It publishes each new
/// [AllowedIpsSnapshot], which is immutable and may be read by any thread.
public final class AllowedIps<P> {
    private final IdentityHashMap<P, Object> prefixes = new IdentityHashMap<>(); // values: OwnedPrefixes
    private AllowedIpsSnapshot<P> table = AllowedIpsSnapshot.empty();
    private int size;

    /// Assigns the prefix to the owner and removes it from the former owner, if any. A prefix the owner has
    /// already moves to the end of its list.
    public void insert(IpPrefix prefix, P owner) {
        var former = table.owner(prefix);
        if (former != null) {
            disown(prefix, former);
        } else {
            size++;
        }
        if (former != owner) {
            table = table.with(prefix, owner);
        }
        prefixes.compute(owner, (_, owned) -> OwnedPrefixes.add(owned, prefix));
    }

    /// Removes the prefix if this owner has it; false if not. The UAPI's `allowed_ip=-` does this.
    public boolean remove(IpPrefix prefix, P owner) {
        if (table.owner(prefix) != owner) {
            return false;
        }
        table = table.without(prefix);
        size--;
        disown(prefix, owner);
        return true;
    }

    /// Removes all prefixes of the owner; only snapshots taken before still refer to it.
    public void removeAll(P owner) {
        for (var prefix : OwnedPrefixes.list(prefixes.remove(owner))) {
            table = table.without(prefix);
            size--;
        }
    }

    private void disown(IpPrefix prefix, P owner) {
        prefixes.computeIfPresent(owner, (_, owned) -> OwnedPrefixes.remove(owned, prefix));
    }

    /// The owner's prefixes in order of insertion, the latest last, as the kernel and wireguard-go list
    /// them.
    public List<IpPrefix> of(P owner) {
        return OwnedPrefixes.list(prefixes.get(owner));
    }

    /// The owner of exactly this prefix, or null.
    public @Nullable P owner(IpPrefix prefix) {
        return table.owner(prefix);
    }

    /// Number of prefixes.
    public int size() {
        return size;
    }

    /// The current state of the table, which later changes do not affect. Copies nothing; returns the same
    /// object until something changes.
    public AllowedIpsSnapshot<P> snapshot() {
        return table;
    }
}
