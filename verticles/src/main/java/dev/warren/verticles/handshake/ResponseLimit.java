package dev.warren.verticles.handshake;

import java.util.Arrays;

/// How many responses came to each initiation of ours that waits for one. An honest peer sends one, perhaps two when it
/// is duplicated on the way; each costs two Diffie-Hellmans before it is known whether it is good.
///
/// A table of fixed size by the receiver index, which is random. An index that falls on the place of another takes it:
/// then that one may try again, which the measure of load bounds.
final class ResponseLimit {
    /// Responses to one initiation that are looked at without a cookie.
    static final int MOST = 8;

    private static final int PLACES = 4096;

    private final int[] indices = new int[PLACES];
    private final byte[] counts = new byte[PLACES];

    /// Counts a response; true when there were more than enough to this initiation.
    boolean exceeded(int index) {
        int place = index & (PLACES - 1);
        if (indices[place] != index) {
            indices[place] = index;
            counts[place] = 0;
        }
        if (counts[place] >= MOST) return true;
        counts[place]++;
        return false;
    }

    void clear() {
        Arrays.fill(counts, (byte) 0);
    }
}
