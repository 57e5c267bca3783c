package dev.warren.routing.allowedips;

import dev.warren.routing.ip.IpPrefix;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which owner (peer) which prefixes belong to. Kept by one writer; readers take a [#snapshot]. Owners are told
/// apart by identity.
public final class AllowedIps<P> {
    private final IdentityHashMap<P, Object> prefixes = new IdentityHashMap<>(); // values: OwnedPrefixes
    private AllowedIpsSnapshot<P> table = AllowedIpsSnapshot.empty();
    private int size;

    /// Gives the prefix to the owner, taking it from whoever had it. One it already has moves to the end of its list.
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

    /// Takes the prefix away if this owner has it; false if not. That is `allowed_ip=-` of the UAPI.
    public boolean remove(IpPrefix prefix, P owner) {
        if (table.owner(prefix) != owner) {
            return false;
        }
        table = table.without(prefix);
        size--;
        disown(prefix, owner);
        return true;
    }

    /// Takes all the owner's prefixes away; it is not referred to afterwards, except by snapshots taken before.
    public void removeAll(P owner) {
        for (var prefix : OwnedPrefixes.list(prefixes.remove(owner))) {
            table = table.without(prefix);
            size--;
        }
    }

    private void disown(IpPrefix prefix, P owner) {
        prefixes.computeIfPresent(owner, (_, owned) -> OwnedPrefixes.remove(owned, prefix));
    }

    /// The owner's prefixes in the order they were given, the latest at the end: as the kernel and wireguard-go list
    /// them.
    public List<IpPrefix> of(P owner) {
        return OwnedPrefixes.list(prefixes.get(owner));
    }

    /// Who has exactly this prefix.
    public @Nullable P owner(IpPrefix prefix) {
        return table.owner(prefix);
    }

    /// Number of prefixes.
    public int size() {
        return size;
    }

    /// What the table is now; later changes do not show in it. Costs nothing; the same object while nothing changes.
    public AllowedIpsSnapshot<P> snapshot() {
        return table;
    }
}
