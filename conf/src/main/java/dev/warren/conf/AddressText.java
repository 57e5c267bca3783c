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

/// Reads prefixes, endpoints and addresses with a zone from ASCII bytes, as wireguard-go does. The address itself is
/// [IpAddress]'s to read, with the strictness of Go's `net/netip`: no leading zeros in IPv4. What `net/netip` says of
/// the rest is here: brackets around IPv6 endpoints, a zone only behind IPv6, a prefix always with a length and without
/// a zone. Not thread-safe: the fields hold the address that was read last.
public final class AddressText {
    private final Ascii ascii = new Ascii();
    private @Nullable IpAddress address;
    private int zone; // index of its first byte in the text, 0 when there is none

    /// The prefix in `text[from, to)`, host bits masked away; null when it is none.
    @Nullable
    public IpPrefix prefix(byte[] text, int from, int to) {
        int slash = lastIndexOf(text, from, to, '/');
        if (slash < 0) {
            return null;
        }
        var network = address(text, from, slash);
        if (network == null || zone != 0) {
            return null;
        }
        int digits = to - slash - 1;
        if (digits < 1 || digits > 3 || (digits > 1 && text[slash + 1] == '0')) {
            return null;
        }
        long bits = number(text, slash + 1, to, network.family().bits());
        return bits < 0 ? null : IpPrefix.of(network, (int) bits);
    }

    /// Whether the address that was read last has bits beyond this prefix, which was read with it.
    boolean hasHostBits(IpPrefix prefix) {
        return !prefix.address().equals(address);
    }

    /// A prefix, or a bare address as the prefix that holds just it; null when it is neither.
    @Nullable
    IpPrefix prefixOrHost(byte[] text) {
        if (lastIndexOf(text, 0, text.length, '/') >= 0) {
            return prefix(text, 0, text.length);
        }
        var host = address(text, 0, text.length);
        return host == null || zone != 0
                ? null
                : IpPrefix.of(host, host.family().bits());
    }

    /// An address and the length of its network, host bits kept; without a length it is /32 or /128. Null when it is
    /// none.
    @Nullable
    InterfaceAddress interfaceAddress(byte[] text) {
        var network = prefixOrHost(text);
        var host = address;
        return network == null || host == null ? null : new InterfaceAddress(host, network.bits());
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
        int end = brackets ? colon - 1 : colon;
        var host = address(text, brackets ? from + 1 : from, end);
        if (host == null || brackets != (host.family() == IpFamily.V6)) {
            return null;
        }
        var remote = inetAddress(host, text, end);
        return remote == null ? null : new InetSocketAddress(remote, (int) port);
    }

    /// A bare address, perhaps with a zone; null when it is none, or its zone names no interface here.
    @Nullable
    InetAddress literal(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var host = address(bytes, 0, bytes.length);
        return host == null ? null : inetAddress(host, bytes, bytes.length);
    }

    /// @param end where the address ends in the text, zone included
    private @Nullable InetAddress inetAddress(IpAddress host, byte[] text, int end) {
        try {
            if (zone == 0) {
                return InetAddress.getByAddress(host.bytes());
            }
            int scope = scope(text, zone, end);
            return scope < 0 ? null : Inet6Address.getByAddress(null, host.bytes(), scope);
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

    /// Reads the address in `text[from, to)` into [#address], and where its zone begins into [#zone].
    private @Nullable IpAddress address(byte[] text, int from, int to) {
        zone = 0;
        address = null;
        int end = to;
        boolean v6 = false;
        for (int i = from; i < to && zone == 0; i++) {
            if (text[i] == ':') {
                v6 = true;
            } else if (text[i] == '%') {
                zone = i + 1;
                end = i;
            }
        }
        if (zone == 0 || (v6 && zone < to)) {
            address = IpAddress.parseOrNull(ascii.of(text, from, end));
        }
        return address;
    }

    /// A range of the bytes as characters, so that reading an address makes no copy of its text.
    private static final class Ascii implements CharSequence {
        private byte[] text = {};
        private int from;
        private int to;

        Ascii of(byte[] text, int from, int to) {
            this.text = text;
            this.from = from;
            this.to = to;
            return this;
        }

        @Override
        public int length() {
            return to - from;
        }

        @Override
        public char charAt(int index) {
            return (char) (text[from + index] & 0xff);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Ascii().of(text, from + start, from + end);
        }

        @Override
        public String toString() {
            return new String(text, from, to - from, StandardCharsets.ISO_8859_1);
        }
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
