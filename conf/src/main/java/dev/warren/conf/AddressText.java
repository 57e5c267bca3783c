package dev.warren.conf;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads addresses, prefixes and endpoints from ASCII bytes, with the strictness of Go's `net/netip`, which is what
/// wireguard-go accepts: no leading zeros in IPv4, brackets around IPv6 endpoints, a prefix always has a length.
/// Not thread-safe: the last address read lies in the fields.
public final class AddressText {
    private boolean v6;
    private long hi;
    private long lo;
    private int zone; // where the zone begins, 0 when there is none

    /// The prefix in `text[from, to)`, host bits masked away; null when it is none.
    @Nullable
    public IpPrefix prefix(byte[] text, int from, int to) {
        int slash = lastIndexOf(text, from, to, '/');
        if (slash < 0 || !address(text, from, slash) || zone != 0) {
            return null;
        }
        int digits = to - slash - 1;
        if (digits < 1 || digits > 3 || (digits > 1 && text[slash + 1] == '0')) {
            return null;
        }
        long bits = number(text, slash + 1, to, v6 ? 128 : 32);
        return bits < 0 ? null : masked((int) bits);
    }

    /// Whether the address that was read last has bits beyond this prefix, which was read with it.
    boolean hasHostBits(IpPrefix prefix) {
        return !prefix.address().equals(new IpAddress(v6 ? IpFamily.V6 : IpFamily.V4, hi, lo));
    }

    /// A prefix, or a bare address as the prefix that holds just it; null when it is neither.
    @Nullable
    IpPrefix prefixOrHost(byte[] text) {
        if (lastIndexOf(text, 0, text.length, '/') >= 0) {
            return prefix(text, 0, text.length);
        }
        return address(text, 0, text.length) && zone == 0 ? masked(v6 ? 128 : 32) : null;
    }

    /// An address and the length of its network, host bits kept; without length it is /32 or /128. Null when it
    /// is none.
    @Nullable
    InterfaceAddress interfaceAddress(byte[] text) {
        var network = prefixOrHost(text);
        return network == null
                ? null
                : new InterfaceAddress(new IpAddress(v6 ? IpFamily.V6 : IpFamily.V4, hi, lo), network.bits());
    }

    /// `1.2.3.4:51820` or `[fe80::1%eth0]:51820`; null when it is none, or its zone names no interface here.
    @Nullable
    public InetSocketAddress endpoint(byte[] text, int from, int to) {
        int colon = lastIndexOf(text, from, to, ':');
        if (colon <= from) {
            return null;
        }
        long port = number(text, colon + 1, to, 0xffff);
        boolean brackets = text[from] == '[';
        if (port < 0 || (brackets && (colon - from < 3 || text[colon - 1] != ']'))) {
            return null;
        }
        boolean right = brackets ? address(text, from + 1, colon - 1) && v6 : address(text, from, colon) && !v6;
        if (!right) {
            return null;
        }
        var address = inetAddress(text, brackets ? colon - 1 : colon);
        return address == null ? null : new InetSocketAddress(address, (int) port);
    }

    /// A bare address, perhaps with a zone; null when it is none.
    @Nullable
    InetAddress literal(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return address(bytes, 0, bytes.length) ? inetAddress(bytes, bytes.length) : null;
    }

    /// `end`: where the address ends, zone included.
    private @Nullable InetAddress inetAddress(byte[] text, int end) {
        var bytes = bytes();
        try {
            if (zone == 0) {
                return InetAddress.getByAddress(bytes);
            }
            int scope = scope(text, zone, end);
            return scope < 0 ? null : Inet6Address.getByAddress(null, bytes, scope);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // only for a wrong length
        }
    }

    private static int scope(byte[] text, int from, int to) {
        long index = number(text, from, to, Integer.MAX_VALUE);
        if (index >= 0) {
            return (int) index;
        }
        try {
            var device = NetworkInterface.getByName(new String(text, from, to - from, StandardCharsets.UTF_8));
            return device == null ? -1 : device.getIndex();
        } catch (SocketException e) {
            return -1;
        }
    }

    /// 16 or 4 bytes in network order.
    private byte[] bytes() {
        var bytes = new byte[v6 ? 16 : 4];
        for (int i = 0; i < bytes.length; i++) {
            int shift = (bytes.length - 1 - i) * 8;
            bytes[i] = (byte) (shift >= 64 ? hi >>> (shift - 64) : lo >>> shift);
        }
        return bytes;
    }

