package dev.warren.io.udp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.Endpoint;
import java.lang.foreign.MemorySegment;

/// Ancillary data, cmsg(3): `length(8) level(4) type(4) data`, each padded to 8 bytes. The fields have the
/// values of the last [#read].
final class ControlMessages {
    /// Bytes of control data of one message, the largest that is sent: PKTINFO of IPv6 (40), a traffic class (24), a
    /// size (24).
    static final int SIZE = 96;
    /// Bytes of control data of one message on receive: more than the options that are set need.
    static final int RECEIVE_SIZE = 128;

    static final int IPPROTO_IP = 0;
    static final int IPPROTO_IPV6 = 41;
    static final int SOL_SOCKET = 1;
    static final int SOL_UDP = 17;
    static final int IP_TOS = 1;
    static final int SO_RXQ_OVFL = 40;
    static final int IP_PKTINFO = 8;
    static final int IP_MTU_DISCOVER = 10;
    static final int IP_RECVTOS = 13;
    static final int IPV6_MTU_DISCOVER = 23;
    static final int IPV6_RECVPKTINFO = 49;
    static final int IPV6_PKTINFO = 50;
    static final int IPV6_RECVTCLASS = 66;
    static final int IPV6_TCLASS = 67;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;

    private static final int HEADER = 16;

    /// Bytes of a segment of the received message; 0 when it is a single datagram.
    int segment;
    /// DSCP and ECN of the received message.
    int trafficClass;

    long localHi;
    long localLo;
    int localInterface;
    /// Datagrams dropped for a full receive buffer since the socket was opened, modulo 2^32; 0 when there were none.
    int overflow;

    /// Reads `length` bytes that the kernel wrote, and nothing beyond them, whatever the lengths inside.
    void read(MemorySegment control, long at, int length) {
        segment = 0;
        trafficClass = 0;
        localHi = 0;
        localLo = 0;
        localInterface = 0;
        overflow = 0;
        long end = at + length;
        while (at + HEADER <= end) {
            long size = control.get(JAVA_LONG, at);
            if (size < HEADER || size > end - at) return;
            int level = control.get(JAVA_INT, at + 8);
            int type = control.get(JAVA_INT, at + 12);
            long data = at + HEADER;
            long have = size - HEADER;
            if (level == SOL_UDP && type == UDP_GRO && have >= 4) {
                segment = control.get(JAVA_INT, data); // an int, not the u16 of UDP_SEGMENT
            } else if (level == IPPROTO_IP && type == IP_PKTINFO && have >= 12) {
                localInterface = control.get(JAVA_INT, data);
                localLo = Integer.toUnsignedLong(control.get(SocketAddress.U32, data + 4));
            } else if (level == IPPROTO_IPV6 && type == IPV6_PKTINFO && have >= 20) {
                localHi = control.get(SocketAddress.U64, data);
                localLo = control.get(SocketAddress.U64, data + 8);
                localInterface = control.get(JAVA_INT, data + 16);
            } else if (level == IPPROTO_IP && type == IP_TOS && have >= 1) {
                trafficClass = control.get(JAVA_BYTE, data) & 0xff;
            } else if (level == IPPROTO_IPV6 && type == IPV6_TCLASS && have >= 4) {
                trafficClass = control.get(JAVA_INT, data) & 0xff;
            } else if (level == SOL_SOCKET && type == SO_RXQ_OVFL && have >= 4) {
                overflow = control.get(JAVA_INT, data);
            }
            at += (size + 7) & -8;
        }
    }

    /// Writes the source address (PKTINFO). Only a link-local one names its interface: for others routing
    /// chooses it, as in send4 and send6 of the kernel's WireGuard. Returns the bytes written.
    static int writeSource(MemorySegment control, long at, Endpoint endpoint) {
        if (endpoint.v6()) {
            boolean linkLocal = (endpoint.localHi() >>> 54) == (0xfe80 >>> 6);
            header(control, at, 20, IPPROTO_IPV6, IPV6_PKTINFO);
            control.set(SocketAddress.U64, at + 16, endpoint.localHi());
            control.set(SocketAddress.U64, at + 24, endpoint.localLo());
            control.set(JAVA_INT, at + 32, linkLocal ? endpoint.localInterface() : 0);
            return 40;
        }
        header(control, at, 12, IPPROTO_IP, IP_PKTINFO);
        control.set(JAVA_INT, at + 16, 0);
        control.set(SocketAddress.U32, at + 20, (int) endpoint.localLo());
        control.set(JAVA_INT, at + 24, 0);
        return 32;
    }

    /// Writes UDP_SEGMENT: the kernel cuts the message into datagrams of `segment` bytes. Returns the bytes written.
    static int writeSegment(MemorySegment control, long at, int segment) {
        header(control, at, 2, SOL_UDP, UDP_SEGMENT);
        control.set(JAVA_SHORT, at + 16, (short) segment);
        return 24;
    }

    /// Writes DSCP and ECN of the packets. Returns the bytes written.
    static int writeTrafficClass(MemorySegment control, long at, boolean v6, int trafficClass) {
        header(control, at, 4, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS);
        control.set(JAVA_INT, at + 16, trafficClass);
        return 24;
    }

    private static void header(MemorySegment control, long at, int length, int level, int type) {
        control.set(JAVA_LONG, at, HEADER + length);
        control.set(JAVA_INT, at + 8, level);
        control.set(JAVA_INT, at + 12, type);
    }
}
