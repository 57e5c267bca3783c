package dev.warren.routing.ip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout.OfShort;

/// Explicit congestion notification through a tunnel (RFC 6040): propagates congestion marks of the outer
/// packet to the inner one. On encapsulation the inner field is copied to the outer header (§4.1, normal
/// mode), which needs no code here.
public final class Ecn {
    /// The sender does not support ECN (RFC 3168 §5).
    public static final int NOT_ECT = 0;

    /// ECN-capable transport (RFC 3168 §5).
    public static final int ECT_1 = 1;
    public static final int ECT_0 = 2;
    /// Congestion experienced (RFC 3168 §5).
    public static final int CE = 3;

    private static final int V4_CHECKSUM = 10;
    private static final OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);

    private Ecn() {}

    /// Sets the ECN field of a packet that leaves the tunnel (RFC 6040 §4.2, figure 4), and corrects the
    /// IPv4 checksum.
    ///
    /// @param packet has passed [IpHeader#validate]
    /// @param outer ECN field of the outer header, 0 to 3
    /// @return false when the packet must be dropped: the only way to report congestion to a sender without
    /// ECN
    public static boolean decapsulate(MemorySegment packet, long at, int outer) {
        int inner = IpHeader.ecn(packet, at);
        if (outer == CE) {
            if (inner == NOT_ECT) {
                return false;
            }
            if (inner != CE) {
                set(packet, at, CE);
            }
        } else if (outer == ECT_1 && inner == ECT_0) {
            set(packet, at, ECT_1);
        }
        return true;
    }

    private static void set(MemorySegment packet, long at, int ecn) {
        if (IpHeader.version(packet, at)
                == 6) { // version(4) class(8) flow(20): its last two bits are bits 4 and 5 of byte 1
            packet.set(JAVA_BYTE, at + 1, (byte) ((packet.get(JAVA_BYTE, at + 1) & ~0x30) | (ecn << 4)));
            return;
        }
        int before = packet.get(U16, at) & 0xffff;
        int after = (before & ~3) | ecn;
        packet.set(U16, at, (short) after);
        // RFC 1624: HC' = ~(~HC + ~m + m').
        int sum = (~packet.get(U16, at + V4_CHECKSUM) & 0xffff) + (~before & 0xffff) + after;
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        packet.set(U16, at + V4_CHECKSUM, (short) ~sum);
    }
}
