package dev.warren.io.udp;

import dev.warren.io.Endpoint;

/// Local addresses that must not be used as a source for now: the kernel refused them, or routes have changed. One
/// becomes good again when something is received on it. Bounded; a host has few addresses.
final class StickySources {
    private static final int MOST = 64;

    private final long[] knownHi = new long[MOST];
    private final long[] knownLo = new long[MOST];
    private final boolean[] stale = new boolean[MOST];
    private int known;
    private int staleCount;
    private int next;

    /// Something arrived on the endpoint's local address.
    void heard(Endpoint endpoint) {
        // The common case: one address for a long time, nothing stale.
        if (staleCount == 0 && known > 0 && is(0, endpoint)) return;
        int i = find(endpoint);
        if (i < 0) {
            note(endpoint, false);
        } else if (stale[i]) {
            stale[i] = false;
            staleCount--;
        }
    }

    boolean usable(Endpoint endpoint) {
        if (staleCount == 0) return true;
        int i = find(endpoint);
        return i < 0 || !stale[i];
    }

    /// The kernel would not send from there.
    void refuse(Endpoint endpoint) {
        int i = find(endpoint);
        if (i < 0) {
            note(endpoint, true);
        } else if (!stale[i]) {
            stale[i] = true;
            staleCount++;
        }
    }

    void refuseAll() {
        for (int i = 0; i < known; i++) stale[i] = true;
        staleCount = known;
    }

    private void note(Endpoint endpoint, boolean isStale) {
        int i = known < MOST ? known++ : next++ % MOST;
        if (stale[i]) staleCount--;
        knownHi[i] = endpoint.localHi();
        knownLo[i] = endpoint.localLo();
        stale[i] = isStale;
        if (isStale) staleCount++;
    }

    private int find(Endpoint endpoint) {
        for (int i = 0; i < known; i++) {
            if (is(i, endpoint)) return i;
        }
        return -1;
    }

    private boolean is(int i, Endpoint endpoint) {
        return knownLo[i] == endpoint.localLo() && knownHi[i] == endpoint.localHi();
    }
}
