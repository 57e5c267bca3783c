package dev.warren.routing;

import java.util.List;

/// Which owner (peer) which prefixes belong to. Kept by one writer; readers take a [#snapshot]. Owners are told
/// apart by identity.
@SuppressWarnings("DoNotCallSuggester")
public final class AllowedIps<P> {
    /// Gives the prefix to the owner, taking it from whoever had it.
    public void insert(IpPrefix prefix, P owner) {
        throw new UnsupportedOperationException();
    }

    /// Takes the prefix away if this owner has it; false if not.
    public boolean remove(IpPrefix prefix, P owner) {
        throw new UnsupportedOperationException();
    }

    public void removeAll(P owner) {
        throw new UnsupportedOperationException();
    }

    /// The owner's prefixes, the one given last at the end, as the kernel and wireguard-go list them.
    public List<IpPrefix> of(P owner) {
        throw new UnsupportedOperationException();
    }

    /// Number of prefixes.
    public int size() {
        throw new UnsupportedOperationException();
    }

    /// What the table is now; later changes do not show in it. Costs nothing.
    public RouteTable<P> snapshot() {
        throw new UnsupportedOperationException();
    }
}
