package dev.warren.crypto.cookie;

import dev.warren.crypto.Protocol;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;

/// A token bucket per source: an IPv4 address or an IPv6 /64. Two flat arrays of a fixed size
/// made on first use: the source, and the time at which its bucket will be full again, which is the
/// whole state of a bucket.
///
/// A source lies in one of the eight entries of its row (a set-associative table). When all are taken, the
/// bucket that has been full for longest is replaced, which loses nothing; when none is full, the new
/// source is refused.
final class RateLimiter {
    static final int ROWS = 4096, WAYS = 8;

    /// Prefix of IPv4 sources in the table. As an IPv6 /64 it is multicast, which no host has as its
    /// address.
    private static final long IPV4 = 0xFFFFFFFF_00000000L;

    private static final long NONE = Long.MIN_VALUE;
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final long cost;
    private final long burst;
    private final long salt;
    private long[] sources = {};
    private long[] fullAt = {};

    /// @param perSecond tokens that a bucket gets
    /// @param burst tokens that a bucket holds
    /// @param random salts the table, so that an attacker cannot choose sources that fall into one row
    RateLimiter(int perSecond, int burst, SecureRandom random) {
        this.cost = Protocol.SECOND / perSecond;
        this.burst = cost * burst;
        this.salt = random.nextLong();
    }

    /// Takes a token of the source, if it has one.
    ///
    /// @param address 4 or 16 bytes
    boolean allow(byte[] address, long now) {
        return allow(source(address), now);
    }

    /// Takes a token of the source, counting each port of an address as a source of its own.
    boolean allow(byte[] address, int port, long now) {
        return allow(mix(source(address) ^ salt) + port, now);
    }

    private static long source(byte[] address) {
        return address.length == 4 ? IPV4 | ((int) U32.get(address, 0) & 0xFFFFFFFFL) : (long) U64.get(address, 0);
    }

    private boolean allow(long source, long now) {
        if (sources.length == 0) {
            sources = new long[ROWS * WAYS];
            fullAt = new long[ROWS * WAYS];
            Arrays.fill(fullAt, NONE);
        }
        int row = row(source) * WAYS;
        int place = row;
        for (int i = row; i < row + WAYS; i++) {
            if (sources[i] == source && fullAt[i] != NONE) {
                return take(i, now);
            }
            if (fullAt[i] < fullAt[place]) {
                place = i;
            }
        }
        if (fullAt[place] > now) {
            return false;
        }
        sources[place] = source;
        fullAt[place] = now;
        return take(place, now);
    }

    private boolean take(int i, long now) {
        long after = Math.max(fullAt[i], now) + cost;
        if (after - now > burst) {
            return false;
        }
        fullAt[i] = after;
        return true;
    }

    private int row(long source) {
        // The finalizer of SplitMix64, twice.
        return (int) (mix(mix(source ^ salt) + salt) & (ROWS - 1));
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /// Size of the table in bytes.
    long size() {
        return (sources.length + fullAt.length) * (long) Long.BYTES;
    }
}
