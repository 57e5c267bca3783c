package dev.warren.routing.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.routing.allowedips.AllowedIps;
import dev.warren.routing.allowedips.AllowedIpsSnapshot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// nothing that is no whole IP packet gets past [IpHeader#validate].
final class IpHeaderTest {
    @Test
    void paddingBehindAPacketIsCutOff() {
        assertEquals(21, validate(Packets.v4("10.0.0.1", "10.0.0.2", 17, 1), 32));
        assertEquals(41, validate(Packets.v6("fd00::1", "fd00::2", 17, 1), 48));
        assertEquals(40, validate(Packets.v6("fd00::1", "fd00::2", 59, 0), 40));
        assertEquals(20, validate(Packets.v4("10.0.0.1", "10.0.0.2", 17, 0), 20));
    }

    @Test
    void wrongLengthsAndVersionsAreRefused() {
        var v4 = Packets.v4("10.0.0.1", "10.0.0.2", 17, 40);
        assertEquals(60, validate(v4, 60));
        assertEquals(-1, validate(v4, 59), "total length behind the end");
        assertEquals(-1, validate(v4, 19));
        assertEquals(-1, validate(v4, 0));
        assertEquals(-1, validate(with(v4, 0, 0x44), 60), "IHL 16");
        assertEquals(-1, validate(with(v4, 0, 0x40), 60), "IHL 0");
        assertEquals(60, validate(with(v4, 0, 0x4f), 60), "40 bytes of options");
        assertEquals(-1, validate(with(with(v4, 0, 0x4f), 3, 59), 60), "total length within the header");
        assertEquals(-1, validate(with(v4, 3, 19), 60), "total length below a header");
        assertEquals(-1, validate(with(v4, 0, 0x65), 39), "too short for IPv6");
        for (int version : new int[] {0, 1, 2, 3, 5, 7, 8, 15}) {
            assertEquals(-1, validate(with(v4, 0, version << 4 | 5), 60));
        }
        var v6 = Packets.v6("fd00::1", "fd00::2", 17, 20);
        assertEquals(60, validate(v6, 60));
        assertEquals(-1, validate(v6, 59));
        assertEquals(-1, validate(with(v6, 4, 0xff), 60));
        assertEquals(40, validate(with(v6, 5, 0), 60), "no payload; jumbograms are not for us");
        assertEquals(-1, validate(v6, 39));
    }

    @Test
    void fieldsAreReadWhereTheyAre() {
        try (var arena = Arena.ofConfined()) {
            var v4 = segment(arena, with(Packets.v4("10.0.0.1", "10.0.0.2", 17, 4), 1, 0xb9), 24);
            assertEquals(4, IpHeader.version(v4, 0));
            assertEquals(20, IpHeader.length(v4, 0));
            assertEquals(24, IpHeader.totalLength(v4, 0));
            assertEquals(17, IpHeader.protocol(v4, 0));
            assertEquals(0xb9, IpHeader.trafficClass(v4, 0));
            assertEquals(1, IpHeader.ecn(v4, 0));
            var v6 = segment(arena, with(with(Packets.v6("fd00::1", "fd00::2", 6, 4), 0, 0x6b), 1, 0x9f), 44);
            assertEquals(6, IpHeader.version(v6, 0));
            assertEquals(40, IpHeader.length(v6, 0));
            assertEquals(44, IpHeader.totalLength(v6, 0));
            assertEquals(6, IpHeader.protocol(v6, 0));
            assertEquals(0xb9, IpHeader.trafficClass(v6, 0));
            assertEquals(1, IpHeader.ecn(v6, 0));
        }
    }

    @Test
    void randomBytesNeverGiveALengthThatIsNotThere() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        int valid = 0;
        try (var arena = Arena.ofConfined()) {
            for (int i = 0; i < 60_000; i++) {
                var bytes = new byte[random.nextInt(100)];
                random.nextBytes(bytes);
                if (bytes.length > 5 && random.nextBoolean()) { // near enough to be right at times
                    bytes[0] = (byte) (random.nextBoolean() ? 0x40 | random.nextInt(16) : 0x60);
                    bytes[2] = 0;
                    bytes[3] = (byte) random.nextInt(128);
                    bytes[4] = 0;
                    bytes[5] = (byte) random.nextInt(100);
                }
                int length = validate(bytes, bytes.length);
                int least = bytes.length == 0 ? 0 : bytes[0] >> 4 == 4 ? 4 * (bytes[0] & 0xf) : 40;
                assertTrue(length == -1 || (length >= least && length <= bytes.length), "seed " + seed);
                if (length >= 0) {
                    valid++;
                    var packet = segment(arena, bytes, length); // nothing behind it
                    AllowedIpsSnapshot.empty().destination(packet, 0);
                    AllowedIpsSnapshot.empty().source(packet, 0);
                    IpHeader.protocol(packet, 0);
                    IpHeader.ecn(packet, 0);
                }
            }
        }
        assertTrue(valid > 500, "the fuzz never hits, seed " + seed);
    }

    @Test
    void aPacketFindsItsOwnersBySourceAndDestination() {
        var table = new AllowedIps<String>();
        table.insert(IpPrefix.parse("10.0.0.0/24"), "four");
        table.insert(IpPrefix.parse("fd00::/64"), "six");
        table.insert(IpPrefix.parse("fd00:1::/64"), "other six");
        var routes = table.snapshot();
        try (var arena = Arena.ofConfined()) {
            var v4 = segment(arena, Packets.v4("10.0.0.1", "10.0.1.1", 17, 0), 20);
            assertEquals("four", routes.source(v4, 0));
            assertEquals(null, routes.destination(v4, 0));
            var v6 = segment(arena, Packets.v6("fd00:1::1", "fd00::1", 17, 0), 40);
            assertEquals("other six", routes.source(v6, 0));
            assertEquals("six", routes.destination(v6, 0));
        }
    }

    private static byte[] with(byte[] packet, int at, int value) {
        var changed = packet.clone();
        changed[at] = (byte) value;
        return changed;
    }

    /// In a segment that ends where the packet does: reading behind it throws.
    private static int validate(byte[] packet, int available) {
        try (var arena = Arena.ofConfined()) {
            return IpHeader.validate(segment(arena, packet, available), 0, available);
        }
    }

    private static MemorySegment segment(Arena arena, byte[] bytes, int length) {
        var segment = arena.allocate(length);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, Math.min(length, bytes.length));
        return segment;
    }
}
