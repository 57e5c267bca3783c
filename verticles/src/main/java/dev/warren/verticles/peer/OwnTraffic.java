package dev.warren.verticles.peer;

import dev.warren.crypto.peer.Peer;
import dev.warren.io.Endpoint;
import dev.warren.routing.ip.IpFields;
import dev.warren.routing.ip.IpHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.foreign.ValueLayout.OfLong;
import java.nio.ByteOrder;

/// Recognises our own datagrams to a peer when they come back through the TUN because a route sends the peer's endpoint
/// into the tunnel. Sealing them again would loop for ever. They are told by the index they carry and not by
/// addresses: others may talk to the same endpoint from the same port, and a route that changes gives ours a source
/// that nobody foresaw.
final class OwnTraffic {
    private static final OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int DESTINATION_PORT = 2;

    private OwnTraffic() {}

    /// Is this IP packet UDP to this endpoint, with a message that the peer was sent?
    static boolean isLoop(MemorySegment packet, long at, int length, Endpoint endpoint, Peer peer) {
        int version = IpHeader.version(packet, at);
        if (version == 4) {
            if (endpoint.v6() || length < IpFields.V4_HEADER + IpFields.UDP_HEADER) return false;
            if (IpHeader.protocol(packet, at) != IpFields.UDP) return false;
            int header = IpHeader.length(packet, at);
            return IpFields.u32(packet, at + IpFields.V4_DESTINATION) == (int) endpoint.lo()
                    && isOurs(packet, at + header, length - header, endpoint, peer);
        }
        if (version == 6) {
            if (!endpoint.v6() || length < IpFields.V6_HEADER + IpFields.UDP_HEADER) return false;
            if (IpHeader.protocol(packet, at) != IpFields.UDP) return false;
            return packet.get(U64, at + IpFields.V6_DESTINATION) == endpoint.hi()
                    && packet.get(U64, at + IpFields.V6_DESTINATION + Long.BYTES) == endpoint.lo()
                    && isOurs(packet, at + IpFields.V6_HEADER, length - IpFields.V6_HEADER, endpoint, peer);
        }
        return false;
    }

    private static boolean isOurs(MemorySegment packet, long udp, int length, Endpoint endpoint, Peer peer) {
        return length > IpFields.UDP_HEADER
                && IpFields.u16(packet, udp + DESTINATION_PORT) == endpoint.port()
                && peer.isOurs(packet, udp + IpFields.UDP_HEADER, length - IpFields.UDP_HEADER);
    }
}
