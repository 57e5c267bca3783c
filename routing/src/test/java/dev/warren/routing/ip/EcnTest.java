package dev.warren.routing.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcnTest {
    private static final int DROP = -1;

    @ParameterizedTest // RFC 6040 §4.2, figure 4; -1: drop
    @CsvSource({
        "0, 0, 0", "0, 1, 0", "0, 2, 0", "0, 3, -1",
        "1, 0, 1", "1, 1, 1", "1, 2, 1", "1, 3, 3",
        "2, 0, 2", "2, 1, 1", "2, 2, 2", "2, 3, 3",
        "3, 0, 3", "3, 1, 3", "3, 2, 3", "3, 3, 3"
    })
    void decapsulationIsThatOfTheTable(int inner, int outer, int expected) {
        var random = new Random(inner * 4L + outer);
        for (int version : new int[] {4, 6}) {
            for (int round = 0; round < 50; round++) {
                var packet = packet(version, (random.nextInt(64) << 2) | inner, random);
                var bytes = packet.toArray(ValueLayout.JAVA_BYTE);
                boolean kept = Ecn.decapsulate(packet, 0, outer);
                assertEquals(expected != DROP, kept);
                if (expected == DROP) {
                    continue;
                }
                assertEquals(expected, IpHeader.ecn(packet, 0));
                // Nothing else has changed but the checksum, which is right.
                var wanted = MemorySegment.ofArray(bytes.clone());
                ecn(wanted, version, expected);
                if (version == 4) {
                    checksum(wanted);
                }
                assertEquals(-1, wanted.mismatch(packet));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void theDscpStays(int version) {
        var packet = packet(version, 0xb8 | Ecn.ECT_0, new Random(1));
        Ecn.decapsulate(packet, 0, Ecn.CE);
        assertEquals(0xb8 | Ecn.CE, IpHeader.trafficClass(packet, 0));
    }

    private static MemorySegment packet(int version, int trafficClass, Random random) {
        var bytes = new byte[60];
        random.nextBytes(bytes);
        var packet = MemorySegment.ofArray(bytes);
        if (version == 4) {
            bytes[0] = 0x45;
            bytes[1] = (byte) trafficClass;
            checksum(packet);
        } else {
            bytes[0] = (byte) (0x60 | (trafficClass >> 4));
            bytes[1] = (byte) ((trafficClass << 4) | (bytes[1] & 0xf));
        }
        return packet;
    }

    private static void ecn(MemorySegment packet, int version, int ecn) {
        int shift = version == 4 ? 0 : 4;
        int old = packet.get(ValueLayout.JAVA_BYTE, 1);
        packet.set(ValueLayout.JAVA_BYTE, 1, (byte) ((old & ~(3 << shift)) | (ecn << shift)));
    }

    private static void checksum(MemorySegment packet) {
        packet.set(ValueLayout.JAVA_BYTE, 10, (byte) 0);
        packet.set(ValueLayout.JAVA_BYTE, 11, (byte) 0);
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += ((packet.get(ValueLayout.JAVA_BYTE, i) & 0xff) << 8)
                    | (packet.get(ValueLayout.JAVA_BYTE, i + 1) & 0xff);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        packet.set(ValueLayout.JAVA_BYTE, 10, (byte) (~sum >>> 8));
        packet.set(ValueLayout.JAVA_BYTE, 11, (byte) ~sum);
    }
}
