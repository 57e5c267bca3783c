package dev.warren.verticles.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.verticles.DeviceLab;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Byte by byte as the draft has it, and as tcpdump reads it.
class PcapngWriterTest {
    /// 2026-11-29 08:00:00.123456789 UTC.
    private static final long TIME = 1_795_939_200_123_456_789L;

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void aFileBeginsWithItsSectionAndItsInterface() {
        assertEquals(
                "0a0d0d0a" + "28000000" + "4d3c2b1a" + "0100" + "0000"
                        + "ffffffffffffffff" // type, length, magic, version
                        + "0400" + "0100" + "57000000" + "00000000" + "28000000" // application "W"
                        + "01000000" + "34000000" + "6500" + "0000" + "60000000" // type, length, RAW, snap length
                        + "0200" + "0300" + "77673000" // name "wg0"
                        + "0300" + "0500" + "696e736964000000" // description "insid"
                        + "0900" + "0100" + "09000000" // nanoseconds
                        + "00000000" + "34000000",
                hex(PcapngWriter.header("W", "wg0", "insid", 96)));
    }

    @Test
    void aPacketHasTimeLengthsDirectionAndComment() {
        var inbound = new CapturedPacket(0x0102030405060708L, false, 1500, new byte[] {0x45, 1, 2, 3, 4}, null);
        assertEquals(
                "06000000" + "34000000" + "00000000" + "04030201" + "08070605" // interface 0; the high half first
                        + "05000000" + "dc050000" // kept, length
                        + "4501020304000000" // padded
                        + "0200" + "0400" + "01000000" // inbound
                        + "00000000" + "34000000",
                hex(PcapngWriter.packet(inbound)));
        var outbound = new CapturedPacket(0, true, 4, new byte[4], "ä");
        assertEquals(
                "06000000" + "38000000" + "00000000" + "00000000" + "00000000" + "04000000" + "04000000" + "00000000"
                        + "0200" + "0400" + "02000000" // outbound
                        + "0100" + "0200" + "c3a40000" // comment
                        + "00000000" + "38000000",
                hex(PcapngWriter.packet(outbound)));
    }

    @Test
    void aFileEndsWithWhatPassedAndWhatIsMissing() {
        var block = PcapngWriter.statistics(0x0102030405060708L, 1000, 7);
        assertEquals(PcapngWriter.STATISTICS_BYTES, block.length);
        assertEquals(
                "05000000" + "34000000" + "00000000" + "04030201" + "08070605"
                        + "0400" + "0800" + "e803000000000000" // received
                        + "0500" + "0800" + "0700000000000000" // dropped
                        + "00000000" + "34000000",
                hex(block));
    }

    @Test
    void aLongCommentIsCut() {
        var block = PcapngWriter.packet(new CapturedPacket(0, true, 4, new byte[4], "x".repeat(100_000)));
        assertEquals(
                block.length,
                ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getInt(4));
        assertTrue(block.length < 1100, () -> "length " + block.length);
    }

    @Test
    void tcpdumpReadsIt(@TempDir Path directory) throws Exception {
        var four = DeviceLab.packet("10.0.0.1", "10.0.0.2", 10);
        var six = new byte[48];
        ByteBuffer.wrap(six).putInt(6 << 28).putShort((short) 8).put((byte) 17).put((byte) 64);
        six[23] = 1;
        six[39] = 2;
        ByteBuffer.wrap(six).putShort(40, (short) 7).putShort(42, (short) 9).putShort(44, (short) 8);
        var file = new ByteArrayOutputStream();
        file.write(PcapngWriter.header("Warren", "wg0", "inside the tunnel", 65_535));
        file.write(PcapngWriter.packet(new CapturedPacket(TIME, true, four.length, four, "peer laptop")));
        file.write(PcapngWriter.packet(new CapturedPacket(TIME + 1000, false, 48, six, null)));
        file.write(PcapngWriter.packet(
                new CapturedPacket(TIME + 2_000_000_000, false, four.length, Arrays.copyOf(four, 28), "cut")));
        file.write(PcapngWriter.statistics(TIME, 3, 0));
        var path = Files.write(directory.resolve("w.pcapng"), file.toByteArray());

        var lines = tcpdump(path).lines().toList();
        assertEquals(3, lines.size(), lines::toString);
        assertEquals("1795939200.123456789 IP 10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 10", lines.get(0));
        assertEquals("1795939200.123457789 IP6 ::1.7 > ::2.9: UDP, length 0", lines.get(1));
        assertEquals("1795939202.123456789 IP 10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 10", lines.get(2));
    }

    private static String tcpdump(Path file) throws Exception {
        var command = new ProcessBuilder("tcpdump", "-n", "-tt", "--time-stamp-precision=nano", "-r", file.toString());
        var process = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var text = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor(), text);
        return text;
    }
}
