package dev.warren.io.udp;

import dev.warren.io.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Local addresses that are not used as source for now. An address is stale when the kernel refused to send
/// from it or the host has lost it, until a datagram arrives on it again. An endpoint is rerouted
/// when packets to it leave by another interface, until the routes are read again. Bounded, since a host
/// has few addresses.
final class StickySources {
    private static final int MOST = 64;
    /// When so many endpoints of a local address are rerouted and no other is, those that found no room here count as
    /// rerouted too.
    private static final int MANY = 16;

    private final long[] knownHi = new long[MOST];
    private final long[] knownLo = new long[MOST];
    private final boolean[] stale = new boolean[MOST];
    private final boolean[] elsewhere = new boolean[MOST];
    private int known;
    private int staleCount;
    private int next;
    private final @Nullable Endpoint[] lately = new @Nullable Endpoint[MOST];
    private Set<Endpoint> rerouted = Set.of();

    /// Records that a datagram arrived on the endpoint's local address.
    void heard(Endpoint endpoint) {
        int slot = endpoint.hashCode() & (MOST - 1);
        if (lately[slot] != endpoint) lately[slot] = endpoint;
        // The common case: one address for a long time, nothing stale.
        if (staleCount == 0 && known > 0 && is(0, endpoint.localHi(), endpoint.localLo())) return;
        int i = find(endpoint.localHi(), endpoint.localLo());
        if (i < 0) {
            note(endpoint.localHi(), endpoint.localLo(), false);
        } else if (stale[i]) {
            stale[i] = false;
            staleCount--;
        }
    }

    boolean usable(Endpoint endpoint) {
        if (staleCount == 0 && rerouted.isEmpty()) return true;
        int i = find(endpoint.localHi(), endpoint.localLo());
        return (i < 0 || !(stale[i] || elsewhere[i])) && !rerouted.contains(endpoint);
    }

    /// Marks the endpoint's local address as stale: the kernel refused to send from it.
    void refuse(Endpoint endpoint) {
        refuse(endpoint.localHi(), endpoint.localLo());
    }

    void refuse(long hi, long lo) {
        int i = find(hi, lo);
        if (i < 0) {
            note(hi, lo, true);
        } else if (!stale[i]) {
            stale[i] = true;
            staleCount++;
        }
    }

    /// Endpoints received from lately; of those with the same slot, the last.
    List<Endpoint> heardLately() {
        var all = new ArrayList<Endpoint>(MOST);
        for (var endpoint : lately) {
            if (endpoint != null) all.add(endpoint);
        }
        return all;
    }

    /// Sets those of [#heardLately] to which packets leave by another interface.
    void rerouted(List<Endpoint> endpoints) {
        rerouted = Set.copyOf(endpoints);
        for (int i = 0; i < known; i++) {
            int agree = 0;
            int differ = 0;
            for (var endpoint : lately) {
                if (endpoint == null || !is(i, endpoint.localHi(), endpoint.localLo())) continue;
                if (rerouted.contains(endpoint)) agree++;
                else differ++;
            }
            elsewhere[i] = agree >= MANY && differ == 0;
        }
    }

    private void note(long hi, long lo, boolean isStale) {
        int i = known < MOST ? known++ : next++ % MOST;
        if (stale[i]) staleCount--;
        knownHi[i] = hi;
        knownLo[i] = lo;
        stale[i] = isStale;
        elsewhere[i] = false;
        if (isStale) staleCount++;
    }

    private int find(long hi, long lo) {
        for (int i = 0; i < known; i++) {
            if (is(i, hi, lo)) return i;
        }
        return -1;
    }

    private boolean is(int i, long hi, long lo) {
        return knownLo[i] == lo && knownHi[i] == hi;
    }
}
