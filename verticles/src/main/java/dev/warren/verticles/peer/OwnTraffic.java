package dev.warren.verticles.peer;

import dev.warren.crypto.peer.Peer;
import dev.warren.io.Endpoint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfLong;
import java.lang.foreign.ValueLayout.OfShort;
import java.nio.ByteOrder;

/// Recognises our own datagrams to a peer when they come back through the TUN because a route sends the peer's endpoint
/// into the tunnel. Sealing them again would loop for ever. They are told by the index they carry and not by
/// addresses: others may talk to the same endpoint from the same port, and a route that changes gives ours a source
/// that nobody foresaw.
final class OwnTraffic {
    private static final OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int UDP = 17;
    private static final int UDP_HEADER = 8;

    private OwnTraffic() {}

    /// Is this IP packet UDP to this endpoint, with a message that the peer was sent?
    static boolean isLoop(MemorySegment packet, long at, int length, Endpoint endpoint, Peer peer) {
        int version = packet.get(ValueLayout.JAVA_BYTE, at) >> 4;
        if (version == 4) {
            if (endpoint.v6() || length < 28 || packet.get(ValueLayout.JAVA_BYTE, at + 9) != UDP) return false;
            int header = (packet.get(ValueLayout.JAVA_BYTE, at) & 15) * 4;
            return packet.get(U32, at + 16) == (int) endpoint.lo()
                    && isOurs(packet, at + header, length - header, endpoint, peer);
        }
        if (version == 6) {
            if (!endpoint.v6() || length < 48 || packet.get(ValueLayout.JAVA_BYTE, at + 6) != UDP) return false;
            return packet.get(U64, at + 24) == endpoint.hi()
                    && packet.get(U64, at + 32) == endpoint.lo()
                    && isOurs(packet, at + 40, length - 40, endpoint, peer);
        }
        return false;
    }

    private static boolean isOurs(MemorySegment packet, long udp, int length, Endpoint endpoint, Peer peer) {
        return length > UDP_HEADER
                && (packet.get(U16, udp + 2) & 0xffff) == endpoint.port()
                && peer.isOurs(packet, udp + UDP_HEADER, length - UDP_HEADER);
    }
}