    private IpPrefix masked(int bits) {
        if (!v6) {
            return new IpPrefix(IpFamily.V4, 0, bits == 0 ? 0 : lo & (-1L << (32 - bits)) & 0xffff_ffffL, bits);
        }
        long high = bits == 0 ? 0 : bits >= 64 ? hi : hi & (-1L << (64 - bits));
        long low = bits <= 64 ? 0 : lo & (-1L << (128 - bits));
        return new IpPrefix(IpFamily.V6, high, low, bits);
    }

    private boolean address(byte[] text, int from, int to) {
        zone = 0;
        for (int i = from; i < to; i++) {
            switch (text[i]) {
                case '.' -> {
                    v6 = false;
                    hi = 0;
                    lo = dotted(text, from, to);
                    return lo >= 0;
                }
                case ':' -> {
                    v6 = true;
                    return colons(text, from, to);
                }
                case '%' -> {
                    return false;
                }
                default -> {}
            }
        }
        return false;
    }

    /// Four decimal fields without leading zeros, or -1.
    private static long dotted(byte[] text, int from, int to) {
        long value = 0;
        int field = 0;
        int digits = 0;
        int fields = 1;
        for (int i = from; i < to; i++) {
            int c = text[i];
            if (c >= '0' && c <= '9') {
                if (digits > 0 && field == 0) {
                    return -1;
                }
                field = field * 10 + c - '0';
                digits++;
                if (field > 255) {
                    return -1;
                }
            } else if (c == '.' && digits > 0 && fields < 4) {
                value = value << 8 | field;
                field = 0;
                digits = 0;
                fields++;
            } else {
                return -1;
            }
        }
        return fields == 4 && digits > 0 ? value << 8 | field : -1;
    }

    private boolean colons(byte[] text, int from, int end) {
        int to = end;
        for (int i = from; i < end; i++) {
            if (text[i] == '%') {
                zone = i + 1;
                to = i;
                break;
            }
        }
        if (zone == end) {
            return false;
        }
        long[] halves = new long[2];
        int gap = -1; // the group before which "::" stands
        int groups = 0;
        int at = from;
        if (to - at >= 2 && text[at] == ':' && text[at + 1] == ':') {
            gap = 0;
            at += 2;
        }
        while (groups < 8 && at < to) {
            int start = at;
            int group = 0;
            for (int digit; at < to && (digit = Character.digit(text[at], 16)) >= 0; at++) {
                group = group << 4 | digit;
                if (at - start > 3) {
                    return false;
                }
            }
            if (at == start) {
                return false;
            }
            if (at < to && text[at] == '.') {
                long tail = dotted(text, start, to);
                if (tail < 0 || groups > 6 || (gap < 0 && groups != 6)) {
                    return false;
                }
                place(halves, groups++, (int) (tail >>> 16));
                place(halves, groups++, (int) tail & 0xffff);
                at = to;
                break;
            }
            place(halves, groups++, group);
            if (at == to) {
                break;
            }
            if (text[at++] != ':' || at == to) {
                return false;
            }
            if (text[at] == ':') {
                if (gap >= 0) {
                    return false;
                }
                gap = groups;
                at++;
            }
        }
        if (at != to || (gap < 0 ? groups != 8 : groups == 8)) {
            return false;
        }
        hi = halves[0];
        lo = halves[1];
        if (gap >= 0) {
            spread(gap, groups);
        }
        return true;
    }

    private static void place(long[] halves, int group, int value) {
        halves[group >> 2] |= (long) value << (48 - 16 * (group & 3));
    }

    private int group(int index) {
        return (int) ((index < 4 ? hi : lo) >>> (48 - 16 * (index & 3))) & 0xffff;
    }

    /// Moves the groups behind the gap to the end.
    private void spread(int gap, int groups) {
        long[] halves = new long[2];
        for (int i = 0; i < groups; i++) {
            place(halves, i < gap ? i : i + 8 - groups, group(i));
        }
        hi = halves[0];
        lo = halves[1];
    }

    /// Decimal digits only, at least one; -1 when it is not a number or above `max`.
    public static long number(byte[] text, int from, int to, long max) {
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
            if (value > max) {
                return -1;
            }
        }
        return from < to ? value : -1;
    }

    private static int lastIndexOf(byte[] text, int from, int to, int wanted) {
        int i = to - 1;
        while (i >= from && text[i] != wanted) {
            i--;
        }
        return i < from ? -1 : i;
    }
}
