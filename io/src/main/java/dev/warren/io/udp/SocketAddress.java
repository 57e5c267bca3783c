package dev.warren.io.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.Endpoint;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// `struct sockaddr_in`, ip(7): `family(2) port(2) address(4) 0(8)`, and `struct sockaddr_in6`, ipv6(7):
/// `family(2) port(2) flowinfo(4) address(16) scope(4)`. Family and scope in native order, port and address in network
/// order.
final class SocketAddress {
    static final int V4_SIZE = 16;
    static final int V6_SIZE = 28;
    /// Bytes from one to the next in an array of either.
    static final int STRIDE = 32;

    static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private SocketAddress() {}

    /// The wildcard address of a family. Returns its size.
    static int any(MemorySegment to, boolean v6, int port) {
        to.asSlice(0, V6_SIZE).fill((byte) 0);
        to.set(JAVA_SHORT, 0, (short) (v6 ? Libc.AF_INET6 : Libc.AF_INET));
        to.set(PORT, 2, (short) port);
        return v6 ? V6_SIZE : V4_SIZE;
    }

    /// Returns the size.
    static int write(MemorySegment to, long at, Endpoint endpoint) {
        to.set(PORT, at + 2, (short) endpoint.port());
        if (endpoint.v6()) {
            to.set(JAVA_SHORT, at, (short) Libc.AF_INET6);
            to.set(JAVA_INT, at + 4, 0);
            to.set(U64, at + 8, endpoint.hi());
            to.set(U64, at + 16, endpoint.lo());
            to.set(JAVA_INT, at + 24, endpoint.scope());
            return V6_SIZE;
        }
        to.set(JAVA_SHORT, at, (short) Libc.AF_INET);
        to.set(U32, at + 4, (int) endpoint.lo());
        to.set(U64, at + 8, 0);
        return V4_SIZE;
    }

    static int port(MemorySegment from, long at) {
        return from.get(PORT, at + 2) & 0xffff;
    }
}
