package dev.warren.routing.icmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.routing.ip.IpAddress;
import dev.warren.routing.ip.Packets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IcmpTest {
    private static final int UDP = 17;

    @Test
    void hostUnreachableNamesItsSourceAndQuotesThePacket() {
        var packet = Packets.v4("10.0.0.1", "10.9.9.9", UDP, 100);
        var error = unreachable(packet);
        assertEquals(20 + 8 + 120, error.length);
        assertEquals("10.9.9.9", address(error, 12, 4), "from the destination when no other source is given");
        assertEquals("10.0.0.1", address(error, 16, 4));
        assertEquals(0x45, error[0]);
        assertEquals(1, error[9]);
        assertEquals(3, error[20]);
        assertEquals(1, error[21]);
        assertArrayEquals(packet, Arrays.copyOfRange(error, 28, error.length));
        assertChecksums(error);
    }

    @Test
    void addressUnreachableNamesItsSourceAndQuotesThePacket() {
        var packet = Packets.v6("fd00::1", "fd00:9::9", UDP, 101);
        var error = unreachable(packet);
        assertEquals(40 + 8 + 141, error.length);
        assertEquals("fd00:9::9", address(error, 8, 16));
        assertEquals("fd00::1", address(error, 24, 16));
        assertEquals(58, error[6]);
        assertEquals(1, error[40]);
        assertEquals(3, error[41]);
        assertArrayEquals(packet, Arrays.copyOfRange(error, 48, error.length));
        assertChecksums(error);
    }

    @Test
    void theSourceIsTheOneGivenIfItIsOfTheFamily() {
        var v4 = Packets.v4("10.0.0.1", "10.9.9.9", UDP, 8);
        var v6 = Packets.v6("fd00::1", "fd00:9::9", UDP, 8);
        assertEquals("10.0.0.254", address(unreachable(v4, IpAddress.parse("10.0.0.254")), 12, 4));
        assertEquals("10.9.9.9", address(unreachable(v4, IpAddress.parse("fd00::ff")), 12, 4));
        assertEquals("fd00::ff", address(unreachable(v6, IpAddress.parse("fd00::ff")), 8, 16));
        assertEquals("fd00:9::9", address(unreachable(v6, IpAddress.parse("10.0.0.254")), 8, 16));
        assertChecksums(unreachable(v6, IpAddress.parse("fd00::ff")));
    }

    @Test
    void longPacketsAreQuotedUpTo576And1280BytesInAll() {
        var v4 = unreachable(Packets.v4("10.0.0.1", "10.9.9.9", UDP, 1400));
        assertEquals(576, v4.length);
        assertChecksums(v4);
        var v6 = unreachable(Packets.v6("fd00::1", "fd00:9::9", UDP, 1380));
        assertEquals(1280, v6.length);
        assertChecksums(v6);
        assertEquals(576, unreachable(Packets.v4("10.0.0.1", "10.9.9.9", UDP, 528)).length);
        assertEquals(575, unreachable(Packets.v4("10.0.0.1", "10.9.9.9", UDP, 527)).length);
        assertEquals(1279, unreachable(Packets.v6("fd00::1", "fd00:9::9", UDP, 1191)).length);
    }

    @Test
    void paddingIsNotQuoted() {
        var packet = Packets.v4("10.0.0.1", "10.9.9.9", UDP, 9);
        assertEquals(28 + 29, unreachable(Arrays.copyOf(packet, 32)).length);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 10.9.9.9",
        "127.0.0.1, 10.9.9.9",
        "224.0.0.1, 10.9.9.9",
        "255.255.255.255, 10.9.9.9",
        "240.0.0.1, 10.9.9.9",
        "10.0.0.1, 0.0.0.0",
        "10.0.0.1, 239.255.255.250",
        "10.0.0.1, 255.255.255.255",
        "10.0.0.1, 127.0.0.1",
        "::, fd00::9",
        "::1, fd00::9",
        "ff02::1, fd00::9",
        "fd00::1, ff02::16",
        "fd00::1, ::",
    })
    void thereIsNoErrorAboutWhatIsNotFromOneHostToOneHost(String source, String destination) {
        var packet = source.contains(":")
                ? Packets.v6(source, destination, UDP, 8)
                : Packets.v4(source, destination, UDP, 8);
        assertEquals(0, unreachable(packet).length);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 11, 12, 19, 255})
    void thereIsNoErrorAboutIcmpErrors(int type) {
        var packet = Packets.v4("10.0.0.1", "10.9.9.9", 1, 16);
        packet[20] = (byte) type;
        assertEquals(0, unreachable(packet).length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 13, 14})
    void thereIsAnErrorAboutAnEchoRequest(int type) {
        var packet = Packets.v4("10.0.0.1", "10.9.9.9", 1, 16);
        packet[20] = (byte) type;
        assertNotEquals(0, unreachable(packet).length);
    }

    @Test
    void theTypeOfAnIcmpMessageIsFoundBehindIpOptions() {
        var packet = Packets.v4("10.0.0.1", "10.9.9.9", 1, 16);
        packet[0] = 0x46;
        packet[20] = 8;
        packet[24] = 3;
        assertEquals(0, unreachable(packet).length);
        packet[24] = 8;
        assertNotEquals(0, unreachable(packet).length);
    }

    @Test
    void thereIsNoErrorAboutFragmentsButTheFirst() {
        var v4 = Packets.v4("10.0.0.1", "10.9.9.9", UDP, 16);
        v4[7] = 1;
        assertEquals(0, unreachable(v4).length);
        v4[7] = 0;
        v4[6] = 0x20; // more fragments follow
        assertNotEquals(0, unreachable(v4).length);

        var v6 = Packets.v6("fd00::1", "fd00:9::9", 44, 16);
        header(v6, 40, UDP, 0);
        v6[42] = 0;
        v6[43] = 1; // offset 0, more follow
        assertNotEquals(0, unreachable(v6).length);
        v6[43] = 8;
        assertEquals(0, unreachable(v6).length);
    }

    @Test
    void icmp6ErrorsAreFoundBehindExtensionHeaders() {
        for (int type : new int[] {1, 2, 3, 4, 127, 137}) {
            assertEquals(0, unreachable(extended(type)).length, "type " + type);
        }
        for (int type : new int[] {128, 129, 135}) {
            assertNotEquals(0, unreachable(extended(type)).length, "type " + type);
        }
    }

    /// Hop-by-hop options of 16 bytes, destination options of 8, a first fragment, authentication of 12, ICMPv6.
    private static byte[] extended(int type) {
        var packet = Packets.v6("fd00::1", "fd00:9::9", 0, 60);
        header(packet, 40, 60, 1);
        header(packet, 56, 44, 0);
        header(packet, 64, 51, 0);
        packet[66] = packet[67] = 0;
        header(packet, 72, 58, 1);
        packet[84] = (byte) type;
        return packet;
    }

    private static void header(byte[] packet, int at, int next, int units) {
        packet[at] = (byte) next;
        packet[at + 1] = (byte) units;
    }

    @Test
    void extensionHeadersThatRunOutOfThePacketGetNoError() {
        for (int next : new int[] {0, 43, 51, 60}) {
            var packet = Packets.v6("fd00::1", "fd00:9::9", next, 16);
            header(packet, 40, next, 255);
            assertEquals(0, unreachable(packet).length);
        }
        assertEquals(0, unreachable(Packets.v6("fd00::1", "fd00:9::9", 58, 0)).length);
        assertEquals(0, unreachable(Packets.v4("10.0.0.1", "10.9.9.9", 1, 0)).length);
    }

    //
    @Test
    void randomPacketsGiveARightErrorOrNone() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        int answered = 0;
        for (int i = 0; i < 30_000; i++) {
            var bytes = random.nextBoolean()
                    ? Packets.v4("10.0.0.1", "10.9.9.9", random.nextInt(3), random.nextInt(80))
                    : Packets.v6("fd00::1", "fd00:9::9", random.nextInt(64), random.nextInt(80));
            for (int changes = random.nextInt(6); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            bytes = Arrays.copyOf(bytes, random.nextInt(8) == 0 ? random.nextInt(bytes.length + 1) : bytes.length);
            try {
                var error = unreachable(bytes);
                if (error.length > 0) {
                    answered++;
                    assertChecksums(error);
                    assertEquals(0, unreachable(error).length, "no error about the error itself");
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " step " + i, e);
            }
        }
        assertTrue(answered > 3_000, "the fuzz never hits, seed " + seed);
    }

    private static byte[] unreachable(byte[] packet) {
        return error(packet, null);
    }

    private static byte[] unreachable(byte[] packet, IpAddress source) {
        return error(packet, source);
    }

    /// The packet ends where its segment ends, and so does the target: what is read or written beside them throws.
    private static byte[] error(byte[] packet, @Nullable IpAddress source) {
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(3 + packet.length);
            MemorySegment.copy(packet, 0, segment, ValueLayout.JAVA_BYTE, 3, packet.length);
            var target = arena.allocate(5 + Icmp.MAX_LENGTH).fill((byte) 0xaa);
            int length = Icmp.unreachable(segment, 3, packet.length, source, target, 5);
            assertArrayEquals(packet, segment.asSlice(3).toArray(ValueLayout.JAVA_BYTE), "the packet is only read");
            return target.asSlice(5, length).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static String address(byte[] packet, int at, int length) {
        return IpAddress.of(Arrays.copyOfRange(packet, at, at + length)).toString();
    }

    private static int u16(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).getShort(at) & 0xffff;
    }

    /// RFC 1071: over everything a checksum covers, itself included, the sum is all ones.
    private static void assertChecksums(byte[] packet) {
        if (packet[0] >> 4 == 4) {
            assertEquals(packet.length, u16(packet, 2));
            assertEquals(0xffff, sum(Arrays.copyOf(packet, 20)));
            assertEquals(0xffff, sum(Arrays.copyOfRange(packet, 20, packet.length)));
        } else {
            int payload = packet.length - 40;
            assertEquals(payload, u16(packet, 4));
            var covered = ByteBuffer.allocate(40 + payload);
            covered.put(packet, 8, 32).putInt(payload).putInt(58).put(packet, 40, payload);
            assertEquals(0xffff, sum(covered.array()));
        }
    }

    private static int sum(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
    }
}
