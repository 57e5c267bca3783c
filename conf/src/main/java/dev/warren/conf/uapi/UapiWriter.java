package dev.warren.conf.uapi;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.PeerStatus;
import dev.warren.routing.ip.IpFamily;
import dev.warren.routing.ip.IpPrefix;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes the answer to `get` piece by piece, byte for byte as wireguard-go prints it, ending with `errno=0` and an
/// empty line.
///
/// ```java
/// var writer = new UapiWriter(status);
/// byte[] chunk = new byte[UapiWriter.CHUNK];
/// for (int n; (n = writer.write(chunk)) > 0; ) { ... send n bytes; wait until they are gone; wipe them ... }
/// status.close();
/// ```
public final class UapiWriter {
    /// A good size for a chunk, bytes.
    public static final int CHUNK = 64 * 1024;

    /// More than any one step writes.
    private static final int ROOM = 1024;

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_KEY = new byte[32];

    private final DeviceStatus status;
    private final byte[] secret = new byte[32];
    private int peer = -1; // next to write; -1: the device itself
    private int allowedIp; // next to write of the peer before
    private boolean done;
    private byte[] out = NO_KEY;
    private int at;

    /// The caller owns the status, and must not change or close it before the last chunk.
    public UapiWriter(DeviceStatus status) {
        this.status = status;
    }

    /// Fills the chunk with whole lines. The bytes hold secrets: wipe them after sending.
    ///
    /// @param chunk at least 1024 bytes
    /// @return bytes written, 0 when the answer is complete
    public int write(byte[] chunk) {
        if (chunk.length < ROOM) {
            throw new IllegalArgumentException("a chunk of " + chunk.length + " bytes is smaller than " + ROOM);
        }
        out = chunk;
        at = 0;
        while (!done && chunk.length - at >= ROOM) {
            step();
        }
        out = NO_KEY;
        return at;
    }

    /// The answer to `set`, and to a `get` that failed: `errno=N` and an empty line.
    ///
    /// @param errno 0 or a negative errno
    public static byte[] status(int errno) {
        return ("errno=" + errno + "\n\n").getBytes(StandardCharsets.US_ASCII);
    }

    private void step() {
        if (peer < 0) {
            device();
            peer = 0;
        } else if (peer > 0
                && allowedIp < status.peers().get(peer - 1).allowedIps().size()) {
            prefix(status.peers().get(peer - 1).allowedIps().get(allowedIp++));
        } else if (peer < status.peers().size()) {
            peer(status.peers().get(peer++));
            allowedIp = 0;
        } else {
            text("errno=0\n\n");
            done = true;
        }
    }

    private void device() {
        var key = status.privateKey();
        if (key != null && !key.isZero()) {
            key.copyTo(secret);
            key("private_key=", secret);
        }
        if (status.listenPort() != 0) {
            number("listen_port=", status.listenPort());
        }
        if (status.fwmark() != 0) { // before the peers
            number("fwmark=", Integer.toUnsignedLong(status.fwmark()));
        }
    }

    private void peer(PeerStatus peer) {
        peer.publicKey().copyTo(secret, 0);
        key("public_key=", secret);
        if (peer.presharedKey() != null) {
            peer.presharedKey().copyTo(secret);
        }
        key("preshared_key=", secret); // zeros when there is none
        text("protocol_version=1\n");
        if (peer.endpoint() != null) {
            endpoint(peer.endpoint());
        }
        number("last_handshake_time_sec=", peer.lastHandshakeSeconds());
        number("last_handshake_time_nsec=", peer.lastHandshakeNanos());
        number("tx_bytes=", peer.txBytes());
        number("rx_bytes=", peer.rxBytes());
        number("persistent_keepalive_interval=", peer.persistentKeepalive());
    }

    private void endpoint(InetSocketAddress endpoint) {
        text("endpoint=");
        byte[] bytes = endpoint.getAddress().getAddress();
        long lo = 0;
        long hi = 0;
        for (byte b : bytes) {
            hi = hi << 8 | lo >>> 56;
            lo = lo << 8 | (b & 0xff);
        }
        if (endpoint.getAddress() instanceof Inet6Address v6) {
            out[at++] = '[';
            address6(hi, lo);
            if (v6.getScopeId() != 0) {
                text("%" + zone(v6.getScopeId()));
            }
            out[at++] = ']';
        } else {
            address4(lo);
        }
        out[at++] = ':';
        decimal(endpoint.getPort());
        out[at++] = '\n';
    }

    private static String zone(int scope) {
        try {
            var device = NetworkInterface.getByIndex(scope);
            return device == null ? Integer.toString(scope) : device.getName();
        } catch (SocketException e) {
            return Integer.toString(scope);
        }
    }

    private void prefix(IpPrefix prefix) {
        text("allowed_ip=");
        if (prefix.family() == IpFamily.V4) {
            address4(prefix.lo());
        } else {
            address6(prefix.hi(), prefix.lo());
        }
        out[at++] = '/';
        decimal(prefix.bits());
        out[at++] = '\n';
    }

    private void address4(long address) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            decimal(address >>> shift & 0xff);
            if (shift > 0) {
                out[at++] = '.';
            }
        }
    }

    /// RFC 5952: the first longest run of two or more zero groups becomes `::`; IPv4-mapped addresses end dotted.
    private void address6(long hi, long lo) {
        if (hi == 0 && lo >>> 32 == 0xffff) {
            text("::ffff:");
            address4(lo & 0xffff_ffffL);
            return;
        }
        int start = -1;
        int longest = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && group(hi, lo, i + run) == 0) {
                run++;
            }
            if (run > longest) {
                start = i;
                longest = run;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                out[at++] = ':';
                out[at++] = ':';
                i += longest - 1;
                continue;
            }
            if (i > 0 && out[at - 1] != ':') {
                out[at++] = ':';
            }
            int group = group(hi, lo, i);
            boolean begun = false;
            for (int shift = 12; shift >= 0; shift -= 4) {
                int digit = group >>> shift & 15;
                begun |= digit != 0 || shift == 0;
                if (begun) {
                    out[at++] = DIGITS[digit];
                }
            }
        }
    }

    private static int group(long hi, long lo, int index) {
        return (int) ((index < 4 ? hi : lo) >>> (48 - 16 * (index & 3))) & 0xffff;
    }

    /// Writes the key and wipes its array.
    private void key(String name, byte[] key) {
        text(name);
        for (byte b : key) {
            out[at++] = DIGITS[b >> 4 & 15];
            out[at++] = DIGITS[b & 15];
        }
        out[at++] = '\n';
        Arrays.fill(key, (byte) 0);
    }

    private void number(String name, long value) {
        text(name);
        decimal(value);
        out[at++] = '\n';
    }

    /// Unsigned.
    private void decimal(long value) {
        if (value < 0) {
            text(Long.toUnsignedString(value));
            return;
        }
        int digits = 1;
        for (long rest = value; rest > 9; rest /= 10) {
            digits++;
        }
        long rest = value;
        for (int i = digits - 1; i >= 0; i--) {
            out[at + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        at += digits;
    }

    private void text(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            out[at++] = (byte) ascii.charAt(i);
        }
    }
}
