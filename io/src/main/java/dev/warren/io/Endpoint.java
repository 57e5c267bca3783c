package dev.warren.io;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/// A remote address and port, with the local address that its datagrams arrived on where that is known, so
/// that replies leave from there. Immutable. An IPv4 address is in the low 32 bits of `lo`, with `hi` 0.
public final class Endpoint {
    private final long hi;
    private final long lo;
    private final long localHi;
    private final long localLo;
    private final int port;
    private final int scope;
    private final int localInterface;
    private final boolean v6;

    private Endpoint(
            boolean v6, long hi, long lo, int port, int scope, long localHi, long localLo, int localInterface) {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port " + port + " is not in 0..65535");
        }
        this.v6 = v6;
        this.hi = hi;
        this.lo = lo;
        this.port = port;
        this.scope = scope;
        this.localHi = localHi;
        this.localLo = localLo;
        this.localInterface = localInterface;
    }

    /// An IPv4 endpoint.
    public static Endpoint v4(int address, int port) {
        return new Endpoint(false, 0, Integer.toUnsignedLong(address), port, 0, 0, 0, 0);
    }

    /// An IPv6 endpoint; scope is an interface index for link-local addresses, else 0.
    public static Endpoint v6(long hi, long lo, int port, int scope) {
        return new Endpoint(true, hi, lo, port, scope, 0, 0, 0);
    }

    /// An endpoint of all fields, for a receive loop.
    ///
    /// @param localInterface interface index, 0 when no local address is known
    public static Endpoint of(
            boolean v6, long hi, long lo, int port, int scope, long localHi, long localLo, int localInterface) {
        return new Endpoint(v6, hi, lo, port, scope, localHi, localLo, localInterface);
    }

    /// From a resolved socket address; [InetAddress] has turned an IPv4-mapped IPv6 address into IPv4 already.
    ///
    /// @throws IllegalArgumentException when it is not resolved
    public static Endpoint of(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        if (ip instanceof Inet4Address) {
            return v4(ByteBuffer.wrap(ip.getAddress()).getInt(), address.getPort());
        }
        if (ip instanceof Inet6Address six) {
            ByteBuffer bytes = ByteBuffer.wrap(six.getAddress());
            return v6(bytes.getLong(), bytes.getLong(), address.getPort(), six.getScopeId());
        }
        throw new IllegalArgumentException(address + " is not resolved");
    }

    /// The same remote, with this local address (IPv4 in the low 32 bits of `localLo`) and interface index.
    public Endpoint withLocal(long localHi, long localLo, int localInterface) {
        return new Endpoint(v6, hi, lo, port, scope, localHi, localLo, localInterface);
    }

    /// The same remote, without a local address.
    public Endpoint withoutLocal() {
        return hasLocal() ? new Endpoint(v6, hi, lo, port, scope, 0, 0, 0) : this;
    }

    public boolean v6() {
        return v6;
    }

    /// The first 8 bytes of an IPv6 address; 0 for IPv4.
    public long hi() {
        return hi;
    }

    /// The last 8 bytes of an IPv6 address; an IPv4 address in the low 32 bits.
    public long lo() {
        return lo;
    }

    public int port() {
        return port;
    }

    /// Interface index of a link-local remote; 0 otherwise.
    public int scope() {
        return scope;
    }

    public boolean hasLocal() {
        return localInterface != 0 || localLo != 0 || localHi != 0;
    }

    public long localHi() {
        return localHi;
    }

    public long localLo() {
        return localLo;
    }

    /// Index of the interface that its datagrams arrived on; 0 when not known.
    public int localInterface() {
        return localInterface;
    }

    /// Whether address, port and scope are the same, whatever the local address.
    public boolean sameRemote(Endpoint other) {
        return lo == other.lo && hi == other.hi && port == other.port && scope == other.scope && v6 == other.v6;
    }

    /// Whether all fields have these values, so that a receive loop need not make a new one.
    public boolean is(
            boolean v6, long hi, long lo, int port, int scope, long localHi, long localLo, int localInterface) {
        return this.lo == lo
                && this.port == port
                && this.hi == hi
                && this.localLo == localLo
                && this.localHi == localHi
                && this.localInterface == localInterface
                && this.scope == scope
                && this.v6 == v6;
    }

    /// The address in network order, 4 or 16 bytes.
    public byte[] addressBytes() {
        return bytes(hi, lo);
    }

    /// The local address in network order, 4 or 16 bytes; all zero when it is not known.
    public byte[] localBytes() {
        return bytes(localHi, localLo);
    }

    private byte[] bytes(long high, long low) {
        return v6
                ? ByteBuffer.allocate(16).putLong(high).putLong(low).array()
                : ByteBuffer.allocate(4).putInt((int) low).array();
    }

    public InetSocketAddress toSocketAddress() {
        try {
            InetAddress ip = v6
                    ? Inet6Address.getByAddress(null, addressBytes(), scope == 0 ? -1 : scope)
                    : InetAddress.getByAddress(addressBytes());
            return new InetSocketAddress(ip, port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // only for a wrong length
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Endpoint e && e.is(v6, hi, lo, port, scope, localHi, localLo, localInterface);
    }

    @Override
    public int hashCode() {
        long mixed = (hi * 31 + lo) * 0x9E3779B97F4A7C15L + port * 31L + scope;
        mixed = mixed * 0x9E3779B97F4A7C15L + localHi * 31 + localLo + localInterface;
        return (int) (mixed ^ (mixed >>> 32)) * 2 + (v6 ? 1 : 0);
    }

    /// As `wg` prints it: `1.2.3.4:51820`, `[::1]:51820`, `[fe80::1%eth0]:51820`.
    @Override
    public String toString() {
        var text = new StringBuilder(48);
        if (v6) {
            appendV6(text.append('['));
            if (scope != 0) {
                text.append('%').append(scopeName(scope));
            }
            text.append(']');
        } else {
            int address = (int) lo;
            text.append(address >>> 24).append('.').append(address >>> 16 & 255).append('.');
            text.append(address >>> 8 & 255).append('.').append(address & 255);
        }
        return text.append(':').append(port).toString();
    }

    /// RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`.
    private void appendV6(StringBuilder text) {
        int best = 8;
        int bestEnd = 8;
        for (int i = 0, end; i < 8; i = end + 1) {
            for (end = i; end < 8 && group(end) == 0; ) {
                end++;
            }
            if (end - i > Math.max(1, bestEnd - best)) {
                best = i;
                bestEnd = end;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == best) {
                text.append("::");
                i = bestEnd;
            } else if (i > 0) {
                text.append(':');
            }
            if (i < 8) {
                text.append(Integer.toHexString(group(i)));
            }
        }
    }

    private int group(int i) {
        return (int) ((i < 4 ? hi : lo) >>> (48 - (i & 3) * 16)) & 0xffff;
    }

    private static String scopeName(int scope) {
        try {
            NetworkInterface found = NetworkInterface.getByIndex(scope);
            return found == null ? Integer.toString(scope) : found.getName();
        } catch (SocketException gone) {
            return Integer.toString(scope);
        }
    }
}
